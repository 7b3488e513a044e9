#!/usr/bin/env bash
# A file has at most 800 lines (soft limit 400). Every module (a folder below src/ with a
# CMakeLists.txt) has a README.md of at most 60 lines. Names that say nothing are refused.
. "$(dirname "$0")/begin.sh"
need "$tools/allow.txt"

files=$(sources)
found=$(mktemp)
trap 'rm -f "$found"' EXIT
{
  # shellcheck disable=SC2086
  wc -l $files | awk '$2 != "total" && $1 > 800 { print $2 ":" $1 ": lines\tmore than 800 lines; split it by what it owns" }'
  printf '%s\n' "$files" | awk '
    { name = $0; sub(/^.*\//, "", name); sub(/\.[a-z]*$/, "", name) }
    name ~ /^(manager|helpers?|utils?|common|misc)$|_(manager|helpers?|utils?|common|misc)$/ { print $0 ":1: name\tthe name says nothing; name what it does" }'
  modules=$(find src -mindepth 2 -name CMakeLists.txt | sort)
  [ -n "$modules" ] || fatal "no modules below src/"
  for list in $modules; do
    readme=$(dirname "$list")/README.md
    if [ ! -s "$readme" ]; then
      printf '%s:1: readme\tthe module has no README.md: what it owns, invariants, entry point, what is not here\n' "$readme"
    elif [ "$(wc -l <"$readme")" -gt 60 ]; then
      printf '%s:61: readme\tmore than 60 lines; details belong beside the code\n' "$readme"
    fi
  done
} >"$found"
finish <"$found"
