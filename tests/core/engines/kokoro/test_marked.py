import json
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.engines.base import Utterance
from core.engines.kokoro import phones
from core.engines.kokoro.engine import KokoroEngine
from core.engines.kokoro.graph import finished, split_phonemes
from core.engines.kokoro.marked import spoken_parts, to_phonemes, verbalised
from core.engines.kokoro.phonemes import Accent, syllable
from core.models.manifest import model_path
from core.text.arpabet import CONSONANTS, VOWELS
from core.text.mandarin import words
from core.text.markup.model import Arpabet, Marked, Notation, Pinyin, Text, merged
from core.text.markup.reader import nodes, read
from core.text.pinyin import SYLLABLES

ACCENTS: tuple[Accent, Accent] = ("en-us", "en-gb")
RUA = Pinyin("rua3", "好")
MINUTE = Arpabet(("M", "AY0", "N", "UW1", "T"), "minute")


def marked(text: str) -> Marked:
    return nodes(read(text, Notation.KOKORO))


def spoken(text: str, language: str = "zh", accent: Accent = "en-us") -> str:
    return " | ".join(to_phonemes(part.marked, accent) for part in spoken_parts(marked(text), language))


@pytest.mark.slow
def test_kokoro_has_a_token_for_every_sound_and_a_sound_for_every_syllable() -> None:
    known = set(json.loads((model_path("kokoro") / "vocab.json").read_text("utf-8"))["vocab"])
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for pinyin in SYLLABLES:
        sounds = syllable(pinyin)
        assert sounds, pinyin
        assert set(sounds) <= known, pinyin
        alike[sounds].append(pinyin)
    assert [group for group in alike.values() if len(group) > 1] == []
    for accent in ACCENTS:
        for phone in [*CONSONANTS, *(vowel + stress for vowel in VOWELS for stress in "012")]:
            said = phones.word((phone, "AH0"), accent)
            assert set(said) <= known, phone


@pytest.mark.parametrize("accent", ACCENTS)
def test_every_phone_sounds_different(accent: Accent) -> None:
    vowels = [vowel + stress for vowel in VOWELS for stress in ("", "1", "2")]
    said = {vowel: phones.word(("T", vowel, "T"), accent) for vowel in vowels}
    if accent == "en-gb":  # the ends of "letter" and "comma" are one sound
        assert said.pop("ER") == said["AH"]
    assert len(set(said.values())) == len(said)
    assert len({phones.word((consonant, "AH0"), accent) for consonant in CONSONANTS}) == len(CONSONANTS)


@pytest.mark.parametrize(
    ("word", "american", "british"),
    [
        ("M AY0 N UW1 T", "mInˈut", "mInˈuːt"),
        ("R EH1 K ER0 D", "ɹˈɛkəɹd", "ɹˈɛkəd"),
        ("N ER1 S", "nˈɜɹs", "nˈɜːs"),
        ("S T AA1 R T", "stˈɑɹt", "stˈɑːt"),
        ("L AA1 T", "lˈɑt", "lˈɒt"),
        ("N IH1 R", "nˈɪɹ", "nˈɪə"),
        ("S K W EH1 R", "skwˈɛɹ", "skwˈɛː"),
        ("V EH1 R IY0", "vˈɛɹi", "vˈɛɹi"),
        ("HH ER1 IY0", "hˈɜɹi", "hˈɜːɹi"),
        ("G OW1 T", "ɡˈOt", "ɡˈQt"),
        ("AH0 B AW2 T", "əbˌWt", "əbˌWt"),
        ("CH OY1 S", "ʧˈYs", "ʧˈYs"),
    ],
)
def test_arpabet_in_both_accents(word: str, american: str, british: str) -> None:
    assert phones.word(tuple(word.split()), "en-us") == american
    assert phones.word(tuple(word.split()), "en-gb") == british


@pytest.mark.parametrize(
    "text", ["银行行长在长江边上走了很长的路。", "他还没还我钱，得去看看他跑得快不快！", "一个人不要，慢慢地说。"]
)
def test_a_mark_that_says_what_is_read_anyway_changes_nothing(text: str) -> None:
    plain = to_phonemes(verbalised((Text(text),), "zh"), "en-us")
    for run in text.replace("，", "。").replace("！", "。").split("。"):
        start = text.index(run)
        readings = [reading for word in words(run) for reading in word.syllables] if run else []
        for at, reading in enumerate(readings, start):
            one = merged((Text(text[:at]), Pinyin(reading, text[at]), Text(text[at + 1 :])))
            assert to_phonemes(verbalised(one, "zh"), "en-us") == plain


def test_a_marked_syllable_stays_in_its_word() -> None:
    assert spoken("银[行](xing2)很大") == spoken("银行很大").replace("xa↗ŋ", "ɕi↗ŋ")


