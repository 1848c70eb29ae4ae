import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.identity import normalise
from core.text.segment import MAX_LATIN, PARAGRAPH_PAUSE_S, SENTENCE_PAUSE_S, split


def texts(script: str) -> list[str]:
    return [piece.text for piece in split(normalise(script))]


@pytest.mark.parametrize(
    ("script", "segments"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("你好。真的吗？是！", ["你好。", "真的吗?", "是!"]),
        ("Dr. Smith paid $3.50 at 5 p.m. He left.", ["Dr. Smith paid $3.50 at 5 p.m.", "He left."]),
        ("Version 3.1.4 is out. See www.example.com now.", ["Version 3.1.4 is out.", "See www.example.com now."]),
        ("“Yes.” She nodded.", ["“Yes.”", "She nodded."]),
        ("他说：“好。”然后走了。", ["他说:“好。”", "然后走了。"]),
        ("Wait... what?! No…", ["Wait...", "what?!", "No..."]),
        ("J. R. R. Tolkien wrote it.", ["J. R. R. Tolkien wrote it."]),
        ("No. 5 is alive. No. Never.", ["No. 5 is alive.", "No.", "Never."]),
        ("So did I. We left.", ["So did I.", "We left."]),
        ("first line\nsecond line", ["first line", "second line"]),
        ("", []),
    ],
)
def test_a_script_falls_into_its_sentences(script: str, segments: list[str]) -> None:
    assert texts(script) == segments


def test_pauses_follow_the_punctuation() -> None:
    pauses = [piece.pause_s for piece in split("One. Two.\nThree.")]
    assert pauses == [SENTENCE_PAUSE_S, PARAGRAPH_PAUSE_S, 0.0]


def test_a_text_without_punctuation_is_cut_between_words() -> None:
    script = " ".join(["word"] * 400)
    parts = texts(script)
    assert len(parts) > 1
    assert max(map(len, parts)) <= MAX_LATIN
    assert " ".join(parts) == script


SENTENCES = st.sampled_from(
    [
        "Hello there.",
        "你好，世界。",
        "Is it 3.5 kg?",
        "Dr. Who came!",
        "今天是2026年。",
        "A, b; c: d…",
        "我爱Python！",
        "No.",
    ]
)


@given(st.lists(SENTENCES, min_size=2, max_size=10), st.integers(0, 9), SENTENCES)
def test_editing_one_sentence_leaves_the_others(script: list[str], index: int, edit: str) -> None:
    index %= len(script)
    edited = [*script[:index], edit, *script[index + 1 :]]
    before, after = texts(" ".join(script)), texts(" ".join(edited))
    assert before[:index] == after[:index]
    assert before[index + 1 :] == after[index + 1 :]


@given(st.text())
def test_nothing_but_space_is_lost(text: str) -> None:
    spoken = normalise(text)
    assert "".join("".join(piece.text for piece in split(spoken)).split()) == "".join(spoken.split())
