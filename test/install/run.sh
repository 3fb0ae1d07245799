#!/usr/bin/env bash
# Installs the release build (the one of tools/quickstart) into a folder of its own, looks whether each program has its
# man page and completion, then builds and runs the examples against what was installed, as a stranger would: only
# find_package(x400) and the installed headers.
# Usage: run.sh SOURCE WORK
set -eu
source=$1 work=$2
rm -rf "$work/prefix" "$work/examples"
mkdir -p "$work"
(cd "$source" && cmake --preset release && cmake --build --preset release -j "$(nproc)")
cmake --install "$source/build/release" --prefix "$work/prefix"
for program in "$work"/prefix/bin/* "$work"/prefix/sbin/*; do
  name=$(basename "$program")
  ls "$work"/prefix/share/man/man[18]/"$name".[18] "$work/prefix/share/bash-completion/completions/$name" >/dev/null
done
cmake -S "$source/examples" -B "$work/examples" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$work/prefix"
cmake --build "$work/examples" -j "$(nproc)"
ctest --test-dir "$work/examples" --output-on-failure
