"""launch.sh decides what to install and what to run; a stand-in for Python writes down what it is asked to do."""

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYTEST = "-m pytest --require-models --numprocesses logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder"

# Answers like the interpreters that launch.sh meets, and logs "-m" calls as one line each. Files beside the log make a
# call fail ("fail-…") or wait ("wait-…"). A virtual environment is a folder with the same script in it.
STAND_IN = """#!/usr/bin/env bash
log=LOG
asked=$*
case $asked in "-m webui models fetch "*) asked="$* named ${ENCORE_COSYVOICE_MODEL:-nothing}" ;; esac
case "$1 $2" in
  "-c import sys; sys.exit("*) exit "$([ -e "$log/old-python" ] && echo 1 || echo 0)" ;;
  "-c import sys; print("*) echo "$0" ;;
  "-c import ensurepip, venv") [ ! -e "$log/no-venv" ] || exit 1 ;;
  "-c "*) ;;
  "--version "*) echo "Python 3.11.9" ;;
  "-m venv")
    echo "$*" >>"$log/calls"
    mkdir -p "$4/bin" && cp "$0" "$4/bin/python" ;;
  "-m pip") [ "$3" = --version ] || echo "$*" >>"$log/calls" ;;
  *) echo "$asked" >>"$log/calls" ;;
esac
for each in "$log"/fail-*; do
  [ -e "$each" ] && case $asked in *"$(cat "$each")"*) exit 3 ;; esac
done
for each in "$log"/wait-*; do
  [ -e "$each" ] && case "$*" in *"$(cat "$each")"*) echo $$ >"$log/waiting"; exec sleep 600 ;; esac
done
exit 0
"""


