import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.verbalise import is_speakable, verbalise

ENGLISH = [
    ("It costs $1,234.50.", "It costs one thousand two hundred thirty-four dollars and fifty cents."),
    ("$0.99", "ninety-nine cents"),
    ("$1", "one dollar"),
    ("£20, €30 and ¥50", "twenty pounds, thirty euros and fifty yuan"),
    ("a $5 million deal", "a five million dollar deal"),
    ("€3.5bn", "three point five billion euros"),
    ("up 12.5%", "up twelve point five percent"),
    ("on March 15, 2024", "on March fifteenth, twenty twenty-four"),
    ("the 4th of July", "the fourth of July"),
    ("on 4 July 1776", "on the fourth of July, seventeen seventy-six"),
    ("2024-03-15", "March fifteenth, twenty twenty-four"),
    ("12/25/2023", "December twenty-fifth, twenty twenty-three"),
    ("at 3:30 p.m. sharp", "at three thirty P M sharp"),
    ("It's 7:05", "It's seven oh five"),
    ("at 5pm", "at five P M"),
    ("at 9:00", "at nine o'clock"),
    ("It was -5°C", "It was minus five degrees Celsius"),
    ("98.6 °F", "ninety-eight point six degrees Fahrenheit"),
    ("Call 555-123-4567.", "Call five five five, one two three, four five six seven."),
    ("Call +1 (555) 123-4567", "Call plus one, five five five, one two three, four five six seven"),
    ("Dr. Smith & Mrs. Jones", "Doctor Smith and Missus Jones"),
    ("on Baker St. in London", "on Baker Street in London"),
    ("St. Paul", "Saint Paul"),
    ("the 2nd and 21st", "the second and twenty-first"),
    ("In 1998, 1500 people", "In nineteen ninety-eight, fifteen hundred people"),
    ("from 1990 to 2005", "from nineteen ninety to two thousand five"),
    ("the 1990s and the 80s", "the nineteen nineties and the eighties"),
    ("3/4 of them", "three quarters of them"),
    ("½ cup", "one half cup"),
    ("2½ cups", "two and a half cups"),
    ("100,000 and 1,000,000", "one hundred thousand and one million"),
    ("5 km, 10 kg, 60 mph", "five kilometers, ten kilograms, sixty miles per hour"),
    ("1 km", "one kilometer"),
    ("10-20 people", "ten to twenty people"),
    ("version 2.0", "version two point zero"),
    ("release 1.2.3", "release one point two point three"),
    ("Room 404", "Room four oh four"),
    ("flight BA 117", "flight BA one seventeen"),
    ("COVID-19", "COVID nineteen"),
    ("World War II and Henry VIII", "World War two and Henry the eighth"),
    ("AT&T", "AT and T"),
    ("write to ann@example.com", "write to ann at example dot com"),
    ("open 24/7", "open twenty-four seven"),
    ("#1", "number one"),
    ("No. 5", "number five"),
    ("2 + 2 = 4", "two plus two equals four"),
    ("😀 hi 👋🏽", "hi"),
]

MANDARIN = [
    ("2024年3月15日", "二零二四年三月十五日"),
    ("1998年出生", "一九九八年出生"),
    ("他花了1,234.5元", "他花了一千二百三十四点五元"),
    ("￥1.5万", "一点五万元"),
    ("$5", "五美元"),
    ("涨了12.5%", "涨了百分之十二点五"),
    ("下午3:30", "下午三点半"),
    ("8:05开", "八点零五分开"),
    ("时间是14:00", "时间是十四点"),
    ("气温-5℃", "气温负五摄氏度"),
    ("身高175cm", "身高一百七十五厘米"),
    ("0.5kg", "零点五公斤"),
    ("100㎡", "一百平方米"),
    ("请拨打13800138000", "请拨打幺三八零零幺三八零零零"),
    ("比分是3:2", "比分是三比二"),
    ("3/4的人", "四分之三的人"),
    ("½杯", "二分之一杯"),
    ("3-5天", "三到五天"),
    ("10~20人", "十到二十人"),
    ("2个人", "两个人"),
    ("第2名", "第二名"),
    ("第10集", "第十集"),
    ("2号楼201室", "二号楼二零幺室"),
    ("密码123456", "密码幺二三四五六"),
    ("上世纪90年代", "上世纪九十年代"),
    ("2020-2024年", "二零二零到二零二四年"),
    ("共有2,000,000人", "共有两百万人"),
    ("他说5 & 6", "他说五和六"),
    ("50+", "五十多"),
    ("🎉好开心😀", "好开心"),
]

MIXED = [
    ("zh", "我买了 iPhone 15 Pro，花了8999元。", "我买了 iPhone fifteen Pro , 花了八千九百九十九元。"),
    ("zh", "我在 New York 住了5年", "我在 New York 住了五年"),
    ("zh", "CA1234航班", "CA 幺二三四航班"),
    ("zh", "3D打印", "三 D 打印"),
    ("zh", "12306", "幺二三零六"),
    ("en", "12306", "twelve thousand three hundred six"),
    ("en", "She said 你好 3 times.", "She said 你好 three times."),
]


@pytest.mark.parametrize(("written", "spoken"), ENGLISH)
def test_english(written: str, spoken: str) -> None:
    assert verbalise(written, "en") == spoken


@pytest.mark.parametrize(("written", "spoken"), MANDARIN)
def test_mandarin(written: str, spoken: str) -> None:
    assert verbalise(written, "zh") == spoken


@pytest.mark.parametrize(("language", "written", "spoken"), MIXED)
def test_numbers_take_the_language_beside_them(language: str, written: str, spoken: str) -> None:
    assert verbalise(written, language).replace(" ", "") == spoken.replace(" ", "")


@pytest.mark.parametrize("text", ["Hello", "好", "5", "¿Qué?", "1️⃣"])
def test_speakable(text: str) -> None:
    assert is_speakable(text)


@pytest.mark.parametrize("text", ["", "  ", "…?!", "😀👩‍👩‍👧", "♪ ★ →", "。，、", "\u200b"])
def test_unspeakable(text: str) -> None:
    assert not is_speakable(text)


_AWKWARD = st.text(st.sampled_from("0123456789.,:/-–~+%°$£¥€#@&=×½² aeZ年月日点元第个CkmIV's你好，。😀"), max_size=40)


@given(_AWKWARD, st.sampled_from(["en", "zh"]))
def test_no_digit_is_left_whatever_comes(text: str, language: str) -> None:
    assert not re.search(r"[0-9$€£¥%°&@#+=]", verbalise(text, language))


@given(st.text(st.sampled_from("abZ 你好们,。?!"), max_size=30), st.sampled_from(["en", "zh"]))
def test_plain_words_stay_as_they_are(text: str, language: str) -> None:
    assert verbalise(text, language).replace(" ", "") == text.replace(" ", "")
