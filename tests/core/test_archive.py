import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.archive import packed, unpacked

FILES = {"about.json": b"{}", "clips/1": b"sound" * 100}
LIMITS = {"most_files": 4, "most_bytes": 10_000}


def test_files_come_back_and_the_same_files_are_the_same_bytes() -> None:
    assert unpacked(packed(FILES), **LIMITS) == FILES
    assert packed(FILES) == packed(FILES)


@pytest.mark.parametrize("limits", [{"most_files": 1, "most_bytes": 10_000}, {"most_files": 4, "most_bytes": 100}])
def test_no_more_is_unpacked_than_may_be(limits: dict) -> None:
    with pytest.raises(ValueError, match="more than"):
        unpacked(packed(FILES), **limits)


def test_no_more_is_read_of_a_file_than_it_says_to_have() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(50_000_000))
    data = buffer.getvalue().replace((50_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    with pytest.raises(ValueError, match=r"(?i)bad|crc"):
        unpacked(data, **LIMITS)


@given(st.integers(0, 300), st.binary(min_size=1, max_size=8))
def test_what_is_damaged_is_refused_in_one_way(place: int, noise: bytes) -> None:
    good = packed(FILES)
    try:
        unpacked(good[:place] + noise + good[place + len(noise) :], **LIMITS)
        unpacked(noise, **LIMITS)
    except ValueError:
        pass
