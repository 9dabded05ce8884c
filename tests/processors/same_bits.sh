#!/usr/bin/env bash
# Runs a program on this processor, and under qemu on one without AVX and on one with AVX2, and compares what it prints.
set -euo pipefail
program=$1
expected=$("$program")
echo "$expected"
for processor in Nehalem Haswell; do
  found=$(qemu-x86_64 -cpu "$processor" "$program")
  if [ "$found" != "$expected" ]; then
    printf 'other bits on %s:\n%s\n' "$processor" "$found" >&2
    exit 1
  fi
done
