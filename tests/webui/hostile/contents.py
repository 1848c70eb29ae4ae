"""Forms, JSON and texts that are too much, too deep, or none."""

import json

from tests.webui.hostile.attacker import Answer, Attacker
from tests.webui.hostile.row import Rows
from tests.webui.hostile.serving import REFERENCE

forms = Rows("Forms")
EDGE = "encore"
FORM = f"multipart/form-data; boundary={EDGE}"


def part(name: str, value: bytes, *, filename: str = "", more: str = "") -> bytes:
    """One part of a form."""
    named = f'; filename="{filename}"' if filename else ""
    return f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n{more}\r\n'.encode() + value + b"\r\n"


END = f"--{EDGE}--\r\n".encode()
TEXT = part("text", b"Hello.")
VOICE = part("voice", b"alto")
CLIP = part("prompt_audio", REFERENCE, filename="a.ogg")


def send(attacker: Attacker, body: bytes, kind: str = FORM, path: str = "/tts") -> Answer:
    """A form as it is written here."""
    return attacker.ask("POST", path, content=body, headers={"Content-Type": kind})


for sent, body, kind, wanted in (
    ("10,000 fields", TEXT + VOICE + b"".join(part(f"f{n}", b"x") for n in range(10_000)) + END, FORM, "400 api.form"),
    (
        "10,000 files",
        TEXT + b"".join(part(f"f{n}", b"x", filename="a") for n in range(10_000)) + END,
        FORM,
        "400 api.form",
    ),
    ("two files where one is taken", TEXT + CLIP + CLIP + END, FORM, "400 api.form"),
    ("no boundary", TEXT + VOICE + END, "multipart/form-data", "400 api.form"),
    ("a boundary of 10,000 characters", TEXT + VOICE + END, FORM + "x" * 10_000, "400 api.form"),
    ("another boundary than it says", TEXT + VOICE + END, FORM + "x", "400 api.form"),
    ("no end, behind the voice", TEXT + VOICE, FORM, "400 reference.missing"),
    ("an end in the middle of a file", TEXT + CLIP[:500], FORM, "400 reference.missing"),
    ("a part without a name", b"--encore\r\nContent-Disposition: form-data\r\n\r\nx\r\n" + END, FORM, "400 api.form"),
    ("a part without headers", b"--encore\r\n\r\nx\r\n" + END, FORM, "400 api.form"),
    (
        "a part with a header of 1 MB",
        part("text", b"x", more="X-A: " + "a" * 2**20 + "\r\n") + END,
        FORM,
        "400 api.form",
    ),
    ("a part with 100,000 headers", part("text", b"x", more="A: b\r\n" * 100_000) + END, FORM, "400 api.form"),
    ("a name of 1 MB", part("t" * 2**20, b"x") + TEXT + VOICE + END, FORM, "400 api.form"),
    ("a text of 20 MB", part("text", b"a" * 20 * 2**20) + VOICE + END, FORM, "400 api.form"),
    ("a file where a text belongs", part("text", b"Hello.", filename="a") + VOICE + END, FORM, "400 api.field"),
    ("a text where a file belongs", TEXT + part("prompt_audio", b"/etc/passwd") + END, FORM, "400 api.field"),
    ("a form within a form", part("text", TEXT + END) + VOICE + END, FORM, "400 reference.missing"),
    ("a field that is not known", TEXT + VOICE + part("__class__", b"x") + END, FORM, "400 api.field"),
    ("text in no encoding that there is", TEXT + VOICE + END, FORM + "; charset=rot13", "200"),
    ("bytes that are no UTF-8", part("text", b"\xff\xfe\x80") + VOICE + END, FORM, "200"),
    ("nothing at all", b"", FORM, "400 api.field"),
    ("JSON", b'{"text": "Hello."}', "application/json", "400 api.field"),
    ("an address's fields", b"text=Hello.&voice=alto", "application/x-www-form-urlencoded", "200"),
    (
        "XML with an entity of a file",
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        "text/xml",
        "400 api.field",
    ),
    ("a content type of 60 KB", TEXT + END, "multipart/" + "x" * 60_000, "400 api.field"),
):
    forms.add(sent, wanted, lambda attacker, body=body, kind=kind: send(attacker, body, kind))
forms.add(
    "65 files where 64 are taken",
    "400 api.form",
    lambda a: send(a, part("file", b"x", filename="a") * 65 + END, path="/api/transcribe"),
)
forms.add(
    "64 files that hold nothing of use",
    "200",
    lambda a: send(a, part("file", b"x", filename="a") * 64 + END, path="/api/transcribe"),
)
forms.add(
    "a page of HTML to `POST /audio`",
    "415 api.upload_type",
    lambda a: send(a, b"<script>", "text/html", "/audio"),
)

