"""What the page shows: told in words, and never markup that a user wrote."""

import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest

from core.cache.key import Namespace
from core.cache.local import LocalSize
from core.cache.outcome import Outcome, Tier
from core.cache.stats import Activity, CacheStats, Counts, Footprint, RedisState
from core.engines.availability import Availability, State
from core.engines.base import Capabilities, TimedText, Transcript
from core.engines.keeper import EngineStatus
from core.errors import Cancelled, InvalidText
from core.finding import Finding
from core.report import Stage, TranscriptReport
from core.request import AudioSource
from tests.core.humming import HummingEngine
from tests.webui.test_session import FORM, add, report
from webui.components import notice
from webui.components.badges import badge, seconds
from webui.components.cache_view import cache_view
from webui.components.clips import clip_row, drop_zone
from webui.components.engines import Engine, engines_view, gave_way
from webui.components.header import header
from webui.components.latency import latency_bar
from webui.components.measures import size
from webui.components.player import LiveSegment, live_strip
from webui.components.takes import SHOWN_BADGES, takes_list
from webui.components.transcripts import transcript_list
from webui.form import Form
from webui.i18n import texts
from webui.session import Session, TranscriptCard
from webui.work import Step

EN, ZH = texts("en"), texts("zh")
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"' onclick='alert(1)' ${x} {{y}} {z} {0.__class__}"
HIT = Stage(Outcome.HIT, 0.3, Tier.REDIS, 1234.0)
MISS = Stage(Outcome.MISS, 900.0)
REDIS_UP = RedisState(True, "unix:///x", 1000, 5000)
REDIS_DOWN = RedisState(False, "redis://h:1/0", reason="refused <b>")
STATS = CacheStats(
    activity=[Activity(Namespace.SEGMENT, "kokoro", Counts(hits_local=3, hits_redis=1, misses=1, saved_ms=65_000.0))],
    footprint=[Footprint(namespace, 5, 2**21) for namespace in Namespace],
    redis=REDIS_UP,
    local=LocalSize(2, 3 * 2**20, 2**28),
)


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in ("input", "img", "br", "circle", "rect", "path"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def hostile_pages() -> dict[str, str]:
    session, engine = Session(), HummingEngine()
    engine.name = HOSTILE
    engine.availability = Availability(State.NO_WEIGHTS, Finding("warning", "model.missing", {"model": HOSTILE}))
    status = EngineStatus(HOSTILE, "synthesis", engine.availability, False, 1, 2, None)
    form = Form(HOSTILE, HOSTILE, True, HOSTILE, None, HOSTILE, HOSTILE, 1.0)
    add(session, voice=HOSTILE, form=form, report=report(HIT, MISS, speaker=HIT), starts_s=[0.0, 1.0])
    source = AudioSource(b"", HOSTILE)
    transcript = Transcript(HOSTILE, HOSTILE, (TimedText(0, 1, HOSTILE),), HOSTILE, (HOSTILE,))
    card = TranscriptCard("t", source, "c", TranscriptReport("w", transcript, HIT, 3.0))
    return {
        "takes": takes_list(EN, session.takes),
        "transcripts": transcript_list(EN, [card], reference_max_s=30),
        "badge": badge(EN, HIT, label=HOSTILE, title=HOSTILE),
        "stock": badge(EN, None, label=HOSTILE, title=HOSTILE),
        "latency": latency_bar(EN, [(HOSTILE, MISS)], 900, 0),
        "notice": notice.notice("error", HOSTILE),
        "progress": notice.progress(HOSTILE, 0.5),
        "clip": drop_zone(EN, hint=HOSTILE, content=clip_row(EN, "c", HOSTILE, 3.0)),
        "live": live_strip(EN, HOSTILE, [LiveSegment("c", 1.0, Outcome.HIT)], total=3),
        "header": header(EN, engine, redis=RedisState(False, HOSTILE, reason=HOSTILE)),
        "engines": engines_view(EN, [Engine(status, Capabilities((HOSTILE,) * 9), True, True)], private=True),
        "gave way": gave_way(EN, HOSTILE, form, replace(form, language="auto", speed=0.5), {}),
        "cache": cache_view(EN, CacheStats([], [], RedisState(False, HOSTILE, reason=HOSTILE), LocalSize(0, 0, 1))),
    }


@pytest.mark.parametrize("part", sorted(hostile_pages()))
def test_what_users_write_is_text_and_nothing_else(part: str) -> None:
    html = hostile_pages()[part]
    page = Tags(html)
    assert page.open == []
    assert not {"script", "img"} & {tag for tag, _ in page.seen}
    assert not any(name.startswith("on") for _, attributes in page.seen for name in attributes)
    assert "alert(1)" in unescape(html)


@pytest.mark.parametrize(
    ("ms", "shown"),
    [
        (0.04, "0.0 ms"),
        (0.31, "0.3 ms"),
        (31.4, "31 ms"),
        (310, "0.31 s"),
        (9400, "9.40 s"),
        (42_000, "42.0 s"),
        (720_000, "12.0 min"),
        (11_160_000, "3.1 h"),
    ],
)
def test_durations_as_people_read_them(ms: float, shown: str) -> None:
    assert seconds(EN, ms) == shown


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("words", [EN, ZH])
def test_an_outcome_is_told_by_word_and_shape(outcome: Outcome, words: object) -> None:
    shown = badge(words, Stage(outcome, 5.0))
    assert words(f"outcome.{outcome.value}") in shown
    assert "<svg" in shown
    assert f'data-outcome="{outcome.value}"' in shown


def test_shapes_differ_between_outcomes() -> None:
    shapes = {re.search("<svg.*</svg>", badge(EN, Stage(outcome, 5.0))).group() for outcome in Outcome}
    assert len(shapes) == len(Outcome)


def test_a_hit_says_its_tier() -> None:
    assert "hit · Redis" in badge(EN, HIT)
    assert "命中 · 内存" in badge(ZH, Stage(Outcome.HIT, 0.1, Tier.LOCAL, 5.0))


def test_the_latency_bar_shares_out_what_was_spent_and_saved() -> None:
    html = latency_bar(
        EN, [("voice", Stage(Outcome.HIT, 100.0, Tier.LOCAL, 700.0)), ("1", Stage(Outcome.MISS, 200.0))], 310.0, 700.0
    )
    assert [round(float(share), 3) for share in re.findall(r"flex:([\d.]+)", html)] == [0.1, 0.2, 0.7]
    assert "<strong>0.31 s</strong>" in html
    assert "saved 0.70 s" in html


def test_nothing_saved_is_not_boasted_of() -> None:
    assert "<em>" not in latency_bar(EN, [("1", MISS)], 900.0, 0.0)


def test_a_take_shows_every_badge_and_where_each_segment_lies() -> None:
    session = Session()
    add(session, report=report(HIT, MISS, speaker=Stage(Outcome.MISS, 5000.0)), starts_s=[0.0, 1.5])
    html = takes_list(EN, session.takes)
    page = Tags(html)
    badges = [
        attributes["data-outcome"]
        for tag, attributes in page.seen
        if "e-badge" in (attributes.get("class") or "").split()
    ]
    assert badges == ["miss", "miss", "hit", "miss"]
    assert 'title="Segment 1."' in html
    assert "flex:1.500" in html
    assert "flex:0.500" in html


def test_a_stock_voice_needs_no_work() -> None:
    session = Session()
    add(session)
    assert "built-in voice" in takes_list(EN, session.takes)


def test_many_segments_fold_away() -> None:
    session = Session()
    count = SHOWN_BADGES + 5
    add(session, report=report(*[HIT] * count), starts_s=[float(second) for second in range(count)])
    html = takes_list(EN, session.takes)
    assert "5 more" in html
    assert html.count('title="Segment 3."') == 1


def test_similarity_is_shown_where_there_is_one() -> None:
    session = Session()
    add(session)
    assert "similarity" not in takes_list(EN, session.takes)
    add(session, report=replace(report(HIT), similarity=0.7812))
    assert "similarity 0.78" in takes_list(EN, session.takes)


def test_an_empty_list_says_what_will_come() -> None:
    assert EN("takes.empty") in unescape(takes_list(EN, []))
    assert ZH("transcripts.empty") in unescape(transcript_list(ZH, [], reference_max_s=30))


def test_a_long_clip_is_not_offered_as_reference() -> None:
    def card(end_s: float) -> TranscriptCard:
        transcript = Transcript("words", "en", (TimedText(0, end_s, "words"),))
        return TranscriptCard("t", AudioSource(b"", "a.wav"), "c", TranscriptReport("w", transcript, HIT, 3.0))

    assert 'data-act="refer"' in transcript_list(EN, [card(29)], reference_max_s=30)
    assert 'data-act="refer"' not in transcript_list(EN, [card(31)], reference_max_s=30)


def test_the_strip_tells_how_far_it_is() -> None:
    ready = [LiveSegment("a", 1.0, Outcome.MISS)]
    assert "Learning the voice … 40%" in live_strip(EN, "r", [], step=Step("enroll", 0.4))
    assert "Segment 2 of 5" in live_strip(EN, "r", ready, total=5)
    assert "Waiting: 2 ahead" in live_strip(EN, "r", [], step=Step("", 0.0, ahead=2))
    assert "前面还有 2 个" in live_strip(ZH, "r", ready, total=5, step=Step("synthesize", 0.2, ahead=2))
    assert live_strip(EN, "r", ready, total=5).count("e-pending") == 4
    assert 'data-done="true"' in live_strip(EN, "r", ready, total=1, done=True)


def test_errors_in_the_language_of_the_page() -> None:
    assert "请输入文字" in notice.failure(ZH, InvalidText("text.empty"))
    assert 'data-level="note"' in notice.failure(EN, Cancelled())
    assert notice.failure(EN, InvalidText("text.empty"), about="a.wav").count("a.wav — There is nothing") == 1


def test_what_nobody_foresaw_is_one_plain_sentence_and_a_trace_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    shown = notice.failure(EN, RuntimeError("inner secret"))
    assert "inner secret" not in shown
    assert "log" in shown
    assert "inner secret" in caplog.text


def test_the_cache_in_figures() -> None:
    html = cache_view(EN, STATS)
    assert "65.0 s" in html
    assert "80%" in html
    assert "2.0 MB" in html


def test_the_cache_without_redis_says_so() -> None:
    down = CacheStats([], [], REDIS_DOWN, LocalSize(0, 0, 1))
    assert "Redis is out of reach: refused &lt;b&gt;" in cache_view(EN, down)
    assert 'data-up="false"' in header(EN, HummingEngine(), redis=REDIS_DOWN)


@pytest.mark.parametrize(
    ("count", "shown"), [(12, "12 B"), (2048, "2.0 kB"), (3 * 2**20, "3.0 MB"), (2**31, "2.00 GB")]
)
def test_sizes(count: int, shown: str) -> None:
    assert size(count) == shown


def test_the_form_is_remembered() -> None:
    session = Session()
    assert add(session).form is FORM


def test_emotion_and_events_are_badges_in_both_languages_and_speech_is_none() -> None:
    transcript = Transcript("words", "yue", (), "happy", ("speech", "bgm", "laughter"))
    card = TranscriptCard("t", AudioSource(b"", "a.wav"), "c", TranscriptReport("w", transcript, HIT, 3.0))
    for language, words in ((EN, ["happy", "music", "laughter"]), (ZH, ["开心", "音乐", "笑声"])):
        shown = transcript_list(language, [card], reference_max_s=30)
        assert re.findall(r'<span class="e-trait"[^>]*>([^<]*)</span>', shown) == words
        assert language("language.yue") in shown
