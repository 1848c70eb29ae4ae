import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.request import EMOTIONS, MAX_INSTRUCTION, Instruction
from core.text.cues import BOUNDS, NEUTRAL, Prosody, interpret
from core.text.directions import table
from core.text.presets import presets

FACTORS = ("rate", "range", "pause")


def prosody(text: str = "", **emotions: float) -> Prosody:
    vector = tuple(emotions.get(emotion, 0.0) for emotion in EMOTIONS) if emotions else ()
    return interpret(Instruction(text, vector=vector)).prosody


def moved(direction: Prosody) -> dict[str, int]:
    """Which way each part goes."""
    return {
        name: (value > neutral) - (value < neutral)
        for name in BOUNDS
        if (value := getattr(direction, name)) != (neutral := getattr(NEUTRAL, name))
    }


def unfollowed(text: str) -> list[tuple[str, object]]:
    return [(finding.code, finding.details["part"]) for finding in interpret(Instruction(text)).unfollowed]


@pytest.mark.parametrize("nothing", ["", "   ", "Please say a sentence.", "请说一句话。", "...", "用普通话自然地说"])
def test_no_direction_changes_nothing(nothing: str) -> None:
    assert interpret(Instruction(nothing)).prosody == NEUTRAL
    assert not unfollowed(nothing)


def test_the_directions_are_those_of_the_literature() -> None:
    """Juslin and Laukka 2003; disgust from Murray and Arnott 1993, boredom from Scherer 2003."""
    for cue, rate, pitch, spread, level in (
        ("happy", 1, 1, 1, 1),
        ("excited", 1, 1, 1, 1),
        ("angry", 1, 1, 1, 1),
        ("sad", -1, -1, -1, -1),
        ("tender", -1, -1, -1, -1),
        ("afraid", 1, 1, -1, -1),
        ("bored", -1, -1, -1, -1),
        ("disgusted", -1, -1, 1, -1),
    ):
        said = moved(prosody(cue))
        assert (said["rate"], said["pitch_st"], said["range"], said["level_db"]) == (rate, pitch, spread, level), cue
    assert moved(prosody("loud")) == {"pitch_st": 1, "range": 1, "level_db": 1, "tilt_db": 1}
    assert moved(prosody("soft")) == {"pitch_st": -1, "range": -1, "level_db": -1, "tilt_db": -1}
    assert moved(prosody("fast")) == {"rate": 1, "pause": -1}
    assert moved(prosody("slow")) == {"rate": -1, "pause": 1}


def test_both_languages_and_the_vector_say_the_same() -> None:
    for english, chinese, emotion in (("happily", "开心", "happy"), ("sadly", "悲伤", "sad"), ("calm", "平静", "calm")):
        assert prosody(english) == prosody(chinese) == prosody(**{emotion: 1.0}) != NEUTRAL
        assert prosody(english, **{emotion: 1.0}) == prosody(english)


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        ("slightly happy", "happy"),
        ("happy", "very happy"),
        ("very happy", "extremely happy"),
        ("有点开心", "开心"),
        ("开心", "非常开心"),
        ("quickly", "as quickly as possible"),
        ("speed up a little", "speed up"),
        ("快一点", "快"),
        ("语速快一点", "用尽可能快地语速"),
    ],
)
def test_words_of_degree(weaker: str, stronger: str) -> None:
    assert 1.0 < prosody(weaker).rate < prosody(stronger).rate


@pytest.mark.parametrize(
    ("direction", "rate"),
    [
        ("not too fast", -1),
        ("don't read it so fast", -1),
        ("别太快", -1),
        ("太快了", -1),
        ("不要那么慢", 1),
        ("not slow", 1),
        ("fast, but not loud", 1),
        ("not sad", 0),
        ("don't be sad or angry", 0),
        ("不要难过", 0),
        ("没有感情", 0),
    ],
)
def test_a_negation_is_no_wish(direction: str, rate: int) -> None:
    said = interpret(Instruction(direction))
    assert moved(said.prosody).get("rate", 0) == rate
    assert said.followed
    assert not said.unfollowed


def test_not_too_much_of_an_emotion_is_a_little_of_it() -> None:
    assert prosody("sad").rate < prosody("not too sad").rate < 1.0
    assert prosody("sad").rate < prosody("别太伤心").rate < 1.0
    assert prosody("so sad").rate < prosody("sad").rate


