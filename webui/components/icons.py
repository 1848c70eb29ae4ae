"""Small drawings, as inline SVG that takes the colour of the text around it."""

_PATHS = {
    "play": '<path d="M5 3.2v9.6l8-4.8z" fill="currentColor" stroke="none"/>',
    "download": '<path d="M8 2.5v7.5M4.8 7.2 8 10.3l3.2-3.1M3 13.3h10"/>',
    "reuse": '<path d="M3 6.5h7.2a3 3 0 0 1 0 6H6M5.7 3.8 3 6.5l2.7 2.7"/>',
    "pin": '<path d="m8 2.2 1.8 3.7 4 .6-2.9 2.8.7 4L8 11.4l-3.6 1.9.7-4L2.2 6.5l4-.6z"/>',
    "delete": '<path d="M3 4.5h10M6.2 4.5V3h3.6v1.5M4.5 4.5l.6 8.7h5.8l.6-8.7"/>',
    "compare": '<path d="M4 3v10M12 3v10M4 6h3M4 10h3M12 6H9M12 10H9"/>',
    "copy": '<path d="M5.5 5.5h7.7v7.7H5.5zM10.5 5.5V2.8H2.8v7.7h2.7"/>',
    "record": '<circle cx="8" cy="8" r="4.2" fill="currentColor" stroke="none"/>',
    "upload": '<path d="M8 10.5V3M4.8 6 8 2.8 11.2 6M3 13.3h10"/>',
    "close": '<path d="m4 4 8 8M12 4l-8 8"/>',
    "send": '<path d="M2.5 8h10M9 4.5 12.7 8 9 11.5"/>',
    "voice": '<path d="M8 2.5a2 2 0 0 0-2 2V8a2 2 0 0 0 4 0V4.5a2 2 0 0 0-2-2zM4 7.8a4 4 0 0 0 8 0M8 11.8v2"/>',
    "mood": '<circle cx="8" cy="8" r="5.6"/><path d="M6 6.2v.6M10 6.2v.6M5.4 9.4a3 3 0 0 0 5.2 0"/>',
    "keep": '<path d="M8 3v10M3 8h10"/>',
    "leave": '<path d="M6.5 3H3v10h3.5M7 8h6.2M10.6 5.2 13.4 8l-2.8 2.8"/>',
    "theme": '<circle cx="8" cy="8" r="5.3"/><path d="M8 2.7a5.3 5.3 0 0 1 0 10.6z" fill="currentColor"/>',
    "reading": '<path d="M3 5.2V3.4h10v1.8M8 3.4v9.2M5.8 12.6h4.4"/>',
    "undo": '<path d="M3 6.5h7.2a3 3 0 0 1 0 6H6M5.7 3.8 3 6.5l2.7 2.7"/>',
    "redo": '<path d="M13 6.5H5.8a3 3 0 0 0 0 6H10M10.3 3.8 13 6.5l-2.7 2.7"/>',
    "script": '<path d="M3 3.5h10M3 6.5h6.5M3 9.5h10M3 12.5h5"/>',
    "menu": '<path d="M2.8 4.5h10.4M2.8 8h10.4M2.8 11.5h10.4"/>',
    "more": '<path d="M3.6 8h.01M8 8h.01M12.4 8h.01" stroke-width="2.2"/>',
    "search": '<circle cx="7" cy="7" r="4"/><path d="m10 10 3.2 3.2"/>',
    "help": '<path d="M5.6 6a2.4 2.4 0 1 1 3.6 2.1c-.8.4-1.2.9-1.2 1.7M8 12.6h.01"/>',
    "panel": '<path d="M2.8 3.2h10.4v9.6H2.8zM9.6 3.2v9.6"/>',
    "up": '<path d="m4 9.8 4-4 4 4"/>',
    "down": '<path d="m4 6.2 4 4 4-4"/>',
    "check": '<path d="m3.4 8.4 3.1 3.1 6.1-6.6" stroke-width="1.8"/>',
    "dice": '<path d="M3.4 3.4h9.2v9.2H3.4z"/><path d="M6 6h.01M10 10h.01M10 6h.01M6 10h.01" stroke-width="1.8"/>',
    "lock": '<path d="M4.2 7.4h7.6v5.4H4.2zM5.8 7.4V5.6a2.2 2.2 0 0 1 4.4 0v1.8"/>',
    "time": '<circle cx="8" cy="8" r="5.2"/><path d="M8 5v3.2l2 1.3"/>',
    "link": '<path d="m7 9 2-2M7.5 5l1.3-1.3a2.4 2.4 0 0 1 3.4 3.4L11 8.5M8.5 11l-1.3 1.3A2.4 2.4 0 0 1 4 8.9L5 7.5"/>',
    "command": '<path d="M2.8 3.2h10.4v9.6H2.8zM5 6.2l1.8 1.8L5 9.8M8.4 10h2.6"/>',
    "hit": '<circle cx="8" cy="8" r="5" fill="currentColor" stroke="none"/>',
    "miss": '<circle cx="8" cy="8" r="4.2" stroke-width="2.2"/>',
    "coalesced": '<circle cx="8" cy="8" r="4.6"/><path d="M8 3.4a4.6 4.6 0 0 1 0 9.2z" fill="currentColor"/>',
    "bypass": '<path d="M2.5 11c1.5-6.5 9-6.5 11 0M13.5 7v4h-4"/>',
    "offline": '<path d="m4 4 8 8M12 4l-8 8" stroke-width="2.2"/>',
    "stock": '<rect x="4" y="4" width="8" height="8" rx="1.5"/>',
}

LOGO = (
    '<svg class="e-logo" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8"/>'
    '<g fill="#fff"><circle cx="9.3" cy="12.2" r="2.3"/><circle cx="9.3" cy="19.8" r="2.3"/>'
    '<rect x="14.6" y="7" width="2" height="18"/><rect x="19.6" y="7" width="4.6" height="18"/></g></svg>'
)
"""The repeat sign of a score."""


def icon(name: str) -> str:
    """The drawing called ``name``, hidden from screen readers."""
    return (
        '<svg class="e-icon" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.4" '
        f'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{_PATHS[name]}</svg>'
    )


def icons() -> dict[str, str]:
    """All drawings by name, for what is drawn in the browser."""
    return {name: icon(name) for name in _PATHS}
