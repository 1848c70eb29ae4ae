import logging

import pytest

from core.cache import housekeeping, notices
from core.cache.key import Namespace, key_for
from core.cache.notices import Thresholds, find_notices
from core.cache.stats import Counts
from tests.core.cache.conftest import OpenNode, eventually
from tests.core.cache.json_codec import JsonCodec
from tests.core.cache.valkey import Valkey


@pytest.mark.parametrize(
    ("counts", "entries", "codes"),
    [
        (Counts(misses=90, hits_local=10), 5, ["hit_rate"]),
        (Counts(misses=70, hits_local=10, hits_redis=10, coalesced=10), 5, []),
        (Counts(misses=49), 5, []),
        (Counts(), 11, ["entries"]),
        (Counts(misses=100), 11, ["hit_rate", "entries"]),
    ],
)
def test_what_is_worth_a_notice(counts: Counts, entries: int, codes: list[str]) -> None:
    assert [notice.code for notice in find_notices(Thresholds(0.2, 10), counts, entries)] == codes
    assert find_notices(Thresholds(0, 0), counts, entries) == []


def test_a_notice_is_seen_and_logged_once(
    server: Valkey, open_node: OpenNode, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(notices, "REQUESTS", 3)
    monkeypatch.setattr(housekeeping, "MINUTE_S", 0.0)
    monkeypatch.setattr(housekeeping, "ROUND_S", 0.05)
    node = open_node(server, notice_entries=2)
    for number in range(3):
        node.get_or_compute(key_for(Namespace.SEGMENT, {"n": number}), JsonCodec(), lambda: 1, engine="test")

    def logged() -> list[str]:
        return [record.message for record in caplog.records if record.levelno == logging.WARNING]

    eventually(lambda: len(logged()) >= 2)
    assert [notice.code for notice in node.stats().notices] == ["hit_rate", "entries"]
    assert len(logged()) == 2
    assert "0% of the last 15 minutes" in logged()[0]
    assert "3 entries" in logged()[1]
