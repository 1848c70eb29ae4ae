"""Mandarin numbers, dates, money, units and symbols to words."""

import re
from collections.abc import Callable
from re import Match

from core.text.verbalise.addresses import read_addresses
from core.text.verbalise.english_numbers import is_roman, roman
from core.text.verbalise.mandarin_numbers import cardinal, counted, spell
from core.text.verbalise.symbols import CURRENCY, CURRENCY_CODE, NUMBER, UNIT, currency, unit

_MAGNITUDE = "[十百千]?[万亿]|[十百千]"
_SPELLED_AFTER = (
    "密码|编号|号码|账号|帐号|账户|验证码|邮编|代码|口令|尾号|学号|工号|卡号|单号|订单号?|会议号|房号|房间号|序列号|车牌号?"
    "|身份证号?码?|电话|手机号?码?|热线|拨打|致电|QQ号?|ID|ISBN|ISSN"
)
_SPELLED_BEFORE = (
    "(?:号)?(?:室|房|教室|病房|会议室|办公室)|路公交|路车|次列车|次航班|航班|号航班|医院|高校|院校|大学|工程|工作制|研究所|部队"
    "|热线|客服"
)
_WEAPON = "歼|轰|运|直|强|苏|图|东风|长征|神舟|嫦娥|巨浪|鹰击|红旗|天宫|天舟"
_WON = "大胜|战胜|险胜|完胜|击败|输给|不敌|战平|获胜|取胜|胜出|赢|逆转|领先|落后|的?比分"
_PER = "秒|分钟?|小时|时|天|日|晚|周|月|年|人|个|次|件|斤|公斤|克|吨|米|平米?|平方米|升|瓶|杯|张|间|位|台|套|份"
_TELEPHONE = (
    r"(?<!\d)(?:(?P<abroad>\+)?(?:86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}|0\d{2,3}-\d{7,8}|[48]00-?\d{3}-?\d{4}"
    r"|(?:100(?:10|86)|12\d(?!00)\d\d|9[56]\d{3})(?=$|打|热线|客服|平台|[^\w.%,:/~·-]))(?!\d)"
)


def _clock(match: Match[str]) -> str:
    hour, minute, second = int(match["hour"]), int(match["minute"]), match["second"]
    half = {"a": "上午", "p": "下午" if hour % 12 < 6 else "晚上", None: ""}[match["half"]]
    spoken = f"{half}{counted(str(hour), '点')}点"
    if minute == 0 and not second:
        return spoken
    if minute == 30 and hour <= 12 and not second:
        return f"{spoken}半"
    seconds = f"{cardinal(str(int(second)))}秒" if second else ""
    return f"{spoken}{'零' if 0 < minute < 10 else ''}{cardinal(str(minute))}分{seconds}"


def _hour(match: Match[str]) -> str:
    return ("上午" if match["half"] == "a" else "下午") + counted(match["hour"], "点") + "点"


def _date(match: Match[str]) -> str:
    month, day = int(match["month"]), int(match["day"])
    if month > 12:
        month, day = day, month
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match.group()
    return f"{spell(match['year'], telephone=False)}年{cardinal(str(month))}月{cardinal(str(day))}日"


def _year(match: Match[str]) -> str:
    """Four digits before 年: a year, unless so many years have passed."""
    text, after = match[1], match.string[match.end() :]
    lasted = re.match(r"\s?年(?:前|来|多|历史|的历史|间|之久)", after) and int(text) % 100 == 0
    return text if lasted or int(text) > 2200 else spell(text, telephone=False)


def _money(match: Match[str]) -> str:
    return f"{match['amount']}{match['magnitude'] or ''}{currency(match['sign'])[4]}"


def _percent(match: Match[str]) -> str:
    name = "百分之" if match["mark"] == "%" else "千分之"
    whole = re.sub("^一百$", "百", cardinal(match["n"]))
    return f"{name}{whole}"


def _power(match: Match[str]) -> str:
    return "的" + ({"2": "平方", "3": "立方"}.get(match[1]) or f"{cardinal(match[1])}次方")


def _bare(match: Match[str]) -> str:
    before, after = match.string[: match.start()], match.string[match.end() :]
    if before.endswith("第"):
        return cardinal(match[0]).replace("两", "二")
    return counted(match[0], after)


