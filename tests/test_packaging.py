"""What is installed is what was tested: the pins agree with what the project asks for."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from core.engines.cosyvoice import code as cosyvoice
from core.engines.indextts import code as indextts
from core.errors import SENTENCES

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


ENGINES = {"cosyvoice": cosyvoice.PACKAGES, "indextts": {**indextts.PACKAGES, **indextts.JAPANESE}}
"""The engines with an environment of their own, and what the code of their authors imports."""


def pins(constraints: str) -> dict[str, Requirement]:
    lines = (ROOT / "assets" / constraints).read_text("utf-8").splitlines()
    requirements = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


def asked_for(*extras: str) -> list[str]:
    asked = [*PROJECT["dependencies"], *(each for extra in extras for each in EXTRAS[extra])]
    # launch.sh takes the newest pip before it installs anything else.
    return [each for each in asked if not each.startswith("pip>")]


def assert_pinned(asked: str, constraints: str) -> None:
    requirement = Requirement(asked)
    if requirement.marker is None or requirement.marker.evaluate():
        (pin,) = pins(constraints)[canonicalize_name(requirement.name)].specifier
        assert pin.operator == "=="
        assert requirement.specifier.contains(pin.version)


@pytest.mark.parametrize("asked", asked_for("page", "cpu", "gpu", "dev"))
def test_every_requirement_is_pinned_to_a_version_that_satisfies_it(asked: str) -> None:
    assert_pinned(asked, "constraints.txt")


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engines_requirements_are_pinned_in_a_list_of_its_own(engine: str) -> None:
    for asked in asked_for("cpu", "gpu", engine):
        assert_pinned(asked, f"constraints-{engine}.txt")


@pytest.mark.parametrize("engine", ENGINES)
def test_what_an_engine_imports_is_what_its_extra_brings(engine: str) -> None:
    brought = {canonicalize_name(Requirement(asked).name) for asked in asked_for("cpu", engine)}
    brought |= {"pyworld"}  # by pyworld-prebuilt
    assert {canonicalize_name(Requirement(pip).name) for pip in ENGINES[engine].values()} <= brought
    assert all(pip in EXTRAS[engine] for pip in ENGINES[engine].values() if "==" in pip)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_checkout_is_one_commit_of_the_code_that_the_engine_asks_for(engine: str) -> None:
    lines = (ROOT / "assets" / "checkouts.txt").read_text("utf-8").splitlines()
    (line,) = [line.split() for line in lines if line.split()[0] == engine]
    _, address, commit, model, port = line
    assert address in SENTENCES[f"{engine}.code"]
    assert model in SENTENCES[f"{engine}.not_configured"]
    assert re.fullmatch("[0-9a-f]{40}", commit)
    assert 1024 < int(port) < 65536


@pytest.mark.parametrize("name", ["pyproject.toml", "assets/constraints.txt", "assets/models.toml", "launch.sh"])
def test_packages_come_from_wherever_the_machine_gets_its_packages(name: str) -> None:
    text = (ROOT / name).read_text("utf-8").replace("http://127.0.0.1", "")
    assert not any(word in text for word in ("://", "--index-url", "--registry", "--find-links", "file:"))
