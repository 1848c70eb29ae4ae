"""Units and currencies with their names in both languages, and the patterns that find them."""

import re

NUMBER = r"(?:[1-9]\d{0,2}(?:,\d{3})+(?![\d,])|\d+)(?:\.\d+)?"
"""An unsigned number, with thousands commas or a decimal point if need be."""

# symbol: one, several, Mandarin
_UNITS = {
    "km/h": ("kilometer per hour", "kilometers per hour", "公里每小时"),
    "m/s^2": ("meter per second squared", "meters per second squared", "米每二次方秒"),
    "m/s": ("meter per second", "meters per second", "米每秒"),
    "mph": ("mile per hour", "miles per hour", "英里每小时"),
    "km": ("kilometer", "kilometers", "公里"),
    "cm": ("centimeter", "centimeters", "厘米"),
    "mm": ("millimeter", "millimeters", "毫米"),
    "μm": ("micrometer", "micrometers", "微米"),
    "nm": ("nanometer", "nanometers", "纳米"),
    "m": ("meter", "meters", "米"),
    "km^2": ("square kilometer", "square kilometers", "平方公里"),
    "cm^2": ("square centimeter", "square centimeters", "平方厘米"),
    "mm^2": ("square millimeter", "square millimeters", "平方毫米"),
    "m^2": ("square meter", "square meters", "平方米"),
    "cm^3": ("cubic centimeter", "cubic centimeters", "立方厘米"),
    "mm^3": ("cubic millimeter", "cubic millimeters", "立方毫米"),
    "km^3": ("cubic kilometer", "cubic kilometers", "立方公里"),
    "m^3": ("cubic meter", "cubic meters", "立方米"),
    "ft": ("foot", "feet", "英尺"),
    "yd": ("yard", "yards", "码"),
    "mi": ("mile", "miles", "英里"),
    "kg": ("kilogram", "kilograms", "公斤"),
    "mg": ("milligram", "milligrams", "毫克"),
    "μg/m^3": ("microgram per cubic meter", "micrograms per cubic meter", "微克每立方米"),
    "mg/L": ("milligram per liter", "milligrams per liter", "毫克每升"),
    "μg": ("microgram", "micrograms", "微克"),
    "g": ("gram", "grams", "克"),
    "lbs": ("pound", "pounds", "磅"),
    "lb": ("pound", "pounds", "磅"),
    "oz": ("ounce", "ounces", "盎司"),
    "tbsp": ("tablespoon", "tablespoons", "汤匙"),
    "tsp": ("teaspoon", "teaspoons", "茶匙"),
    "ml": ("milliliter", "milliliters", "毫升"),
    "mL": ("milliliter", "milliliters", "毫升"),
    "l": ("liter", "liters", "升"),
    "L": ("liter", "liters", "升"),
    "KB": ("kilobyte", "kilobytes", "KB"),
    "kB": ("kilobyte", "kilobytes", "KB"),
    "MB": ("megabyte", "megabytes", "MB"),
    "GB": ("gigabyte", "gigabytes", "GB"),
    "TB": ("terabyte", "terabytes", "TB"),
    "kbps": ("kilobit per second", "kilobits per second", "千比特每秒"),
    "Mbps": ("megabit per second", "megabits per second", "兆比特每秒"),
    "Gbps": ("gigabit per second", "gigabits per second", "吉比特每秒"),
    "Hz": ("hertz", "hertz", "赫兹"),
    "kHz": ("kilohertz", "kilohertz", "千赫兹"),
    "MHz": ("megahertz", "megahertz", "兆赫兹"),
    "GHz": ("gigahertz", "gigahertz", "吉赫兹"),
    "dB": ("decibel", "decibels", "分贝"),
    "V": ("volt", "volts", "伏"),
    "kV": ("kilovolt", "kilovolts", "千伏"),
    "mA": ("milliamp", "milliamps", "毫安"),
    "mAh": ("milliamp hour", "milliamp hours", "毫安时"),
    "W": ("watt", "watts", "瓦"),
    "kW": ("kilowatt", "kilowatts", "千瓦"),
    "MW": ("megawatt", "megawatts", "兆瓦"),
    "kWh": ("kilowatt hour", "kilowatt hours", "千瓦时"),
    "Pa": ("pascal", "pascals", "帕"),
    "kPa": ("kilopascal", "kilopascals", "千帕"),
    "MPa": ("megapascal", "megapascals", "兆帕"),
    "mmHg": ("millimeter of mercury", "millimeters of mercury", "毫米汞柱"),
    "kcal": ("kilocalorie", "kilocalories", "千卡"),
    "rpm": ("revolution per minute", "revolutions per minute", "转每分钟"),
    "bpm": ("beat per minute", "beats per minute", "次每分钟"),
    "fps": ("frame per second", "frames per second", "帧每秒"),
    "ms": ("millisecond", "milliseconds", "毫秒"),
    "sec": ("second", "seconds", "秒"),
    "s": ("second", "seconds", "秒"),
    "min": ("minute", "minutes", "分钟"),
    "hrs": ("hour", "hours", "小时"),
    "hr": ("hour", "hours", "小时"),
    "h": ("hour", "hours", "小时"),
    "°C": ("degree Celsius", "degrees Celsius", "摄氏度"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit", "华氏度"),
    "°": ("degree", "degrees", "度"),
    "%": ("percent", "percent", "%"),
    "‰": ("per thousand", "per thousand", "‰"),
    "¢": ("cent", "cents", "分"),
}

# sign: one, several, a hundredth, several of them, Mandarin
_CURRENCIES = {
    "HK$": ("Hong Kong dollar", "Hong Kong dollars", "cent", "cents", "港元"),
    "NT$": ("New Taiwan dollar", "New Taiwan dollars", "cent", "cents", "新台币"),
    "C$": ("Canadian dollar", "Canadian dollars", "cent", "cents", "加元"),
    "A$": ("Australian dollar", "Australian dollars", "cent", "cents", "澳元"),
    "CA$": ("Canadian dollar", "Canadian dollars", "cent", "cents", "加元"),
    "AU$": ("Australian dollar", "Australian dollars", "cent", "cents", "澳元"),
    "US$": ("dollar", "dollars", "cent", "cents", "美元"),
    "$": ("dollar", "dollars", "cent", "cents", "美元"),
    "€": ("euro", "euros", "cent", "cents", "欧元"),
    "£": ("pound", "pounds", "penny", "pence", "英镑"),
    "¥": ("yuan", "yuan", "fen", "fen", "元"),
    "₩": ("won", "won", "jeon", "jeon", "韩元"),
    "₽": ("ruble", "rubles", "kopek", "kopeks", "卢布"),
    "₹": ("rupee", "rupees", "paisa", "paise", "卢比"),
}
_CODES = {
    "USD": "$", "EUR": "€", "GBP": "£", "CNY": "¥", "RMB": "¥", "HKD": "HK$", "TWD": "NT$", "CAD": "CA$",
    "AUD": "AU$", "KRW": "₩", "RUB": "₽", "INR": "₹",
}  # fmt: skip


def _one_of(symbols: list[str]) -> str:
    return "|".join(re.escape(symbol) for symbol in sorted(symbols, key=len, reverse=True))


# Those that people also write in other cases, and that are nothing else then.
_ANY_CASE = "km/h km cm kg mg ml lbs lb oz mph kb mb gb tb kbps mbps gbps khz mhz ghz db mah kwh".split()
_BY_FOLDED = {symbol.casefold(): symbol for symbol in _UNITS}
UNIT = (
    rf"(?:{_one_of(list(_UNITS)).replace('°', '° ?')}|[kcm]?m[23]|(?i:{_one_of(_ANY_CASE)}))"
    r"(?![A-Za-z0-9_/^])"
)
"""A unit's symbol, whole; squares and cubes written m², m^2 or m2."""
CURRENCY = rf"(?:{_one_of(list(_CURRENCIES))})"
CURRENCY_CODE = rf"(?<![A-Za-z])(?:{_one_of(list(_CODES))})(?![A-Za-z])"


def unit(symbol: str) -> tuple[str, str, str]:
    """The names of the unit that :data:`UNIT` matched: of one, of several, in Mandarin."""
    symbol = re.sub(r"(?<=m)(?=[23]$)", "^", symbol.replace(" ", ""))
    return _UNITS.get(symbol) or _UNITS[_BY_FOLDED[symbol.casefold()]]


def currency(sign: str) -> tuple[str, str, str, str, str]:
    """The names of a currency by its sign or code: of one, of several, of a hundredth, of several, in Mandarin."""
    return _CURRENCIES[_CODES.get(sign, sign)]
