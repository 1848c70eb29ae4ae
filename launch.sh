#!/usr/bin/env bash
# Sets Encore up in .venv beside this file, brings the models here, and runs it.
#
#   ./launch.sh                   serve the page (options go to "encore serve")
#   ./launch.sh test [ARG…]       lint, types and tests (arguments go to pytest)
#   ./launch.sh COMMAND [ARG…]    "encore COMMAND ARG…"
#
# What was done once is not done again: the second start needs no network.
set -euo pipefail

root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)
venv=$root/.venv
stamp=$venv/encore-installed
child=

say() { printf '%s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

# Runs a step so that a signal reaches it: bash would finish waiting for a foreground command first, or leave it behind.
run() {
  local status=0
  "$@" <&0 &
  child=$!
  wait "$child" || status=$?
  child=
  return "$status"
}

stop() {
  if [ -n "$child" ]; then
    kill -TERM "$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
  fi
  exit "$1"
}
trap 'stop 130' INT
trap 'stop 143' TERM

find_python() {
  local candidate
  for candidate in python3 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null; then
      "$candidate" -c 'import sys; print(sys.executable)'
      return
    fi
  done
  die "Encore needs Python 3.11 or 3.12, and there is none on the PATH." \
    "On Debian or Ubuntu: apt install python3 python3-venv (where python3 is another version: python3.12 python3.12-venv)."
}

make_venv() {
  if "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    return
  fi
  local python
  python=$(find_python)
  "$python" -c 'import ensurepip, venv' 2>/dev/null ||
    die "$python cannot make virtual environments. On Debian or Ubuntu: apt install python3-venv"
  say "Making $venv with $("$python" --version)"
  run "$python" -m venv --clear "$venv"
}

pip() { run "$venv/bin/python" -m pip --disable-pip-version-check "$@"; }

install_extras() { pip install --constraint "$root/assets/constraints.txt" --editable "${root}[$1]"; }

# faster-whisper and funasr-onnx ask for plain onnxruntime, which writes the same folder as onnxruntime-gpu: whichever
# comes last wins, file by file. So both are taken out and the GPU build is put back alone.
keep_gpu_runtime() {
  pip uninstall --yes onnxruntime onnxruntime-gpu && pip install --no-deps onnxruntime-gpu &&
    say "onnxruntime-gpu has taken the place of onnxruntime."
}

keep_cpu_runtime() {
  pip uninstall --yes onnxruntime onnxruntime-gpu &&
    pip install --no-deps --constraint "$root/assets/constraints.txt" onnxruntime
}

# What to install: the GPU build where there is an NVIDIA GPU, and the tools for tests once they have been asked for.
choose_extras() {
  local extras=cpu
  case $(nvidia-smi -L 2>/dev/null) in
    GPU*) extras=gpu ;;
  esac
  if [ "$1" = test ] || grep -qs '^...,dev ' "$stamp"; then
    extras=$extras,dev
  fi
  echo "$extras"
}

# Installs the extras "$1", unless that is done and neither the choice nor the requirements nor the place changed.
install_packages() {
  local extras=$1 wanted
  wanted="$extras $(cat "$root/pyproject.toml" "$root/assets/constraints.txt" | cksum) $root"
  if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && "$venv/bin/python" -c '' 2>/dev/null; then
    return
  fi
  make_venv
  rm -f "$stamp"
  pip install --quiet --upgrade pip || die "pip could not be brought up to date; see above. Check the network and start again."
  case $extras in
    gpu*)
      if ! { install_extras "$extras" && keep_gpu_runtime; }; then
        say "The GPU packages could not be installed; going on with the CPU. To try again, delete $venv."
        extras=${extras/gpu/cpu}
        install_extras "$extras" && keep_cpu_runtime || extras=
      fi
      ;;
    *) install_extras "$extras" || extras= ;;
  esac
  [ -n "$extras" ] || die "The packages could not be installed; see above. Check the network and start again."
  printf '%s\n' "$wanted" >"$stamp"
}

run_tests() {
  local failed=0
  cd "$root"
  run "$venv/bin/python" -m ruff check . || failed=1
  run "$venv/bin/python" -m ruff format --check . || failed=1
  run "$venv/bin/python" -m mypy || failed=1
  if [ "$failed" = 0 ]; then
    exec "$venv/bin/python" -m pytest --require-models "$@"
  fi
  say "Lint or types failed, see above. The tests run all the same."
  run "$venv/bin/python" -m pytest --require-models "$@" || true
  exit 1
}

# A closed standard input could not be handed on.
{ : <&0; } 2>/dev/null || exec </dev/null

case "${1:-}" in
  '' | -*) set -- serve "$@" ;;
esac
install_packages "$(choose_extras "$1")"
case "$1" in
  serve | clone | transcribe | voices | test) run "$venv/bin/python" -m webui models fetch ;;
esac
if [ "$1" = test ]; then
  shift
  run_tests "$@"
fi
exec "$venv/bin/python" -m webui "$@"