_RULES: tuple[tuple[str, str | Callable[[Match[str]], str]], ...] = (
    (r"(?<=\d)\u2044(?=\d)", "/"),
    (
        r"(?<![A-Za-z])(?:(?<=第)[IVX]+|[IVX]{2,}(?=期|型|级|类|度)|I(?=期|型|级))(?![A-Za-z])",
        lambda m: str(roman(m[0])) if is_roman(m[0]) else m[0],
    ),
    # What is spelled
    (_TELEPHONE, lambda m: ("加" if m["abroad"] else "") + spell(m[0])),
    (r"(?<!\d)1(?:10|19|20|22)(?=报警|急救|火警|电话)|(?<=[打拨])1(?:10|19|20|22)(?![\d.])", lambda m: spell(m[0])),
    (
        rf"((?:{_SPELLED_AFTER})\s?(?:是|为|:|：)?\s?)((?:[A-Z]{{0,2}}\d{{2,}}|\d)[\d-]*\d)(?![\d.])",
        lambda m: m[1] + re.sub(r"\d+", lambda part: spell(part[0]), m[2]).replace("-", ""),
    ),
    (rf"(?<![\d.,-])(\d{{3,4}})(?={_SPELLED_BEFORE})", lambda m: spell(m[1])),
    (r"(?<=波音|空客)\d{3}(?!\d)", lambda m: spell(m[0], telephone=False)),
    (r"([A-Z])-?(\d{3,})(?![\d.])", lambda m: f"{m[1]} {spell(m[2])}"),
    (r"(?<![\d.,:/第-])(?!\d+0000)\d{9,}(?![\d.,:/%-]|元|个|人)", lambda m: spell(m[0])),
    (rf"({_WEAPON})-(?=\d)", r"\1"),
    (r"(?<=[A-Za-z])-(?=\d)", " "),
    (r"(?<![\d·])(\d{1,2})·(\d{1,2})(?![\d·])", lambda m: spell(m[1] + m[2], telephone=False)),
    # Dates
    (r"(?<!\d)(?P<year>\d{4})(?P<mark>[-/.·])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?!\d)", _date),
    (r"(?<![\d./-])(?P<month>\d\d?)(?P<mark>[-/])(?P<day>\d\d?)(?P=mark)(?P<year>\d{4})(?![\d./-])", _date),
    (
        r"(?<![\d./-])((?:19|20)\d\d)[-/.](0[1-9]|1[0-2])(?![\d./-])",
        lambda m: f"{spell(m[1], telephone=False)}年{cardinal(str(int(m[2])))}月",
    ),
    (
        r"(?<![\d./-])(0[1-9]|1[0-2])[-/]((?:19|20)\d\d)(?![\d./-])",
        lambda m: f"{spell(m[2], telephone=False)}年{cardinal(str(int(m[1])))}月",
    ),
    (
        r"(?<![\d./-])(0[1-9]|1[0-2])[-/](0[1-9]|[12]\d|3[01])(?![\d./-])",
        lambda m: f"{cardinal(str(int(m[1])))}月{cardinal(str(int(m[2])))}日",
    ),
    (r"(?<!\d)0(?=[1-9]\s?[月日号])", ""),
    (r"(?<=公元)(前?)(\d+)(?=\s?年)", lambda m: m[1] + spell(m[2], telephone=False)),
    (r"(?<!\d)(\d[05])(?=后)", lambda m: spell(m[1], telephone=False)),
    (r"(?<!\d)(\d{4})(?=\s?[-–—~至到]\s?\d{4}\s?年)", lambda m: spell(m[1], telephone=False)),
    (r"(?<=[零一二三四五六七八九])\s?[-–—~]\s?(?=\d{4}\s?年)", "到"),
    (r"(?<![\d.,])(\d{4})(?=\s?年)", _year),
    (
        r"(?<![\d.,])(0\d|[5-9]\d(?=年(?:出生|生|毕业|入学|春|夏|秋|冬|版)))(?=年)",
        lambda m: spell(m[1], telephone=False),
    ),
    # Scores, times
    (r"(?<![\d:])(\d+)\s?[:-]\s?(\d+)(?=" + _WON + ")", r"\1比\2"),
    (r"((?:比分|比例尺?|赔率|总分)(?:为|是)?|以)(\d+):(\d+)(?![\d:])", r"\1\2比\3"),
    (r"(?<=\d:\d\d)\s?[-–—~]\s?(?=\d)", "到"),
    (
        r"(?<![\d:])(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?![\d:])"
        r"(?:\s?(?P<half>[ap])\.?m\b\.?)?",
        _clock,
    ),
    (r"(?<!\d)(?P<hour>\d{1,2})\s?(?P<half>[ap])\.?m\b\.?", _hour),
    (r"(?<=\d)\s?:\s?(?=\d)", "比"),
    # Sums and ranges
    (r"(?<=\d)\s?-\s?(?=[\d\s.+*/×÷-]*=)", "减"),
    (rf"({CURRENCY})\s?({NUMBER})\s?[-–—~]\s?({NUMBER})", r"\2到\1\3"),
    (rf"(?<=[\d日号月年时点半%元万亿CF°])\s?[-–—~]\s?(?=-?{CURRENCY}?\d)", "到"),
    (rf"(?<=\d)(\s?{UNIT})\s?[-–—~]\s?(?=-?\d)", r"\1到"),
    (rf"({NUMBER})(?=到{NUMBER}\s?([%‰]))", r"\1\2"),
    (rf"(?<![\d.])-\s?(?={CURRENCY}?\d)", "负"),
    (r"~\s?(?=\d)", "大约"),
    # Quantities
    (rf"(?P<sign>{CURRENCY})\s?(?P<amount>{NUMBER})(?P<magnitude>{_MAGNITUDE})?元?", _money),
    (rf"(?P<amount>{NUMBER})(?P<magnitude>{_MAGNITUDE})?\s?(?P<sign>{CURRENCY_CODE})", _money),
    (rf"(?P<sign>{CURRENCY_CODE})\s?(?P<amount>{NUMBER})(?P<magnitude>{_MAGNITUDE})?", _money),
    (r"(?<=\d)w(?![A-Za-z])", "万"),
    (rf"(?<=[元块角分])/({UNIT})", lambda m: f"每{unit(m[1])[2]}"),
    (rf"(?<=[元块角分次里米升个人吨度])/(?={_PER})", "每"),
    (rf"(?P<n>{NUMBER})\s?(?P<mark>[%‰])", _percent),
    (rf"(?P<n>{NUMBER})\s?(?P<unit>{UNIT})", lambda m: m["n"] + unit(m["unit"])[2]),
    (r"(\d+)又(\d+)/(\d+)", lambda m: f"{cardinal(m[1])}又{cardinal(m[3])}分之{cardinal(m[2])}"),
    (r"(?:(?<=\D)|^)(\d+)\s?/\s?(\d+)(?![/\d])", lambda m: f"{cardinal(m[2])}分之{cardinal(m[1])}"),
    (r"(?<=[年岁人元天月])\+", "以上"),
    (r"(?<=\d)\+(?!\d)", "多"),
    (r"(?:(?<=\W)|^)\+(?=\d)", "正"),
    (r"#\s?(?=\d)", ""),
    (r"No\.\s?(?=\d)", "第"),
    (r"\^(-?\d+)", _power),
    (r"\d{1,3}(?:\.\d{1,3}){3}", lambda m: "点".join(spell(part, telephone=False) for part in m[0].split("."))),
    (r"\d+(?:\.\d+){2,}", lambda m: "点".join(cardinal(part) for part in m[0].split("."))),
    (NUMBER, _bare),
    # The symbols that are left
    (r"(?<![A-Za-z])C\+\+", "C加加"),
    (r"(?<![A-Za-z])([A-G])#(?![A-Za-z0-9])", r"\1井"),
    (r"\s?&\s?", "和"),
    (r"@", "艾特"),
    (r"\s?=\s?", "等于"),
    (r"\s?≈\s?", "约等于"),
    (r"\s?≠\s?", "不等于"),
    (r"\s?≤\s?", "小于等于"),
    (r"\s?≥\s?", "大于等于"),
    (r"(?<=[\w])\s?<\s?(?=\w)", "小于"),
    (r"(?<=[\w])\s?>\s?(?=\w)", "大于"),
    (r"(?<=[零一二三四五六七八九十百千万亿两])\s?[×*]\s?(?=[零一二三四五六七八九十百千万亿两])", "乘以"),
    (r"\s?×\s?", "乘以"),
    (r"\s?÷\s?", "除以"),
    (r"\s?±\s?", "正负"),
    (r"\s?\+\s?", "加"),
    (r"√", "根号"),
    (r"→", "到"),
    (r"π", "派"),
    (r"%", "百分号"),
    (r"‰", "千分号"),
    (r"°", "度"),
    (r"(?<=和)/(?=或)", ""),
    (r"[$€£¥₩₽₹¢#*^_|\\<>~/\u2044]", " "),
)
_COMPILED = tuple((re.compile(pattern), spoken) for pattern, spoken in _RULES)


def mandarin_words(text: str) -> str:
    """Mandarin ``text`` with everything that is written in digits or symbols in words."""
    text = read_addresses(text, "zh")
    for pattern, spoken in _COMPILED:
        text = pattern.sub(spoken, text)
    return text
