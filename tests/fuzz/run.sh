#!/usr/bin/env bash
# tests/fuzz/run.sh SECONDS [TARGET...]: builds the fuzz targets and feeds each for so many seconds of processor time, after all of its
# corpus; prints a table and fails on a finding. What a target learns is kept in build-fuzz/corpus, findings go to build-fuzz/findings:
# put a fixed one into tests/fuzz/corpus/TARGET, with a test of the law that it broke. With GLASSCAPE_FUZZ_PROGRAMS, a folder that holds them,
# nothing is built, and the rest lies in fuzz/ there.
set -euo pipefail
cd "$(dirname "$0")/../.."
all=(csv eam experiment extended_xyz hills journal lammps_data lammps_dump restart shard study toml)
if [ $# -eq 0 ] || ! [[ $1 =~ ^[1-9][0-9]*$ ]]; then
  echo "usage: tests/fuzz/run.sh SECONDS [TARGET...]; targets: ${all[*]}" >&2
  exit 64
fi
seconds=$1
shift
targets=("${@:-${all[@]}}")
programs=${GLASSCAPE_FUZZ_PROGRAMS:-}
build=$PWD/build-fuzz
[ -z "$programs" ] || build=$programs/fuzz

build_programs() {
  cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ -DGLASSCAPE_FUZZ=ON >"$build.configure.log" 2>&1 || {
    cat "$build.configure.log" >&2
    exit 1
  }
  cmake --build "$build" --target "${targets[@]/#/fuzz_}" >"$build.log" 2>&1 || {
    tail -n 40 "$build.log" >&2
    exit 1
  }
  programs=$build/tests/fuzz
}

seeds_of() {  # folders whose files a target begins with
  echo "tests/fuzz/corpus/$1"
  case $1 in
    eam) echo tests/inputs/bad/potentials ;;
    extended_xyz | lammps_*) echo tests/inputs/bad/structures ;;
    toml | study | experiment) echo tests/inputs/bad/studies examples/*/ ;;
  esac
}

options_of() {
  [ ! -e "tests/fuzz/$1.dict" ] || echo "-dict=tests/fuzz/$1.dict"
  if [ "$1" = shard ]; then echo "-detect_leaks=0 -max_len=16384"; else echo "-max_len=4096"; fi  # HDF5 1.10 does not free all that it took for a file that it refuses
}

feed() {  # target: one line of the table
  local target=$1 used=0 runs=0 cover=0 log=$build/$1.log findings=$build/findings/$1 status=0
  mkdir -p "$build/corpus/$target" "$findings"
  while [ "$used" -lt "$seconds" ] && [ "$status" -eq 0 ]; do
    local left=$((seconds - used)) spent TIMEFORMAT=%U
    # shellcheck disable=SC2046
    spent=$({ time OMP_NUM_THREADS=1 ASAN_OPTIONS=detect_leaks=$([ "$target" = shard ] && echo 0 || echo 1) "$programs/fuzz_$target" "$build/corpus/$target" $(seeds_of "$target") $(options_of "$target") -max_total_time="$left" \
      -timeout=20 -rss_limit_mb=1024 -malloc_limit_mb=256 -print_final_stats=1 -artifact_prefix="$findings/" >"$log" 2>&1; } 2>&1) || status=$?
    used=$((used + ${spent%.*} + 1))
    runs=$((runs + $(sed -n 's/^stat::number_of_executed_units: //p' "$log" | tail -n 1) + 0))
    cover=$(grep -o 'cov: [0-9]*' "$log" | tail -n 1 | cut -c 6-)
  done
  printf '%-14s %12d %9d %9d %9d\n' "$target" "$runs" "$used" "$(find "$findings" -type f | wc -l)" "${cover:-0}"
  [ "$status" -eq 0 ] || { grep -E -m 3 'ERROR|SUMMARY|runtime error|terminate|what\(\)' "$log" || tail -n 5 "$log"; }
  return "$status"
}

[ "$programs" ] || build_programs
mkdir -p "$build"
printf '%-14s %12s %9s %9s %9s\n' target executions 'CPU s' findings coverage
export -f feed seeds_of options_of
export build programs seconds
printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I {} bash -c 'feed {}'
