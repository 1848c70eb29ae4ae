"""What is installed is what was tested: the pins agree with what the project asks for."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def pins() -> dict[str, Requirement]:
    lines = (ROOT / "assets" / "constraints.txt").read_text("utf-8").splitlines()
    requirements = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


def asked_for() -> list[str]:
    # launch.sh takes the newest pip before it installs anything else.
    return [each for each in (*PROJECT["dependencies"], *EXTRAS["cpu"], *EXTRAS["dev"]) if not each.startswith("pip>")]


@pytest.mark.parametrize("asked", asked_for())
def test_every_requirement_is_pinned_to_a_version_that_satisfies_it(asked: str) -> None:
    requirement = Requirement(asked)
    (pin,) = pins()[canonicalize_name(requirement.name)].specifier
    assert pin.operator == "=="
    assert requirement.specifier.contains(pin.version)


@pytest.mark.parametrize("name", ["pyproject.toml", "assets/constraints.txt", "assets/models.toml", "launch.sh"])
def test_packages_come_from_wherever_the_machine_gets_its_packages(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert not any(word in text for word in ("://", "--index-url", "--registry", "--find-links", "file:"))
