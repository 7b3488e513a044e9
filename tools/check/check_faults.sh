#!/usr/bin/env bash
# Every planted fault of tests/faults still applies to the code it breaks, and names the tests that catch it.
. "$(dirname "$0")/begin.sh"
need tests/faults

found=$(mktemp)
trap 'rm -f "$found"' EXIT
patches=$(find tests/faults -name '*.patch' | sort)
[ -n "$patches" ] || fatal "no patches below tests/faults"
for patch in $patches; do
  grep -q '^Test: [a-z_]*_test$' "$patch" || printf '%s:1: Test\tnames no test program\n' "$patch"
  git apply --check "$patch" 2>/dev/null || printf '%s:1: patch\tdoes not apply any more\n' "$patch"
done >"$found"
finish <"$found"
