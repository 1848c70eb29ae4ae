"""What people do on the page, in their words."""

from playwright.sync_api import Locator, Page, expect

PATIENCE_MS = 180_000
"""Longest wait for real engines on a slow machine, in milliseconds."""


def write(page: Page, text: str) -> None:
    page.fill("#script textarea", text)


def speak(page: Page, text: str | None = None) -> Locator:
    """Speak the script; the take that comes of it."""
    if text is not None:
        write(page, text)
    number = newest_number(page) + 1
    page.click("#speak")
    take = page.locator(".e-take", has=page.locator(f".e-number:text-is('#{number}')"))
    expect(take).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#speak")).to_be_enabled(timeout=PATIENCE_MS)
    return take


def newest_number(page: Page) -> int:
    numbers = page.locator("#takes-panel .e-number")
    return int(numbers.first.inner_text().lstrip("#")) if numbers.count() else 0


def outcomes(take: Locator) -> list[str]:
    """What the badges of the segments say."""
    badges = take.locator(".e-badge").all()[2:]
    return [badge.get_attribute("data-outcome") for badge in badges]


def total_ms(take: Locator) -> float:
    return float(take.locator(".e-figures").get_attribute("data-total-ms"))


def complaint(page: Page, panel: str = "#script-panel") -> str:
    """The error sentence that is shown in a panel."""
    notice = page.locator(f"{panel} .e-notice[data-level=error]")
    expect(notice).to_be_visible(timeout=PATIENCE_MS)
    return notice.inner_text()


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()
