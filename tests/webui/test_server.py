"""Who can open the page."""

import pytest

from webui.server import only_here


@pytest.mark.parametrize(
    ("host", "share", "auth", "private"),
    [
        ("127.0.0.1", False, [], True),
        ("::1", False, [], True),
        ("0.0.0.0", False, [], False),
        ("127.0.0.1", True, [], False),
        ("127.0.0.1", False, ["user:pass"], False),
    ],
)
def test_the_page_is_private_only_where_nobody_else_comes(
    host: str, share: bool, auth: list[str], private: bool
) -> None:
    assert only_here(host, share, auth) is private
