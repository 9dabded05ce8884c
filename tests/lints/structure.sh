#!/usr/bin/env bash
# The rooms know each other in one direction only, files stay short, the library neither prints nor exits, and ctest runs
# every test by its title.
# Usage: structure.sh SOURCE_FOLDER
set -uo pipefail
cd "$1"
failed=0
complain() {
  echo "$*"
  failed=1
}

sources() { find "$@" -name '*.hpp' -o -name '*.cpp' | sort; }

forbid_includes() {  # room, rooms it must not know
  local room=$1 other
  shift
  for other in "$@"; do
    grep -nE "#include \"$other/" $(sources "$room") && complain "$room must not include $other"
  done
}
forbid_includes md landscape samplers analysis apps
forbid_includes landscape samplers analysis apps
forbid_includes samplers analysis apps
forbid_includes analysis samplers apps

grep -lE '#include [<"]hdf5.h[>"]' $(sources md landscape samplers analysis apps) | grep -vE '^landscape/hdf5\.(hpp|cpp)$' |
  while read -r file; do echo "$file includes hdf5.h: only landscape/hdf5 may"; done | grep . && failed=1

for file in $(sources md landscape samplers analysis apps tests); do
  lines=$(wc -l <"$file")
  [ "$lines" -gt 500 ] && complain "$file has $lines lines, more than 500"
done

# a function begins at the left margin with a line that ends in '{' and ends with '}' there
for file in $(sources md landscape samplers analysis apps tests); do
  long=$(awk '/^[A-Za-z].*\{$/ && !/^(namespace|struct|class|enum|union|extern)/ {name = $0; first = NR}
              /^\}$/ && first {if (NR - first > 80) print FILENAME ":" first ": " NR - first " lines"; first = 0}' "$file")
  [ -n "$long" ] && complain "$long: more than 80 lines in a function"
done

library=$(sources md landscape samplers analysis)
grep -nE '\b(std::cout|std::cerr|printf|fprintf|fmt::print|puts)\b *[(<]' $library && complain "the library prints"
grep -nE '\b(std::)?(exit|abort|_exit)\(' $library && complain "the library ends the program"
grep -nE 'std::random_device|std::rand\(|srand\(|std::getenv|system_clock' $library && complain "the library draws from outside"
grep -nE '(Error|NotFound)\("[A-Z][a-z]+ ' $library && complain "error messages begin in lower case"

# CMake reads the titles as a list: a bracket or semicolon would merge or split tests, and what is run by a wrong name passes
grep -Pzo 'TEST_CASE\(\s*"[^"]*[\[\];][^"]*"' $(sources tests) | tr '\0' '\n' | grep . && complain "the title of a test has a bracket or a semicolon"
exit $failed
