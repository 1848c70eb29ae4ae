from core.engines.base import TimedText, Transcript
from core.transcript_formats import FORMATS

TRANSCRIPT = Transcript(
    "Hi. 你好 <b> & c.", "en", (TimedText(0.0, 1.5, "Hi."), TimedText(3661.25, 3662.0, "你好 <b> & c."))
)


def test_text_is_the_words() -> None:
    assert FORMATS["text"](TRANSCRIPT) == "Hi. 你好 <b> & c.\n"


def test_srt_numbers_and_times_each_segment() -> None:
    assert FORMATS["srt"](TRANSCRIPT) == (
        "1\n00:00:00,000 --> 00:00:01,500\nHi.\n\n2\n01:01:01,250 --> 01:01:02,000\n你好 <b> & c.\n"
    )


def test_vtt_escapes_its_text() -> None:
    assert FORMATS["vtt"](TRANSCRIPT) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nHi.\n\n01:01:01.250 --> 01:01:02.000\n你好 &lt;b&gt; &amp; c.\n"
    )


def test_an_empty_transcript_is_an_empty_file() -> None:
    empty = Transcript("", "en")
    assert [FORMATS[name](empty) for name in ("text", "srt", "vtt")] == ["\n", "", "WEBVTT\n"]
