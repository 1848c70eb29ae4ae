import math
from typing import Any

import pytest

from core.desk.delivery.wish import Delivery
from core.errors import InvalidInput


@pytest.mark.parametrize(
    "settings",
    [
        {"format": "ogg"},
        {"sample_rate": 12_345},
        {"channels": 3},
        {"loudness": 0.0},
        {"loudness": math.nan},
        {"peak": 1.0},
        {"subtitles": "ass"},
        {"pattern": "{nobody}"},
    ],
)
def test_what_cannot_be_delivered_is_told(settings: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        Delivery(**settings)