def test_high_and_low_mean_what_is_spoken_of() -> None:
    assert moved(prosody("in a high voice")) == {"pitch_st": 1}
    assert moved(prosody("稍微提高音调")) == {"pitch_st": 1}
    assert moved(prosody("raise the volume a bit")) == moved(prosody("loud"))
    assert moved(prosody("音量低一点")) == moved(prosody("soft"))
    assert moved(prosody("提高语速")) == moved(prosody("fast"))
    assert moved(prosody("更加高兴")) == moved(prosody("happy"))


def test_parts_of_a_direction_add_up() -> None:
    both = prosody("sad and fast")
    assert both.rate == pytest.approx(prosody("sad").rate * prosody("fast").rate, abs=1e-3)
    assert both.pitch_st == prosody("sad").pitch_st
    assert prosody("happy, cheerful and merry") == prosody("happy")


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ("用四川话说", [("direction.dialect", "四川话")]),
        (
            "speak in Sichuan dialect, like a robot",
            [("direction.dialect", "Sichuan dialect"), ("direction.role", "robot")],
        ),
        ("用四川话像机器人一样说", [("direction.dialect", "四川话"), ("direction.role", "机器人")]),
        ("with a thick British accent", [("direction.dialect", "thick British accent")]),
        ("我想体验一下小猪佩奇风格，可以吗？", [("direction.role", "小猪佩奇")]),
        ("像小朋友一样开心地说", [("direction.role", "小朋友")]),
        ("happily, as if under water", [("direction.unknown", "under water")]),
        ("一字一顿地说", [("direction.unknown", "一字一顿")]),
        ("😭", [("direction.unknown", "😭")]),
        ("whisper it", [("direction.whisper", "whisper")]),
    ],
)
def test_what_cannot_be_followed_is_quoted(direction: str, expected: list[tuple[str, str]]) -> None:
    assert unfollowed(direction) == expected


def test_every_preset_is_followed_or_said_to_be_beyond_it() -> None:
    for preset in presets().values():
        said = interpret(Instruction(preset.instruction))
        if preset.group in ("dialect", "role"):
            assert said.prosody == NEUTRAL
            assert [finding.code for finding in said.unfollowed] == [f"direction.{preset.group}"]
        else:
            assert said.prosody != NEUTRAL
            assert not said.unfollowed
            assert len(said.followed) == 1


def test_every_word_of_the_table_is_found_and_means_one_thing() -> None:
    seen: dict[str, str] = {}
    for group in ("emotions", "manners"):
        for cue, row in table()[group].items():
            for word in row["words"]:
                assert seen.setdefault(word, cue) == cue, word
                assert word == word.lower()
                said = moved(prosody(word))
                assert said == moved(prosody(row["words"][0])), word
    assert set(EMOTIONS) <= set(table()["emotions"])
    assert set(table()["missing"]["whisper"]) <= set(seen)


_WORDS = (
    "very not too 不 太 非常 happy sad loud 快 慢 一点 high volume 音量 低 or but ， . robot 话 🙂 [h][ào] İ ſlow '"
)
_PIECES = st.sampled_from([*_WORDS.split(), "as possible", " ", "\x00", "\u202e"])
_TEXTS = st.one_of(st.text(max_size=MAX_INSTRUCTION), st.lists(_PIECES, max_size=60).map(" ".join)).map(
    lambda text: text[:MAX_INSTRUCTION]
)
_VECTORS = st.one_of(st.just(()), st.tuples(*[st.floats(0, 1) for _ in EMOTIONS]))


@settings(max_examples=400)
@given(_TEXTS, _VECTORS)
@example("extremely " * 49 + "loud", ())
@example("very very very very fast extremely slow as possible", (1.0,) * 8)
def test_anything_is_read_and_the_result_is_a_voice(text: str, vector: tuple[float, ...]) -> None:
    said = interpret(Instruction(text, vector=vector))
    for name, (least, most) in BOUNDS.items():
        assert least <= getattr(said.prosody, name) <= most
    assert all(finding.sentence for finding in said.unfollowed)
    assert said == interpret(Instruction(text, vector=vector))
