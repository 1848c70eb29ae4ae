"""Files that are no sound, lie about it, or are far too much of it."""

import struct

from tests.webui.hostile.attacker import Answer, Attacker
from tests.webui.hostile.clips import cut, floats, playlist, safetensors, silence, telling, tone, trapped, wav, zip_bomb
from tests.webui.hostile.row import Rows
from tests.webui.hostile.serving import REFERENCE

sounds = Rows("Sound")

for sent, make, wanted in (
    ("nothing", lambda: b"", "400 audio.empty"),
    ("a WAV without samples", lambda: wav(b""), "400 audio.empty"),
    ("one sample", lambda: wav(b"\0\1"), "400 reference.too_short"),
    ("3 s of silence", lambda: wav(bytes(96_000)), "400 reference.silent"),
    ("a WAV with values that are not numbers", lambda: floats(0.1, float("nan")), "400 audio.not_finite"),
    ("a WAV with infinite values", lambda: floats(float("inf"), -float("inf")), "400 audio.not_finite"),
    ("a WAV with values of 1e38", lambda: floats(1e38, -1e38), "400 reference.little_speech"),
    ("a WAV of 0 Hz", lambda: wav(rate=0), "400 audio.unreadable"),
    ("a WAV of 1 Hz", lambda: wav(rate=1), "400 audio.too_long"),
    ("a WAV of 4 GHz", lambda: wav(rate=4_000_000_000), "400 audio.unreadable"),
    ("a WAV without channels", lambda: wav(channels=0), "400 audio.unreadable"),
    ("a WAV of 65,535 channels", lambda: wav(channels=65_535, align=2), "400 audio.unreadable"),
    ("a WAV of 0 bits", lambda: wav(bits=0), "400 audio.unreadable"),
    ("a WAV whose samples are 0 bytes long", lambda: wav(align=0), "400 reference.silent"),
    ("a WAV that says that it is 4 GB", lambda: wav(told=0xFFFFFFFE), "400 reference.silent"),
    ("a WAV that says that it is shorter", lambda: wav(told=2), "400 reference.too_short"),
    ("a clip that is cut off after its header", lambda: cut(0.01), "400 audio.unreadable"),
    ("one byte of a clip", lambda: REFERENCE[:1], "400 audio.unreadable"),
    (
        "random bytes after the beginning of a clip",
        lambda: REFERENCE[:100] + bytes(range(256)) * 64,
        "400 audio.unreadable",
    ),
    ("an hour of silence in a small FLAC", lambda: silence(3600), "400 audio.too_long"),
    ("the same, which does not say how long it is", lambda: telling(silence(3600), 0), "400 audio.too_long"),
    ("2 s that say that they are a year", lambda: telling(silence(2), 2**36 - 1), "400 audio.too_long"),
    ("5 min of silence in Ogg Vorbis", lambda: silence(300, container="OGG", subtype="VORBIS"), "400 audio.too_long"),
    ("5 min of silence in MP3", lambda: silence(300, container="MP3", subtype="MPEG_LAYER_III"), "400 audio.too_long"),
    ("192 kHz with eight channels, 31 s", lambda: silence(31, 192_000, 8), "400 reference.too_long"),
    ("a ZIP of 50 MB of zeros", zip_bomb, "400 audio.unreadable"),
    ("a playlist", lambda: playlist("http://127.0.0.1:1/"), "400 audio.unreadable"),
    (
        "a picture",
        lambda: b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", 2**31 - 1, 2**31 - 1, 8, 6, 0, 0, 0),
        "400 audio.unreadable",
    ),
    ("a page of HTML", lambda: b"<html><script>alert(1)</script>", "400 audio.unreadable"),
    ("a profile in safetensors that says that it is 2^60 bytes", lambda: safetensors(2**60), "400 audio.unreadable"),
):
    sounds.add(f"to clone: {sent}", wanted, lambda attacker, make=make: attacker.clone(make()))


def _pickle(attacker: Attacker) -> Answer:
    """A pickle is never unpickled."""
    proof = attacker.server.folder / "work" / "unpickled"
    answer = attacker.clone(trapped(f"touch {proof}"))
    assert not proof.exists()
    return answer


sounds.add("to clone: a pickle that runs a command", "400 audio.unreadable", _pickle)
for sent, make, wanted in (
    ("a clip that is clipped throughout", lambda: tone(2, 50), "200"),
    ("one sample", lambda: wav(b"\0\1"), "200"),
    ("5 h of silence in a small FLAC", lambda: silence(5 * 3600, 1000), "400 audio.too_long"),
    (
        "2 s that say that they are 3 h of eight channels at 192 kHz",
        lambda: telling(silence(2, 192_000, 8), 3 * 3600 * 192_000),
        "400 audio.too_much",
    ),
    ("a WAV of 1 Hz that lasts 10 h", lambda: wav(bytes(72_000), rate=1), "400 audio.too_long"),
):
    sounds.add(f"to write down: {sent}", wanted, lambda attacker, make=make: attacker.hear(make()))


def _many(attacker: Attacker) -> Answer:
    """Several files of which each is small, and long when it is decoded: they are not held decoded all at once."""
    clip = telling(silence(1200, 16_000), 0)
    before = attacker.server.memory()
    files = [("file", (f"{place}.flac", clip + bytes(place))) for place in range(6)]
    answer = attacker.ask("POST", "/api/transcribe", files=files)
    # Each is 77 MB, and twice that while it is put together.
    assert attacker.server.memory("VmHWM") - before < 300 * 2**20
    return answer


sounds.add("to write down: six files of 20 min of silence, each some KB", "200", _many)
sounds.add(
    "to write down: what says that it is 300 MB",
    "413 api.too_large",
    lambda attacker: attacker.request("POST /api/transcribe HTTP/1.1", f"Content-Length: {300 * 2**20}"),
)
sounds.add(
    "to write down: a language that is a path",
    "400 request.language",
    lambda attacker: attacker.hear(REFERENCE, language="../../etc"),
)
