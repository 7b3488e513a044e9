#!/usr/bin/env bash
# A test that no build file knows never runs and nobody notices. Every *_test.cc, *_fuzz.cc and *_bench.cc
# lies in a folder that is a module; every fuzz target has seeds, and every seed folder a target; every
# end-to-end test has the name that the runner looks for.
. "$(dirname "$0")/begin.sh"
need fuzz cmake/Module.cmake "$tools/allow.txt"

found=$(mktemp)
trap 'rm -f "$found"' EXIT
{
  for file in $(sources | grep -E '_(test|fuzz|bench)\.cc$'); do
    list=$(dirname "$file")/CMakeLists.txt
    if ! grep -qs '^ *gatehouse_module(' "$list"; then
      printf '%s:1: unregistered\tits folder has no CMakeLists.txt with gatehouse_module: it is never built\n' "$file"
    fi
  done
  for file in $(sources | grep -E '_test\.cc$'); do
    grep -qE '(^|[^A-Z_])(TEST|TEST_F|TEST_P|TYPED_TEST|TYPED_TEST_P|[A-Z_]*TESTS?)\(' "$file" ||
      grep -q 'GATEHOUSE_[A-Z_]*(' "$file" ||
      printf '%s:1: empty\thas no test\n' "$file"
  done
  for file in $(sources | grep -E '_fuzz\.cc$' || true); do
    target=$(basename "$file" .cc)
    [ -n "$(find "fuzz/$target" -type f 2>/dev/null)" ] ||
      printf '%s:1: seeds\tfuzz/%s has no seeds\n' "$file" "$target"
  done
  for folder in fuzz/*/; do
    target=$(basename "$folder")
    [ -n "$(find src -name "$target.cc")" ] || printf '%s:1: target\tseeds without a fuzz target\n' "$folder"
  done
  if [ -d tests/e2e ]; then
    find tests/e2e -path '*/node_modules' -prune -o -type f \( -name '*_test.mjs' -o -name '*.spec.*' -o -name '*-test.mjs' \) -print |
      awk '{ print $0 ":1: name\tthe runner looks for *.test.mjs" }'
  fi
} >"$found"
finish <"$found"
