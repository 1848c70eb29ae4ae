"""Web and e-mail addresses and file names, as they are read aloud in either language."""

import re

_DOMAINS = "com|org|net|edu|gov|info|io|ai|dev|app|me|tv|cn|hk|tw|jp|kr|uk|de|fr|eu|ru|us|ca|au|in"
_ENDINGS = "json|txt|pdf|md|py|js|ts|css|html?|csv|xml|ya?ml|toml|zip|exe|png|jpe?g|gif|mp[34]|wav|docx?|xlsx?|pptx?"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?"
_PATH = r"(?::\d{2,5}(?!\d))?(?:/[A-Za-z0-9_~%&=#?+./:-]*[A-Za-z0-9_=#/])?"
ADDRESS = re.compile(
    rf"(?:https?|ftp)://{_LABEL}(?:\.{_LABEL})*{_PATH}"
    rf"|(?<![A-Za-z0-9_.])[A-Za-z0-9_.+-]+@{_LABEL}(?:\.{_LABEL})+"
    rf"|(?<![A-Za-z_.])www(?:\.{_LABEL})+{_PATH}"
    rf"|(?<![A-Za-z0-9_.@])(?:{_LABEL}\.)+(?:{_DOMAINS}|{_ENDINGS})(?![A-Za-z0-9_@-]|\.[A-Za-z]){_PATH}"
)
_SIGNS = {
    ".": ("dot", "点"),
    "@": ("at", "艾特"),
    "/": ("slash", "斜杠"),
    ":": ("colon", "冒号"),
    "-": ("dash", "杠"),
    "_": ("underscore", "下划线"),
    "~": ("tilde", "波浪号"),
    "?": ("question mark", "问号"),
    "=": ("equals", "等于"),
    "&": ("and", "和"),
    "#": ("hash", "井号"),
    "%": ("percent", "百分号"),
    "+": ("plus", "加"),
}
_DIGITS = ("zero one two three four five six seven eight nine".split(), "零一二三四五六七八九")
_PARTS = re.compile(r"[A-Za-z]+|[0-9]|[^A-Za-z0-9]")
_SPELLED = re.compile(rf"www|(?<=\.)(?:[a-z]{{2}}|{_ENDINGS})$")


def read_addresses(text: str, language: str) -> str:
    """``text`` with its addresses in words."""
    return ADDRESS.sub(lambda match: f" {_read(match.group(), 1 if language == 'zh' else 0)} ", text)


def _read(address: str, language: int) -> str:
    address = re.sub(r"^\w+://|/$", "", address)
    # People say "dot com", but spell "www" and countries: "dot U K".
    spelled = _SPELLED.sub(lambda match: " ".join(match.group().upper()), address)
    return " ".join(
        part if part.isalpha() else _DIGITS[language][int(part)] if part.isdigit() else _SIGNS[part][language]
        for part in _PARTS.findall(spelled)
        if part != " "
    )
