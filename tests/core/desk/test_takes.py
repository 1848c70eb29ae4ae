import base64
import contextlib
import shlex
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.desk.rendering import speak
from core.desk.script import MOST_NAME, SPEEDS, UNTYPABLE, KeptTake, Line, Project, Script, Slot
from core.desk.takes import LONGEST_LINK, as_command, as_link, from_link, kept
from core.errors import InvalidInput
from core.request import MAX_SEED
from core.studio import Studio

TAKE = KeptTake("t", Line("1", "Hello, “you”.", "ANNA", "sad=0.6", 42, 1.15), "stock:alto", "humming", "en", 0.0, 1.0)
typed = st.text().filter(lambda text: not UNTYPABLE.search(text))


def test_a_take_is_kept_as_it_was_spoken(studio: Studio) -> None:
    line = Line("1", "Twenty characters so", seed=3, slot=Slot(10.0, 11.7))
    script = Project(script=Script((line,), {"": "stock:di"}, "humming"))
    spoken = speak(studio, script, line, None)
    take = kept(spoken)
    assert take.line == replace(line, speed=1.2)
    assert (take.voice, take.engine, take.language) == ("stock:di", "humming", "auto")
    assert take.duration_s == spoken.take.audio.duration_s
    again = replace(script, script=replace(script.script, lines=(take.line,)))
    assert speak(studio, again, take.line, None).take.audio.content_id == spoken.take.audio.content_id


@pytest.mark.parametrize(
    ("instruction", "option"),
    [("sad=0.6", "--emotion sad=0.6"), ("Happy", "--emotion happy"), ("as if tired", "--instruct 'as if tired'")],
)
def test_a_command_says_everything(instruction: str, option: str) -> None:
    assert as_command(replace(TAKE, line=replace(TAKE.line, instruction=instruction))) == (
        f"encore clone stock:alto 'Hello, “you”.' --engine humming --language en {option}"
        " --speed 1.15 --seed 42 -o take.wav"
    )


@pytest.mark.parametrize("text", ['It\'s $HOME; `rm`\n"quoted"', "--help", "-o x.wav"])
def test_a_text_is_a_text_in_a_shell(text: str) -> None:
    words = shlex.split(as_command(replace(TAKE, line=Line("1", text), language="auto")))
    assert words[:3] == ["encore", "clone", "stock:alto"]
    assert words[3].strip() == text
    assert not words[3].startswith("-")


@given(typed.filter(lambda text: len(text) < 300), st.integers(0, MAX_SEED), st.floats(*SPEEDS))
def test_a_link_says_everything(text: str, seed: int, speed: float) -> None:
    line = Line("1", text, "ANNA", "sad=0.6", seed, speed)
    link = as_link(replace(TAKE, line=line))
    for pasted in (link, f"http://studio.example/{link}&x=1", link.removeprefix("?take=")):
        found = from_link(pasted)
        assert replace(found.line, line_id="1") == line
        assert (found.voice, found.engine, found.language) == ("stock:alto", "humming", "en")


def test_what_is_too_long_for_a_link_has_none() -> None:
    assert as_link(replace(TAKE, line=Line("1", "很长" * 1000))) == ""
    assert 0 < len(as_link(replace(TAKE, line=Line("1", "长" * 900)))) <= LONGEST_LINK


def token(json: str) -> str:
    return base64.urlsafe_b64encode(json.encode()).decode()


@pytest.mark.parametrize(
    "link",
    [
        "",
        "?take=",
        "?take=!!!",
        "?take=" + token("[]"),
        "?take=" + token('{"t": "Hi."}'),
        "?take=" + token('{"t": 1, "v": "stock:alto", "e": "kokoro"}'),
        "?take=" + token('{"t": "Hi.", "v": "/etc/passwd", "e": "kokoro"}'),
        "?take=" + token('{"t": "Hi.", "v": "stock:alto", "e": "kokoro", "z": 1}'),
        "?take=" + token('{"t": "Hi.", "v": "stock:alto", "e": "kokoro", "s": -1}'),
        "?take=" + token('{"t": "Hi.", "v": "stock:alto", "e": "kokoro", "r": 1e999}'),
        "?take=" + token('{"t": "\\u0000", "v": "stock:alto", "e": "kokoro"}'),
        "?take=" + token('{"t": "Hi.", "v": "stock:alto", "e": "kokoro", "w": "' + "x" * (MOST_NAME + 1) + '"}'),
        "?take=" + "A" * (LONGEST_LINK + 1),
        "é" * 10,
    ],
)
def test_what_is_no_link_is_told(link: str) -> None:
    with pytest.raises(InvalidInput):
        from_link(link)


@given(st.text())
def test_no_text_breaks_the_reading_of_links(text: str) -> None:
    with contextlib.suppress(InvalidInput):
        from_link(text)