def test_syllables_of_no_character_are_a_word() -> None:
    assert spoken("她[](hao4)[](xing2)干净") == "tʰa→ xau↘ɕi↗ŋ ka→nʨi↘ŋ"


def test_no_sandhi_changes_what_is_marked() -> None:
    assert spoken("[不](bu4)对") == "pu↘ twei↘"
    assert spoken("[一](yi1)个") == "i→kɤ↘"


def test_words_around_a_mark_are_read_beside_it() -> None:
    assert spoken("the [minute](M AY0 N UW1 T) hand", "en") == "ðə mInˈut hˈænd"
    assert spoken("the [object](AA1 B JH EH0 K T)", "en").startswith("ðɪ ˈɑbʤɛkt")
    assert spoken("我有2[条](tiao2)鱼") == spoken("我有2条鱼")
    assert spoken("买了3张[票](piao4)") == spoken("买了3张票")
    assert spoken("I saw 3 [bass](B AE1 S).", "zh") == spoken("I saw 3.", "en")[:-1] + " bˈæs."


def test_a_marked_word_keeps_what_hangs_on_it() -> None:
    assert spoken("[Kat](K AE1 T)'s, [Ann](AE1 N)’s, [Liz](L IH1 Z)'s", "en") == "kˈæts, ˈænz, lˈɪzɪz"
    assert spoken("un[read](R EH1 D)“[read](R EH1 D)”.", "en") == "ˈʌn ɹˈɛd“ɹˈɛd”."
    assert spoken("我喜欢[Python](P AY1 TH AA0 N)语言") == "wo↓ ɕi↓xwa→n pˈIθɑn y↓jɛ↗n"


def test_what_stands_in_may_be_in_the_text() -> None:
    assert spoken("zizzib [minute](M AY0 N UW1 T) ozizzib", "en") == "zˈɪzɪb mInˈut ˈɑzɪzˌɪb"
    assert spoken("㐀[好](hao4)㐁").split()[1] == "xau↘"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(st.sampled_from("好行二〇23.,:%$-/ 'aBtheé，。「」…☃\u200b㐀㐁"), min_size=1, max_size=6).map(Text),
            st.sampled_from((RUA, Pinyin("xing2"), MINUTE, Arpabet(("EY1",), "a"))),
        ),
        max_size=6,
    ),
    st.sampled_from(("en", "zh")),
)
def test_no_mark_is_lost(items: list[Text | Pinyin | Arpabet], language: str) -> None:
    given_nodes = merged(items)
    said = verbalised(given_nodes, language)
    assert [node for node in said if not isinstance(node, Text)] == [
        node for node in given_nodes if not isinstance(node, Text)
    ]
    phonemes = to_phonemes(said, "en-us")
    assert phonemes.count("mInˈut") == sum(node == MINUTE for node in items)
    assert phonemes.count("ɻwa↓") == sum(node == RUA for node in items)


def test_tags_of_breathing_are_pauses_where_they_stand() -> None:
    parts = spoken_parts(marked("我今天[breath]很累[sigh]。[quick_breath]真的。"), "zh")
    assert [part.pause_s for part in parts] == [0.4, 0.7, 0.2, 0.0]
    assert [to_phonemes(part.marked, "en-us")[-1:] for part in parts] == [",", ".", "", "."]
    assert [part.pause_s for part in spoken_parts(marked("[breath]好"), "zh")] == [0.4, 0.0]


def test_what_is_rendered_otherwise_is_told() -> None:
    found = KokoroEngine().findings(Utterance("[breath]好[sigh]，[breath]好", "zh"))
    assert [(finding.code, finding.details["tag"]) for finding in found] == [
        ("tag.pause", "[breath]"),
        ("tag.pause", "[sigh]"),
    ]
    assert "0.4 s" in found[0].sentence
    assert KokoroEngine().findings(Utterance("[好](hao4)", "zh")) == []


def test_what_it_cannot_do_is_not_among_its_tags() -> None:
    capabilities = KokoroEngine.capabilities
    assert (capabilities.notation, capabilities.pinyin, capabilities.arpabet) == (Notation.KOKORO, True, True)
    assert not {"laughter", "cough", "strong"} & set(capabilities.tags)


def test_a_lone_word_is_given_an_end() -> None:
    assert finished(spoken("[好](hao4)")) == "xau↘."
    assert finished("mInˈut!") == "mInˈut!"
    assert finished("") == ""
    assert finished(long := spoken("今天的天气真的非常好")) == long


def test_no_marked_word_is_cut() -> None:
    text = "[好](hao4)[行](xing2)银行" * 40
    phonemes = spoken(f"她{text}干净")
    parts = list(split_phonemes(phonemes))
    assert len(parts) > 1
    assert set(" ".join(parts).split()) == set(phonemes.split())
