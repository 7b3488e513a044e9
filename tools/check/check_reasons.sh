#!/usr/bin/env bash
# Every reason slug (a string constant in an errors.h) has a line in the message catalogue and a test that
# produces it.
. "$(dirname "$0")/begin.sh"
need src "$tools/allow.txt"

found=$(mktemp) slugs=$(mktemp)
trap 'rm -f "$found" "$slugs"' EXIT
headers=$(find src -name errors.h | sort)
[ -n "$headers" ] || fatal "no errors.h below src/"
# "file:line name slug"; a definition may be wrapped onto a second line.
# shellcheck disable=SC2086
awk '
  FNR == 1 { held = "" }
  { line = held $0; held = "" }
  line ~ /inline constexpr std::string_view k[A-Za-z0-9]* *=/ {
    if (line !~ /;/) { held = line " "; next }
    name = line; sub(/^.*string_view /, "", name); sub(/ *=.*$/, "", name)
    slug = line; sub(/^[^"]*"/, "", slug); sub(/".*$/, "", slug)
    print FILENAME ":" FNR, name, slug
  }' $headers >"$slugs"
[ -s "$slugs" ] || fatal "no reason constants in any errors.h"

tests=$(find src tests -type f \( -name '*_test.cc' -o -name '*_contract.h' -o -name '*.test.mjs' -o -name '*.test.js' \) 2>/dev/null || true)
[ -n "$tests" ] || fatal "no tests below src/ or tests/"
catalogue=
if [ -d src/edge ]; then
  catalogue=$(find src/edge/web -name 'messages*' -type f 2>/dev/null | sort)
  [ -n "$catalogue" ] || fatal "cannot find the message catalogue src/edge/web/messages.*"
fi

while read -r where name slug; do
  case $slug in
    *[!a-z0-9_]* | '') printf '%s: %s\ta slug is lower snake case\n' "$where" "$slug" ;;
  esac
  # shellcheck disable=SC2086
  if [ -n "$catalogue" ] && ! grep -qF "\"$slug\"" $catalogue; then
    printf '%s: %s\thas no line in the message catalogue\n' "$where" "$slug"
  fi
  # shellcheck disable=SC2086
  if ! grep -qE "\"$slug\"|'$slug'|(^|[^A-Za-z0-9_])$name([^A-Za-z0-9_]|$)" $tests; then
    printf '%s: %s\tno test produces it\n' "$where" "$slug"
  fi
done <"$slugs" >"$found"
finish <"$found"
