import json
from pathlib import Path

import pytest

from core.cache import popular
from core.cache.cache import Cache
from core.cache.key import JSON, Key, Namespace, key_for
from tests.core.cache.conftest import OpenNode, eventually
from tests.core.cache.json_codec import JsonCodec
from tests.core.cache.valkey import Valkey


def key(text: str, version: int = 1) -> Key:
    return key_for(Namespace.SEGMENT, {"text": text, "version": version})


def say(node: Cache, text: str, *, version: int = 1, compute: JSON = "sound") -> None:
    node.get_or_compute(
        key(text, version), JsonCodec(), lambda: compute, engine=f"engine {version}", recipe={"text": text}
    )


def value(node: Cache, text: str, took_ms: float) -> None:
    node.put(key(text), JsonCodec(), "sound", engine="engine 1", compute_ms=took_ms)


def texts(node: Cache, count: int = 10) -> list[object]:
    return [item.recipe["text"] for item in node.popular(count)]


def test_what_saves_most_comes_first(server: Valkey, open_node: OpenNode) -> None:
    one, other = open_node(server), open_node(server)
    for text, took_ms in (("long and rare", 900.0), ("short and frequent", 200.0), ("short and rare", 200.0)):
        value(one, text, took_ms)
    for node in (one, other):
        for _ in range(3):
            say(node, "short and frequent")
    say(one, "long and rare")
    say(one, "short and rare")
    other.popular(1)  # sends what it has
    assert texts(one) == ["short and frequent", "long and rare", "short and rare"]
    (best,) = one.popular(1)
    assert (best.requests, best.worth_ms, best.key) == (6, 1200.0, str(key("short and frequent")))


def test_a_new_engine_version_counts_on(server: Valkey, open_node: OpenNode) -> None:
    node = open_node(server)
    say(node, "a")
    say(node, "a", version=2)
    (item,) = node.popular(5)
    assert item.requests == 2
    assert (item.key, item.engine) == (str(key("a", 2)), "engine 2")


def test_it_outlives_a_flush_a_restart_and_a_purge(server: Valkey, open_node: OpenNode) -> None:
    node = open_node(server)
    say(node, "a")
    node.purge()
    assert texts(node) == ["a"]
    node.close()  # leaves the copy
    server.client().flushall()
    again = open_node(server)
    assert texts(again) == ["a"]
    say(again, "b")
    assert set(texts(again)) == {"a", "b"}


def test_purging_an_entry_forgets_the_request_that_made_it(server: Valkey, open_node: OpenNode, tmp_path: Path) -> None:
    node = open_node(server)
    say(node, "secret words")
    say(node, "b")
    node.close()
    assert "secret" in (tmp_path / "popular.json").read_text()
    again = open_node(server)
    again.purge(key=key("secret words"))
    assert texts(again) == ["b"]
    assert "secret" not in (tmp_path / "popular.json").read_text()
    assert not any(b"secret" in value for value in server.client().hvals("encore:{popular:v1}:recipes"))


def test_it_is_bounded_and_keeps_the_worthiest(
    server: Valkey, open_node: OpenNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(popular, "LIMIT", 10)
    node = open_node(server)
    value(node, "worthy", 1e6)
    say(node, "worthy")
    for number in range(30):
        say(node, f"{number}")
    node.popular(1)
    client = server.client()
    assert client.zcard("encore:{popular:v1}:worth") == 10
    assert client.hlen("encore:{popular:v1}:recipes") == client.hlen("encore:{popular:v1}:requests") == 10
    assert texts(node)[0] == "worthy"


def test_requests_during_an_outage_are_remembered(own_server: Valkey, open_node: OpenNode) -> None:
    own_server.stop()
    node = open_node(own_server)
    say(node, "a")
    own_server.start()
    eventually(lambda: texts(node) == ["a"])


@pytest.mark.parametrize("content", ["", "{", "[]", '{"x": 1}', '{"x": {"recipe": {}}}', json.dumps({"x": []})])
def test_a_broken_copy_is_no_copy(server: Valkey, open_node: OpenNode, tmp_path: Path, content: str) -> None:
    (tmp_path / "popular.json").write_text(content)
    assert open_node(server).popular(5) == []
