import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cache.envelope import Entry
from core.cache.key import Key, Namespace, key_for
from core.cache.local import OVERHEAD, LocalTier


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def key(number: int, namespace: Namespace = Namespace.SEGMENT) -> Key:
    return key_for(namespace, {"n": number})


def entry(size: int = 0, ttl_s: int = 100) -> Entry:
    return Entry(bytes(size), "json/1", "e", 0.0, 1.0, ttl_s)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def tier(clock: Clock, room: int) -> LocalTier:
    """With room for so many empty entries."""
    return LocalTier(room * OVERHEAD, clock)


def test_the_least_recently_used_goes_first(clock: Clock) -> None:
    local = tier(clock, 2)
    local.put(key(1), entry())
    local.put(key(2), entry())
    assert local.get(key(1))
    local.put(key(3), entry())
    assert local.get(key(2)) is None
    assert local.get(key(1))
    assert local.get(key(3))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3000)), max_size=60))
def test_its_size_is_true_and_never_over_the_limit(puts: list[tuple[int, int]]) -> None:
    local = LocalTier(4 * OVERHEAD, Clock())
    held: dict[Key, Entry] = {}
    for number, size in puts:
        held[key(number)] = entry(size)
        local.put(key(number), held[key(number)])
        held = {each: kept for each, kept in held.items() if local.get(each) is kept}
        assert local.size().entries == len(held)
        assert local.size().bytes == sum(len(kept.payload) + OVERHEAD for kept in held.values()) <= 4 * OVERHEAD


def test_what_is_larger_than_everything_is_not_kept_and_replaces_nothing_else(clock: Clock) -> None:
    local = tier(clock, 2)
    local.put(key(1), entry())
    local.put(key(2), entry(10 * OVERHEAD))
    assert local.get(key(1))
    assert local.get(key(2)) is None


def test_a_limit_of_nothing_switches_it_off(clock: Clock) -> None:
    local = tier(clock, 0)
    local.put(key(1), entry())
    assert local.get(key(1)) is None


def test_a_life_begins_anew_with_each_use(clock: Clock) -> None:
    local = tier(clock, 4)
    local.put(key(1), entry(ttl_s=100))
    local.put(key(2), entry(ttl_s=100))
    clock.now += 99
    assert local.get(key(1))
    clock.now += 99
    assert local.get(key(1))
    assert local.get(key(2)) is None
    assert local.size().entries == 1


def test_what_is_kept_for_good_does_not_expire(clock: Clock) -> None:
    local = tier(clock, 4)
    local.put(key(1), entry(ttl_s=0))
    clock.now += 1e9
    assert local.get(key(1))


def test_a_namespace_is_cleared_alone(clock: Clock) -> None:
    local = tier(clock, 4)
    local.put(key(1), entry())
    local.put(key(1, Namespace.SPEAKER), entry())
    assert local.clear(Namespace.SEGMENT) == 1
    assert local.get(key(1)) is None
    assert local.get(key(1, Namespace.SPEAKER))


def test_what_was_fetched_before_a_purge_is_not_kept_after_it(clock: Clock) -> None:
    local = tier(clock, 4)
    purges = local.purges
    local.drop(key(1))
    local.put(key(1), entry(), purges=purges)
    assert local.get(key(1)) is None
    local.put(key(1), entry(), purges=local.purges)
    assert local.get(key(1))


def test_what_redis_does_not_have_is_told_until_it_has(clock: Clock) -> None:
    local = tier(clock, 4)
    old, new = entry(), entry()
    local.put(key(1), old, shared=False)
    local.put(key(2), entry())
    assert local.unshared(9) == [(key(1), old)]
    local.put(key(1), new, shared=False)
    local.mark_shared(key(1), old)  # sent while it was overwritten: what is here now is not yet there
    assert local.unshared(9) == [(key(1), new)]
    assert local.clear(shared_only=True) == 1
    local.mark_shared(key(1), new)
    assert local.unshared(9) == []
