#!/usr/bin/env bash
# Kills mstored under load again and again. See --help.
set -u
build=$(cd "$(dirname "$0")/../.." && pwd)/build/asan-clang
kills=100 seed=$RANDOM

usage() {
  cat <<'EOT'
test/e2e/server_kills.sh [--kills N] [--seed S] [--build FOLDER]

Starts mstored, works on it by P3 and P7, kills it with -9, starts it again and checks that everything
acknowledged is there and nothing twice; N times (100).

  --seed S        dice of the load and of the kills; they are as far the same as threads let them
  --build FOLDER  a build with tests (build/asan-clang)

Exit status: 0 all kept, else not.
EOT
}

while [ $# -gt 0 ]; do
  case $1 in
    --kills) kills=${2:?}; shift ;;
    --seed) seed=${2:?}; shift ;;
    --build) build=${2:?}; shift ;;
    --help|-h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done
echo "seed $seed"
X400_KILLS=$kills X400_SEED=$seed exec setarch "$(uname -m)" -R "$build/test/e2e/test_e2e_kills"
