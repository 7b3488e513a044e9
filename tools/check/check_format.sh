#!/usr/bin/env bash
# The C++ code is formatted by clang-format 19 (./dev format).
. "$(dirname "$0")/begin.sh"
need .clang-format "$tools/allow.txt"
command -v clang-format-19 >/dev/null || fatal "clang-format-19 is not installed"

found=$(mktemp)
trap 'rm -f "$found"' EXIT
# The first finding per file is enough.
sources | tr '\n' '\0' | xargs -0 clang-format-19 --dry-run -Werror 2>&1 |
  awk -F: '/: error: / && !seen[$1]++ { print $1 ":" $2 ": format\tnot formatted; run ./dev format" }' >"$found" || true
finish <"$found"
