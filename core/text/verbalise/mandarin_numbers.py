"""Mandarin numbers in words. cn2an spells; 两 takes the place of 二 where it is said."""

import functools
import re

_LONGEST = 16
"""cn2an goes no further."""
_DIGITS = "零一二三四五六七八九"
_SPELLED = _DIGITS.replace("一", "幺")
_MEASURES = (
    r"个|只|点|次|天|年(?!级)|小时|分钟|秒|周(?!目)|倍|位|种|块|条|张|本|台|辆|双|对|件|套|家|间|头(?!条)|匹|杯|瓶|碗"
    r"|盘|袋|箱|盒|包|片|棵|朵|颗|粒|根|支|枝|把|封|部|场|届|岁|元|米|斤|公斤|公里|千米|厘米|毫米|克|升|吨|平方|立方"
    r"|英里|英尺|美元|欧元|英镑|港元|人|名|句|段|篇|首|幅|座|艘|架|节|门|项|份|批|群|组|轮|笔|道|口|顿|趟|回|遍"
    r"|眼|步|代人|百|千|万|亿|成|度|寸|字|集|册|页|站|株|滴|串|束|堆|排|样|类|款|枚|顶|扇|盏|股|阵|番|餐"
)
_TWO = re.compile(rf"(?=(?:{_MEASURES}))")


@functools.lru_cache(4096)
def cardinal(text: str) -> str:
    """A number with optional thousands commas and decimals, as a count. A leading zero makes it a code."""
    # It takes a good part of a second to load.
    from cn2an import an2cn

    whole, _, fraction = text.replace(",", "").partition(".")
    if len(whole) > _LONGEST or (len(whole) > 1 and whole[0] == "0"):
        spoken = spell(whole, telephone=False)
    else:
        spoken = str(an2cn(whole or "0", "low"))
        # 两百二十, 两千, 一万两千, but 一百二十 and 十二万.
        spoken = re.sub(r"^二(?=百)|(?<!十)二(?=[千万亿])", "两", spoken)
    return f"{spoken}点{spell(fraction, telephone=False)}" if fraction else spoken


def counted(text: str, after: str) -> str:
    """The number ``text`` before the words ``after``: two of a thing are 两."""
    return "两" if text == "2" and _TWO.match(after) else cardinal(text)


def spell(text: str, *, telephone: bool = True) -> str:
    """The digits of ``text`` one by one; over the telephone 1 is 幺, so that nobody hears 7."""
    return "".join((_SPELLED if telephone else _DIGITS)[int(digit)] for digit in text if digit.isdigit())
