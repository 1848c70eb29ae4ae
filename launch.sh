#!/usr/bin/env bash
# Sets Encore up in .venv beside this file, brings the models here, and runs it.
#
#   ./launch.sh                   serve the page (options go to "encore serve")
#   ./launch.sh test [ARG…]       lint, types and tests (arguments go to pytest)
#   ./launch.sh engine NAME       serve cosyvoice or indextts out of an environment of its own (options as above)
#   ./launch.sh COMMAND [ARG…]    "encore COMMAND ARG…"
#
# What was done once is not done again: the second start needs no network.
set -euo pipefail

root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)
venv=$root/.venv
constraints=$root/assets/constraints.txt
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

install_extras() { pip install --constraint "$constraints" --editable "${root}[$1]"; }

# faster-whisper and funasr-onnx ask for plain onnxruntime, which writes the same folder as onnxruntime-gpu: whichever
# comes last wins, file by file. So both are taken out and the GPU build is put back alone.
keep_gpu_runtime() {
  pip uninstall --yes onnxruntime onnxruntime-gpu &&
    pip install --no-deps --constraint "$constraints" onnxruntime-gpu &&
    say "onnxruntime-gpu has taken the place of onnxruntime."
}

keep_cpu_runtime() {
  pip uninstall --yes onnxruntime onnxruntime-gpu &&
    pip install --no-deps --constraint "$constraints" onnxruntime
}

# What to install: the GPU build where there is an NVIDIA GPU, and either an engine ("$1"), or the page and, once they
# have been asked for, the tools for tests.
choose_extras() {
  local extras=cpu
  case $(nvidia-smi -L 2>/dev/null) in
    GPU*) extras=gpu ;;
  esac
  if [ -n "$1" ]; then
    extras=$extras,$1
  elif [ "$2" = test ] || grep -qs '^...,page,dev ' "$venv/encore-installed"; then
    extras=$extras,page,dev
  else
    extras=$extras,page
  fi
  echo "$extras"
}

# Installs the extras "$1", unless that is done and neither the choice nor the requirements nor the place changed.
install_packages() {
  local extras=$1 stamp=$venv/encore-installed wanted
  wanted="$extras $(cat "$root/pyproject.toml" "$constraints" | cksum) $root"
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
  # Test files side by side, each inference on one thread: many threads in each of several processes only wait.
  export ENCORE_THREADS=${ENCORE_THREADS:-1} OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}
  set -- --require-models --numprocesses logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder "$@"
  cd "$root"
  run "$venv/bin/python" -m ruff check . || failed=1
  run "$venv/bin/python" -m ruff format --check . || failed=1
  run "$venv/bin/python" -m mypy || failed=1
  if [ "$failed" = 0 ]; then
    exec "$venv/bin/python" -m pytest "$@"
  fi
  say "Lint or types failed, see above. The tests run all the same."
  run "$venv/bin/python" -m pytest "$@" || true
  exit 1
}

# The authors' code of the engine "$1" from "$2", at the commit "$3": in full, or fetched anew from where it stopped.
fetch_code() {
  local name=$1 from=$2 commit=$3 folder=$root/.checkouts/$1
  if [ "$(cat "$folder/.git/encore-complete" 2>/dev/null)" != "$commit" ]; then
    say "Fetching the code of $name to $folder"
    { command -v git >/dev/null && run git init --quiet "$folder" &&
      run git -C "$folder" fetch --quiet --depth 1 "$from" "$commit" &&
      run git -C "$folder" checkout --quiet --force --detach "$commit" &&
      run git -C "$folder" submodule --quiet update --init --recursive --depth 1; } ||
      die "The code of $name could not be fetched. Start again with git installed and $from in reach, or" \
        "bring a checkout with its submodules here and set ENCORE_${name^^}_CODE to its folder."
    printf '%s\n' "$commit" >"$folder/.git/encore-complete"
  fi
  export "ENCORE_${name^^}_CODE=$folder"
}

# The model of the engine "$1": what the settings name, or what was put among the models, or else the hub's "$2".
fetch_model() {
  local setting=ENCORE_${1^^}_MODEL
  if [ -z "${!setting:-}" ]; then
    if run "$venv/bin/python" -m webui models fetch "$1" 2>/dev/null; then
      return
    fi
    export "$setting=$2"
  fi
  if [ ! -d "${!setting}" ]; then
    run "$venv/bin/python" -m webui models fetch "$1"
  fi
}

# Serves the engine "$1" to other Encores. Its packages and the page's exclude each other, so it has its own environment.
serve_engine() {
  local name=${1:-} line engine from commit model port code at=
  [ $# = 0 ] || shift
  while read -r line; do
    read -r engine from commit model port <<<"$line"
    [ "$engine" != "$name" ] || break
  done <"$root/assets/checkouts.txt"
  [ "$engine" = "$name" ] || die "Say which engine: ./launch.sh engine cosyvoice, or ./launch.sh engine indextts."
  venv=$root/.venv-$name
  constraints=$root/assets/constraints-$name.txt
  install_packages "$(choose_extras "$name" engine)"
  code=ENCORE_${name^^}_CODE
  [ -n "${!code:-}" ] || fetch_code "$name" "$from" "$commit"
  fetch_model "$name" "$model"
  [[ " $* " =~ " --port"[\ =]([0-9]+)" " ]] && at=${BASH_REMATCH[1]}
  say "Once it is ready, type in another terminal: ./launch.sh --remote http://127.0.0.1:${at:-$port}"
  exec "$venv/bin/python" -m webui serve --engine "$name" --api-only --port "$port" "$@"
}

# A closed standard input could not be handed on.
{ : <&0; } 2>/dev/null || exec </dev/null

case "${1:-}" in
  '' | -*) set -- serve "$@" ;;
esac
if [ "$1" = engine ]; then
  shift
  serve_engine "$@"
fi
install_packages "$(choose_extras '' "$1")"
case "$1" in
  serve | clone | transcribe | voices | test) run "$venv/bin/python" -m webui models fetch ;;
esac
if [ "$1" = test ]; then
  shift
  run_tests "$@"
fi
exec "$venv/bin/python" -m webui "$@"
