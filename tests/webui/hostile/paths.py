"""Paths, names and addresses that lead elsewhere."""

from tests.webui.hostile.attacker import Answer, Attacker, data_url, tempting
from tests.webui.hostile.clips import playlist
from tests.webui.hostile.row import Rows
from tests.webui.hostile.serving import LINKED, PRIVATE, REFERENCE, SCRIPT

BYTES = {"Content-Type": "application/octet-stream"}

NOTHING = {
    "/audio/%252e%252e%252fetc%252fpasswd": "404 api.clip_gone",
    "/audio/..%5c..%5cwindows%5cwin.ini": "404 api.clip_gone",
    "/audio/passwd%00.wav": "404 api.clip_gone",
    "/docs/assets/../../../../etc/passwd": "404 api.path",
    "/docs/assets/..%2f..%2f..%2f..%2fetc%2fpasswd": "404 api.path",
    "/static/..%2f..%2fetc%2fpasswd": "403",
    "/assets/../../../../etc/passwd": "403",
}
"""How it is said that there is nothing, where it is not said by a bare 404."""

paths = Rows("Paths")
for path in (
    "/audio/../../etc/passwd",
    "/audio/..%2f..%2f..%2fetc%2fpasswd",
    "/audio/%2e%2e/%2e%2e/etc/passwd",
    "/audio/%252e%252e%252fetc%252fpasswd",
    "/audio/..%5c..%5cwindows%5cwin.ini",
    "/audio/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd",
    "/audio/passwd%00.wav",
    "/docs/assets/../../../../etc/passwd",
    "/docs/assets/..%2f..%2f..%2f..%2fetc%2fpasswd",
    "//etc/passwd",
    "/file=/etc/passwd",
    "/static/..%2f..%2fetc%2fpasswd",
    "/assets/../../../../etc/passwd",
    "/gradio_api/file=/etc/passwd",
    "/gradio_api/file=pyproject.toml",
    "/gradio_api/%66ile=/etc/passwd",
    "/gradio_api//file=/etc/passwd",
    "/GRADIO_API/file=/etc/passwd",
    "/gradio_api/queue/../file=/etc/passwd",
    "/gradio_api/proxy=http://169.254.169.254/latest/meta-data",
    "/.env",
    "/data/keys.txt",
):
    paths.add(
        f"`GET {path}`", NOTHING.get(path, "404"), lambda attacker, path=path: attacker.request(f"GET {path} HTTP/1.1")
    )


def _keys(attacker: Attacker) -> Answer:
    return attacker.request(f"GET /gradio_api/file={attacker.server.data}/keys.txt HTTP/1.1")


paths.add("`GET /gradio_api/file=` and the file of the keys", "404", _keys)
paths.add(
    "a file to Gradio's upload route",
    "404",
    lambda attacker: attacker.ask("POST", "/gradio_api/upload", files={"files": ("../../x.py", b"x")}),
)

STRAYED = ("/tmp/encore-was-here.wav", "/etc/cron.d/encore-was-here")
"""Files that uploads are called like, and that must not be there afterwards."""
names = Rows("Names")
for shown, name in (
    *((f"../../../..{path}", f"../../../..{path}") for path in STRAYED),
    *((path, path) for path in STRAYED),
    (r"C:\Windows\x.wav", r"C:\Windows\x.wav"),
    ("a NUL byte and a line break in it", "a\0b\r\nX-Evil: 1.wav"),
    ("a script of HTML", SCRIPT),
    ("1,000 characters", "x" * 1_000),
):
    title = f"`{shown}`" if name == shown else shown
    names.add(f"a file called: {title}", "200", lambda attacker, name=name: attacker.hear(REFERENCE, name))
