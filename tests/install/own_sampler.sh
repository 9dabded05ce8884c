#!/usr/bin/env bash
# The example plug-in builds against an installed glasscape, and its sampler runs in a study like any other.
# Usage: own_sampler.sh BUILD_FOLDER EXAMPLE_FOLDER
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$1" --prefix "$work/installed" >/dev/null
cmake -S "$2" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$work/installed" >/dev/null
cmake --build "$work/build" >/dev/null
"$work/installed/bin/glasscape" --version
"$work/build/my_glasscape" list | grep kicks
"$work/build/my_glasscape" describe kicks | grep "standard deviation of a kick"
cd "$work"
build/my_glasscape run "$2/study.toml"
build/my_glasscape status "$2/study.toml" | grep "2 of 2"
