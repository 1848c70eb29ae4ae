"""Sizes, spans and counts as people read them."""

from webui.i18n import Texts

MEGABYTE = 2**20
MINUTE, HOUR, DAY = 60, 3_600, 86_400


def size(count: int) -> str:
    """Bytes: ``12 B``, ``2.0 kB``, ``3.0 MB``, ``2.00 GB``."""
    if count < 1000:
        return f"{count} B"
    if count < MEGABYTE:
        return f"{count / 1024:.1f} kB"
    return f"{count / MEGABYTE:.1f} MB" if count < 1000 * MEGABYTE else f"{count / MEGABYTE / 1024:.2f} GB"


def lasting(texts: Texts, seconds: float) -> str:
    """A long time in whole units: ``12 s``, ``3 min``, ``5 h``, ``6 d``."""
    for length, unit in ((2 * DAY, "day"), (2 * HOUR, "h"), (2 * MINUTE, "min")):
        if seconds >= length:
            return texts(f"cache.{unit}" if unit == "day" else f"unit.{unit}", value=int(seconds / (length / 2)))
    return texts("unit.s", value=int(max(0.0, seconds)))


def about(texts: Texts, shown: str, *, exact: bool) -> str:
    """``shown``, said to be no more than about right unless ``exact``."""
    return shown if exact else texts("cache.about", count=shown)
