#!/usr/bin/env bash
# Installs a release build into a folder of its own, then builds and runs the examples against what was
# installed, as a stranger would: only find_package(x400) and the installed headers.
# Usage: run.sh SOURCE WORK
set -eu
source=$1 work=$2
rm -rf "$work/prefix" "$work/examples"
mkdir -p "$work"
cmake -S "$source" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DX400_TESTS=OFF -DCMAKE_INSTALL_PREFIX="$work/prefix"
cmake --build "$work/build" -j "$(nproc)"
cmake --install "$work/build"
cmake -S "$source/examples" -B "$work/examples" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$work/prefix"
cmake --build "$work/examples" -j "$(nproc)"
ctest --test-dir "$work/examples" --output-on-failure
