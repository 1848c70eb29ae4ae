import pickle
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cache.envelope import MAX_HEADER, DamagedError, Entry, peek, seal, unseal
from core.cache.key import Namespace, key_for

KEY = key_for(Namespace.SEGMENT, {"n": 1})
ENTRY = Entry(bytes(range(256)) * 4, "json/1", "kokoro", 1_700_000_000.25, 1810.5, 604_800)

entries = st.builds(
    Entry,
    payload=st.binary(max_size=2000),
    codec=st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    engine=st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    created=st.floats(0, 1e11),
    compute_ms=st.floats(0, 1e9),
    ttl_s=st.integers(0, 10**9),
)


@given(entries)
def test_what_is_sealed_is_unsealed(entry: Entry) -> None:
    assert unseal(KEY, seal(KEY, entry)) == entry


@given(entries)
def test_the_beginning_tells_all_but_the_payload(entry: Entry) -> None:
    told = peek(seal(KEY, entry)[:MAX_HEADER])
    assert (told.codec, told.engine, told.created, told.compute_ms, told.ttl_s) == (
        entry.codec,
        entry.engine,
        entry.created,
        entry.compute_ms,
        entry.ttl_s,
    )


@given(st.data())
def test_any_flipped_bit_is_found(data: st.DataObject) -> None:
    stored = bytearray(seal(KEY, ENTRY))
    stored[data.draw(st.integers(0, len(stored) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(DamagedError):
        unseal(KEY, bytes(stored))


def test_every_truncation_is_found() -> None:
    stored = seal(KEY, ENTRY)
    for length in range(len(stored)):
        with pytest.raises(DamagedError):
            unseal(KEY, stored[:length])


@given(st.binary(min_size=1, max_size=100))
def test_anything_appended_is_found(tail: bytes) -> None:
    with pytest.raises(DamagedError):
        unseal(KEY, seal(KEY, ENTRY) + tail)


@given(st.binary(max_size=500))
def test_foreign_bytes_are_refused(stored: bytes) -> None:
    for read in (lambda: unseal(KEY, stored), lambda: peek(stored)):
        with pytest.raises(DamagedError):
            read()


@given(st.binary(max_size=300))
def test_foreign_bytes_behind_the_magic_are_refused(rest: bytes) -> None:
    for length in (0, len(rest) // 2, len(rest), 65_535):
        with pytest.raises(DamagedError):
            unseal(KEY, b"ENCORE" + struct.pack(">H", length) + bytes(16) + rest)


def test_an_entry_of_another_key_is_refused() -> None:
    with pytest.raises(DamagedError):
        unseal(key_for(Namespace.SEGMENT, {"n": 2}), seal(KEY, ENTRY))


def test_another_schema_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("core.cache.envelope.SCHEMA", 2)
        newer = seal(KEY, ENTRY)
    with pytest.raises(DamagedError, match="schema"):
        unseal(KEY, newer)


class Trap:
    sprung = False

    def __reduce__(self) -> tuple[object, tuple[()]]:
        return spring, ()


def spring() -> None:
    Trap.sprung = True


def test_a_pickle_is_refused_and_not_run() -> None:
    with pytest.raises(DamagedError):
        unseal(KEY, pickle.dumps(Trap()))
    assert not Trap.sprung