bodies = Rows("JSON")


def asked(**fields: object) -> bytes:
    """A request for speech."""
    return json.dumps({"input": "Hello.", "voice": "alto", "response_format": "wav"} | fields).encode()


for sent, body, wanted in (
    ("nothing", b"", "400 api.body"),
    ("half a request", asked()[:20], "400 api.body"),
    ("a list", b"[]", "400 api.body"),
    ("100,000 lists, each inside another", b"[" * 100_000 + b"]" * 100_000, "400 api.body"),
    ("the same inside a field", b'{"input": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001, "400 api.body"),
    ("a speed of `NaN`", asked(speed=float("nan")), "400 request.speed"),
    ("a speed of `Infinity`", asked(speed=float("inf")), "400 request.speed"),
    ("a speed of 1e999", asked().replace(b'"voice"', b'"speed": 1e999, "voice"'), "400 request.speed"),
    (
        "a seed of 10,000 digits",
        asked().replace(b'"voice"', b'"seed": ' + b"9" * 10_000 + b', "voice"'),
        "400 api.body",
    ),
    ("a seed of 30 digits", asked(seed=10**30), "400 request.seed"),
    ("a seed of 1e999", asked().replace(b'"voice"', b'"seed": 1e999, "voice"'), "400 api.field"),
    ("the same field twice", asked().replace(b'"voice"', b'"speed": 9, "speed": 1, "voice"'), "200"),
    ("a field that is not known", asked(__proto__={"admin": True}), "400 api.field"),
    ("a model called like a path", asked(model="../../models/x"), "404 request.engine"),
    ("a list where a text belongs", asked(input=["Hello."]), "400 api.field"),
    ("an emotion of a million values", asked(emotion=[0.1] * 1_000_000), "400 instruction.vector"),
    ("an emotion of `NaN`", asked(emotion=[float("nan")] * 8), "400 instruction.vector"),
    ("directions of a million characters", asked(instructions="a" * 1_000_000), "400 instruction.too_long"),
    ("a clip of base64 that is none", asked(voice="", ref_audio="data:audio/wav;base64,=AAA"), "400 api.ref_audio"),
    ("UTF-16", asked().decode().encode("utf-16"), "200"),
    ("bytes that are no UTF-8", b'{"input": "\xff\xfe"}', "400 api.body"),
    ("70 MB", b'{"input": "' + b"a" * 70 * 2**20 + b'"}', "413 api.too_large"),
):
    bodies.add(sent, wanted, lambda attacker, body=body: attacker.say(body))

texts = Rows("Texts")
for sent, text, wanted in (
    ("ten million characters", "a" * 10_000_000, "400 text.too_long"),
    ("the most characters that are taken, without a space", "a" * 100_000, "200"),
    ("the most that are taken, all combining accents", "e" + "\u0301" * 99_999, "200"),
    ("nothing but characters that are not seen", "\u200b\u200e\ufeff\u2060" * 1_000, "400 text.unspeakable"),
    ("text that runs from right to left and is turned over", "\u202eHello\u202c مرحبا \u2067x" * 100, "200"),
    ("a NUL byte and other controls", "Hel\0lo\x1b[31m.\x07", "200"),
    ("a lone surrogate", "Hello \ud800.", "200"),
    ("nothing but emoji", "👩‍👩‍👧‍👦" * 500, "400 text.unspeakable"),
    ("one character that becomes eighteen", "\ufdfa" * 50_000, "400 text.too_long"),
    ("a script of HTML", "<script>alert(1)</script>", "200"),
    ("a token that steers an engine", "<|endofprompt|>Hello.", "200"),
    ("30,000 brackets that are opened", "[" * 30_000, "400 text.unspeakable"),
    ("10,000 tags that are opened", "<strong>" * 10_000 + "a", "400 markup.unclosed"),
    ("50,000 spaces and a full stop", "a" + " " * 50_000 + ".", "200"),
    ("50,000 digits", "1" * 50_000, "200"),
    ("50,000 full stops", "a" + "." * 50_000, "200"),
    ("an address that does not end", "https://" + "a." * 25_000, "200"),
    ("50,000 commas", "a" + "," * 50_000, "200"),
):
    texts.add(sent, wanted, lambda attacker, text=text: attacker.say(asked(input=text)))