for shown, voice, wanted in (
    ("`../../../../etc/passwd`", "../../../../etc/passwd", "404 request.voice"),
    ("`'; DROP TABLE voices; --`", "'; DROP TABLE voices; --", "404 request.voice"),
    ("`{{7*7}}${7*7}`", "{{7*7}}${7*7}", "404 request.voice"),
    ("a line break and a header", "alto\r\nX-Evil: 1", "404 request.voice"),
    ("a NUL byte", "al\0to", "404 request.voice"),
    ("a lone surrogate", "\ud800", "404 request.voice"),
    ("a million characters", "v" * 1_000_000, "404 request.voice"),
    ("somebody else's voice", PRIVATE, "404 request.voice"),
    ("a voice whose clip is a link to /etc/passwd", LINKED, "400 audio.unreadable"),
):
    names.add(f"speech in the voice: {shown}", wanted, lambda attacker, voice=voice: attacker.speak(voice=voice))


def _stored(attacker: Attacker, name: str, data: bytes) -> Answer:
    """What is given back of a clip that was stored under ``name``: never anything that a browser runs."""
    put = attacker.ask("POST", "/audio", params={"name": name}, content=data, headers=BYTES)
    found = attacker.ask("GET", f"/audio/{put.body.decode().split(chr(34))[3]}")
    assert found.headers["content-type"] in ("application/octet-stream", "audio/wav")
    assert found.headers["x-content-type-options"] == "nosniff"
    return found


names.add(
    "`POST /audio?name=../../x.html` with a page in it, and asked for",
    "200",
    lambda attacker: _stored(attacker, "../../x.html", b"<script>alert(1)</script>"),
)
names.add(
    "`POST /audio?name=x.wav` with a page in it, and asked for",
    "200",
    lambda attacker: _stored(attacker, "x.wav", b"<!doctype html><script>alert(1)</script>"),
)


def _listed(attacker: Attacker) -> Answer:
    """The list of voices, in which one is called like a script: JSON that no browser takes for a page."""
    found = attacker.ask("GET", "/v1/audio/voices")
    assert found.headers["content-type"] == "application/json"
    assert found.headers["x-content-type-options"] == "nosniff"
    assert PRIVATE not in found.body.decode()
    return found


names.add("the list of voices, in which one is called like a script", "200", _listed)

addresses = Rows("Addresses in `ref_audio`")
for address in (
    "http://127.0.0.1:{port}/clip.wav",
    "http://localhost:{port}/clip.wav",
    "http://[::1]:{port}/clip.wav",
    "http://[::ffff:127.0.0.1]:{port}/clip.wav",
    "http://2130706433:{port}/clip.wav",
    "http://0x7f.1:{port}/clip.wav",
    "http://0.0.0.0:{port}/clip.wav",
    "http://user@127.0.0.1:{port}/clip.wav",
    "http://127.0.0.1.nip.io:{port}/redirects",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://10.0.0.1/",
    "http://192.168.0.1/",
    "https://example.com/redirect?to=http://127.0.0.1:{port}/",
    "file:///etc/passwd",
    "ftp://127.0.0.1:{port}/clip.wav",
    "gopher://127.0.0.1:{port}/_FLUSHALL",
    "concat:/etc/passwd|/etc/hosts",
    "/etc/passwd",
    "data:audio/wav,http://127.0.0.1:{port}/",
    "data:audio/wav;base64,data:audio/wav;base64,AAAA",
    "data:text/html;base64,!!!!",
):

    def _visited(attacker: Attacker, address: str = address) -> Answer:
        with tempting() as (port, came):
            answer = attacker.cloned_from(address.format(port=port))
            assert not came
        return answer

    addresses.add(f"`{address.format(port=8000)}`", "400 api.ref_audio", _visited)


def _led(attacker: Attacker, scheme: str) -> Answer:
    """A file that tells FFmpeg to fetch another."""
    with tempting() as (port, came):
        answer = attacker.cloned_from(data_url(playlist(f"{scheme}127.0.0.1:{port}/clip.ts")))
        assert not came
    return answer


addresses.add(
    "a playlist that leads to an address of this machine", "400 audio.unreadable", lambda a: _led(a, "http://")
)
addresses.add("a playlist that leads to a file", "400 audio.unreadable", lambda a: _led(a, "file:///etc/passwd?"))
addresses.add(
    "a list of FFmpeg's `concat` that leads to a file",
    "400 audio.unreadable",
    lambda attacker: attacker.hear(b"ffconcat version 1.0\nfile '/etc/passwd'\n"),
)
