import hashlib
import json
import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cache.key import JSON, Key, Namespace, canonical, key_for

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=4
)
identities = st.dictionaries(st.text(), values, max_size=4)

few = st.sampled_from([None, True, 0, 1, 1.0, 0.5, "", "1", "a", [], ["a"], {}, {"a": 1}])
alike = st.dictionaries(st.sampled_from(["a", "b"]), few)
"""Identities of which two are often equal, or nearly."""


def ordered_otherwise(value: JSON) -> JSON:
    if isinstance(value, dict):
        return {name: ordered_otherwise(value[name]) for name in reversed(value)}
    if isinstance(value, list):
        return tuple(ordered_otherwise(item) for item in value)
    return value


def plain(value: JSON) -> object:
    """``value`` so that Python compares it as keys should: true is not 1."""
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


@given(identities)
def test_a_key_does_not_depend_on_the_order_of_names_or_the_kind_of_sequence(identity: dict[str, JSON]) -> None:
    other = {name: ordered_otherwise(identity[name]) for name in reversed(identity)}
    assert key_for(Namespace.SEGMENT, identity) == key_for(Namespace.SEGMENT, other)


@given(alike, alike)
def test_two_keys_are_equal_exactly_if_their_identities_are(one: dict[str, JSON], other: dict[str, JSON]) -> None:
    same = key_for(Namespace.SEGMENT, one) == key_for(Namespace.SEGMENT, other)
    assert same == (plain(one) == plain(other))


@given(identities)
def test_canonical_json_says_what_the_value_says(identity: dict[str, JSON]) -> None:
    assert plain(json.loads(canonical(identity))) == plain(identity)


@given(st.integers(-(2**53) + 1, 2**53 - 1))
def test_a_whole_number_is_one_key_however_it_is_held(number: int) -> None:
    assert canonical(number) == canonical(float(number))


@given(st.sampled_from(Namespace), alike)
def test_a_name_tells_namespace_and_schema_and_nothing_of_the_identity(
    namespace: Namespace, identity: dict[str, JSON]
) -> None:
    key = key_for(namespace, identity)
    prefix, digest = str(key).rsplit(":", 1)
    assert prefix == f"encore:{namespace.value}:v1"
    assert len(digest) == 64
    assert set(digest) <= set("0123456789abcdef")
    assert Key.parse(str(key)) == key


def test_a_digest_stays_what_it_is_between_versions() -> None:
    key = key_for(Namespace.ALIAS, {"speed": 1.0, "text": "你好, “x”", "markup": [True, None, 0.1]})
    written = '{"markup":[true,null,0.1],"speed":1,"text":"你好, “x”"}'
    assert key.digest == hashlib.sha256(written.encode()).hexdigest()


def test_namespaces_are_apart() -> None:
    assert len({str(key_for(namespace, {})) for namespace in Namespace}) == len(Namespace)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        key_for(Namespace.SEGMENT, {"speed": number})


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, object(), {1: "a number as a name"}])
def test_what_json_cannot_say_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        key_for(Namespace.SEGMENT, {"value": value})  # type: ignore[dict-item]


def test_text_that_is_no_unicode_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        key_for(Namespace.SEGMENT, {"text": "\ud800"})


@given(st.text())
def test_only_the_name_of_an_entry_is_parsed(name: str) -> None:
    with pytest.raises(ValueError, match="not the name"):
        Key.parse(name)


def test_unicode_forms_are_the_callers_matter() -> None:
    composed, decomposed = (unicodedata.normalize(form, "é") for form in ("NFC", "NFD"))
    assert key_for(Namespace.SEGMENT, {"text": composed}) != key_for(Namespace.SEGMENT, {"text": decomposed})