@dataclass
class Machine:
    """A checkout, and a PATH with nothing but what is put there."""

    folder: Path
    checkout: Path = field(init=False)
    commands: Path = field(init=False)

    def __post_init__(self) -> None:
        self.checkout = self.folder / "a checkout"
        self.commands = self.folder / "commands"
        (self.checkout / "assets").mkdir(parents=True)
        self.commands.mkdir()
        copied = [path.relative_to(ROOT).as_posix() for path in (ROOT / "assets").glob("*.txt")]
        for name in ("launch.sh", "pyproject.toml", *copied):
            shutil.copy(ROOT / name, self.checkout / name)
        for command in ("bash", "cat", "cksum", "cp", "dirname", "env", "grep", "mkdir", "readlink", "rm", "sleep"):
            (self.commands / command).symlink_to(str(shutil.which(command)))

    def install_command(self, name: str, script: str) -> None:
        path = self.commands / name
        path.write_text(script)
        path.chmod(0o755)

    def install_python(self) -> None:
        self.install_command("python3", STAND_IN.replace("LOG", f"'{self.folder}'"))

    def install_git(self) -> None:
        """Logs what it is asked, and makes the folder that it is to fetch into."""
        script = """#!/usr/bin/env bash
echo "git $*" >>LOG/calls
[ "$1" != init ] || mkdir -p "$3/.git"
case "$*" in *"$(cat LOG/fail-git 2>/dev/null || echo nothing)"*) exit 128 ;; esac
"""
        self.install_command("git", script.replace("LOG", f"'{self.folder}'"))

    def install_gpu(self) -> None:
        self.install_command("nvidia-smi", "#!/usr/bin/env bash\necho 'GPU 0: NVIDIA H100 (UUID: GPU-1)'\n")

    def say(self, name: str, text: str = "") -> None:
        (self.folder / name).write_text(text)

    def start(self, *arguments: str, script: Path | None = None, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [script or self.checkout / "launch.sh", *arguments],
            cwd=self.folder,
            env={**os.environ, "PATH": str(self.commands), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # As at a terminal, also where the tests run in the background, which ignores Ctrl-C.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def launch(self, *arguments: str, script: Path | None = None, **environment: str) -> tuple[int, str]:
        """Run launch.sh to its end: exit status and what it said on standard error."""
        process = self.start(*arguments, script=script, **environment)
        _, errors = process.communicate(timeout=60)
        return process.returncode, errors

    @property
    def calls(self) -> list[str]:
        """What Python was asked to do so far."""
        log = self.folder / "calls"
        return log.read_text().splitlines() if log.exists() else []

    def forget_calls(self) -> None:
        (self.folder / "calls").unlink()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    machine.install_python()
    return machine


@pytest.fixture
def bare(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def installs(machine: Machine) -> list[str]:
    return [call for call in machine.calls if " install " in call or " uninstall " in call]


def test_the_first_start_installs_fetches_and_serves(machine: Machine) -> None:
    status, _ = machine.launch()
    assert status == 0
    venv, upgrade, install, fetch, serve = machine.calls
    assert venv == f"-m venv --clear {machine.checkout}/.venv"
    assert upgrade.endswith("install --quiet --upgrade pip")
    constraints = f"--constraint {machine.checkout}/assets/constraints.txt"
    assert install.endswith(f"install {constraints} --editable {machine.checkout}[cpu,page]")
    assert fetch == "-m webui models fetch"
    assert serve == "-m webui serve"


def test_the_second_start_installs_nothing(machine: Machine) -> None:
    machine.launch()
    machine.forget_calls()
    assert machine.launch("--port", "8000", "--auth", "me:my word")[0] == 0
    assert machine.calls == ["-m webui models fetch", "-m webui serve --port 8000 --auth me:my word"]


def test_changed_requirements_are_installed(machine: Machine) -> None:
    machine.launch()
    machine.forget_calls()
    with (machine.checkout / "pyproject.toml").open("a") as file:
        file.write("# another dependency\n")
    machine.launch()
    assert any("--editable" in call for call in installs(machine))
    assert not any("-m venv" in call for call in machine.calls)


def test_words_are_a_command_of_encore(machine: Machine) -> None:
    assert machine.launch("models", "list", "--json")[0] == 0
    assert machine.calls[-1] == "-m webui models list --json"
    assert "-m webui models fetch" not in machine.calls


def test_a_link_to_the_script_finds_the_checkout(machine: Machine, tmp_path: Path) -> None:
    link = tmp_path / "encore"
    link.symlink_to(machine.checkout / "launch.sh")
    assert machine.launch("doctor", script=link)[0] == 0
    assert machine.calls[0] == f"-m venv --clear {machine.checkout}/.venv"


def test_a_command_that_fails_hands_on_its_status(machine: Machine) -> None:
    machine.say("fail-doctor", "webui doctor")
    assert machine.launch("doctor")[0] == 3


def test_nothing_is_served_without_models(machine: Machine) -> None:
    machine.say("fail-fetch", "models fetch")
    assert machine.launch()[0] == 3
    assert "-m webui serve" not in machine.calls


def test_a_failed_installation_is_tried_again(machine: Machine) -> None:
    machine.say("fail-install", "--editable")
    status, said = machine.launch()
    assert status == 1
    assert "could not be installed" in said
    (machine.folder / "fail-install").unlink()
    machine.forget_calls()
    assert machine.launch()[0] == 0
    assert any("--editable" in call for call in installs(machine))


def test_without_python_it_says_what_to_install(bare: Machine) -> None:
    status, said = bare.launch()
    assert status == 1
    assert "Python 3.11 or 3.12" in said
    assert "apt install python3 python3-venv" in said


def test_an_older_python_is_not_taken(machine: Machine) -> None:
    machine.say("old-python")
    status, said = machine.launch()
    assert status == 1
    assert "Python 3.11 or 3.12" in said
    assert machine.calls == []


def test_a_python_without_venv_is_told_what_to_install(machine: Machine) -> None:
    machine.say("no-venv")
    status, said = machine.launch()
    assert status == 1
    assert "apt install python3-venv" in said


def test_with_a_gpu_the_gpu_build_of_onnxruntime_stays_alone(machine: Machine) -> None:
    machine.install_gpu()
    status, said = machine.launch()
    assert status == 0
    assert "onnxruntime-gpu has taken the place of onnxruntime" in said
    _, install, uninstall, again = installs(machine)
    assert install.endswith("[gpu,page]")
    assert uninstall.endswith("uninstall --yes onnxruntime onnxruntime-gpu")
    assert again.endswith(f"install --no-deps --constraint {machine.checkout}/assets/constraints.txt onnxruntime-gpu")

    machine.forget_calls()
    machine.launch()
    assert installs(machine) == []


def test_where_the_gpu_packages_cannot_be_had_the_cpu_works(machine: Machine) -> None:
    machine.install_gpu()
    machine.say("fail-gpu", "[gpu,page]")
    status, said = machine.launch()
    assert status == 0
    assert "going on with the CPU" in said
    assert [call.rsplit(" ", 1)[1] for call in installs(machine)][-3:] == [
        "checkout[cpu,page]",
        "onnxruntime-gpu",
        "onnxruntime",
    ]
    assert machine.calls[-1] == "-m webui serve"

    machine.forget_calls()
    machine.launch()
    assert installs(machine) == []


@pytest.fixture
def checkouts() -> dict[str, list[str]]:
    """Name, and what else the list says of each engine with an environment of its own."""
    lines = (ROOT / "assets" / "checkouts.txt").read_text("utf-8").splitlines()
    return {line.split()[0]: line.split()[1:] for line in lines if not line.startswith("#")}


@pytest.mark.parametrize("engine", ["cosyvoice", "indextts"])
def test_an_engine_is_served_out_of_its_own_environment(
    machine: Machine, checkouts: dict[str, list[str]], engine: str
) -> None:
    machine.install_git()
    address, commit, _, port = checkouts[engine]
    status, said = machine.launch("engine", engine, "--host", "0.0.0.0")
    assert status == 0
    assert f"./launch.sh --remote http://127.0.0.1:{port}" in said
    code = f"{machine.checkout}/.checkouts/{engine}"
    venv, _, install, *rest = machine.calls
    assert venv == f"-m venv --clear {machine.checkout}/.venv-{engine}"
    constraints = f"--constraint {machine.checkout}/assets/constraints-{engine}.txt"
    assert install.endswith(f"install {constraints} --editable {machine.checkout}[cpu,{engine}]")
    fetch, serve = rest[-2:]
    assert rest[:4] == [
        f"git init --quiet {code}",
        f"git -C {code} fetch --quiet --depth 1 {address} {commit}",
        f"git -C {code} checkout --quiet --force --detach {commit}",
        f"git -C {code} submodule --quiet update --init --recursive --depth 1",
    ]
    assert fetch == f"-m webui models fetch {engine} named nothing"
    assert serve == f"-m webui serve --engine {engine} --api-only --port {port} --host 0.0.0.0"


def test_the_second_start_of_an_engine_needs_no_network(machine: Machine) -> None:
    machine.install_git()
    machine.launch("engine", "cosyvoice")
    machine.forget_calls()
    status, said = machine.launch("engine", "cosyvoice", "--port", "9000")
    assert status == 0
    assert "--remote http://127.0.0.1:9000" in said
    assert machine.calls == [
        "-m webui models fetch cosyvoice named nothing",
        "-m webui serve --engine cosyvoice --api-only --port 7861 --port 9000",
    ]


def test_a_model_that_is_nowhere_is_fetched_from_the_hub(machine: Machine, checkouts: dict[str, list[str]]) -> None:
    machine.install_git()
    machine.say("fail-unnamed", "fetch cosyvoice named nothing")
    assert machine.launch("engine", "cosyvoice")[0] == 0
    assert machine.calls[-2] == f"-m webui models fetch cosyvoice named {checkouts['cosyvoice'][2]}"

    machine.say("fail-hub", "fetch cosyvoice")
    assert machine.launch("engine", "cosyvoice")[0] == 3
    assert not machine.calls[-1].startswith("-m webui serve")


def test_code_and_model_of_the_users_are_left_alone(machine: Machine) -> None:
    settings = {"ENCORE_COSYVOICE_CODE": "/code", "ENCORE_COSYVOICE_MODEL": str(machine.folder)}
    assert machine.launch("engine", "cosyvoice", **settings)[0] == 0
    assert machine.calls[-1].startswith("-m webui serve --engine cosyvoice")
    assert not any("models fetch" in call for call in machine.calls)


def test_code_that_cannot_be_fetched_is_asked_for_and_fetched_later(machine: Machine) -> None:
    status, said = machine.launch("engine", "indextts")
    assert status == 1
    assert "git installed" in said
    assert "ENCORE_INDEXTTS_CODE" in said

    machine.install_git()
    machine.say("fail-git", "submodule")
    assert machine.launch("engine", "indextts")[0] == 1
    (machine.folder / "fail-git").unlink()
    assert machine.launch("engine", "indextts")[0] == 0


@pytest.mark.parametrize("arguments", [(), ("kokoro",)])
def test_another_engine_is_not_known(machine: Machine, arguments: tuple[str, ...]) -> None:
    status, said = machine.launch("engine", *arguments)
    assert status == 1
    assert "./launch.sh engine cosyvoice" in said
    assert machine.calls == []


def test_the_test_command_lints_and_tests_with_the_dev_tools(machine: Machine) -> None:
    assert machine.launch("test", "tests/core", "-x")[0] == 0
    assert installs(machine)[-1].endswith("[cpu,page,dev]")
    assert machine.calls[-5:] == [
        "-m webui models fetch",
        "-m ruff check .",
        "-m ruff format --check .",
        "-m mypy",
        f"{PYTEST} tests/core -x",
    ]

    machine.forget_calls()
    machine.launch()
    assert installs(machine) == []


@pytest.mark.parametrize("failing", ["ruff check", "ruff format", "mypy", "pytest --require"])
def test_the_test_command_fails_with_any_of_its_steps(machine: Machine, failing: str) -> None:
    machine.say("fail-step", failing)
    assert machine.launch("test")[0] != 0
    assert machine.calls[-1] == PYTEST


@pytest.mark.parametrize("step", ["--editable", "models fetch", "webui serve"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_what_is_running(machine: Machine, step: str, number: signal.Signals) -> None:
    machine.say("wait-step", step)
    process = machine.start()
    waiting = machine.folder / "waiting"
    while not (waiting.exists() and waiting.read_text().strip()):
        assert process.poll() is None
        time.sleep(0.02)
    running = int(waiting.read_text())
    process.send_signal(number)
    process.communicate(timeout=30)
    assert process.returncode != 0
    with pytest.raises(ProcessLookupError):
        os.kill(running, 0)
