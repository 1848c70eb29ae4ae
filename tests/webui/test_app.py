"""The app around a studio of humming engines, asked over HTTP."""

import json
import re

from fastapi.testclient import TestClient

from core.studio import Studio
from webui.i18n import texts


def page_config(client: TestClient) -> dict:
    page = client.get("/").text
    return json.loads(re.search(r"window\.gradio_config = (\{.*?\});</script>", page).group(1))


def test_the_page_holds_its_style_and_its_script(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "--e-accent" in page.text
    assert "window.encore = encore" in page.text


def test_nothing_about_people_or_places_is_in_the_page(client: TestClient, studio: Studio) -> None:
    page = client.get("/").text
    assert str(studio.settings.data_dir) not in page
    assert "fonts.googleapis" not in page


def test_it_offers_what_the_engine_can_do(client: TestClient) -> None:
    parts = page_config(client)["components"]
    offered = [(part["props"].get("label"), list(map(list, part["props"].get("choices") or []))) for part in parts]
    assert any(["Alto · English, female", "stock:alto"] in choices for label, choices in offered if label == "Voice")
    assert ["auto", "en", "zh"] in [[each[1] for each in choices] for label, choices in offered if label == "Language"]


def test_all_labels_come_from_the_locale(client: TestClient) -> None:
    words = set(texts("en").entries.values())
    for part in page_config(client)["components"]:
        if part["type"] in ("button", "tabitem"):
            assert (part["props"].get("value") or part["props"].get("label")) in words


def test_no_usage_is_reported(client: TestClient) -> None:
    assert page_config(client)["analytics_enabled"] is False


def test_clips_can_be_brought(client: TestClient) -> None:
    sent = client.post("/audio?name=a.wav", content=b"RIFF", headers={"Content-Type": "application/octet-stream"})
    assert client.get(f"/audio/{sent.json()['id']}").content == b"RIFF"
