from pathlib import Path

import pytest

from core.engines.availability import State, of_files


def test_a_folder_at_home_is_told_as_people_write_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "ann")
    for folder, told in ((tmp_path / "ann" / "models", "~/models"), (tmp_path / "bob", str(tmp_path / "bob"))):
        found = of_files("sensevoice", folder, [folder / "model.onnx"])
        assert found.state is State.NOT_CONFIGURED
        assert f"put it into {told}." in found.finding.sentence
