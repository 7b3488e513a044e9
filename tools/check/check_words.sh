#!/usr/bin/env bash
# Words that mark unfinished work, and paths that exist on one machine only.
. "$(dirname "$0")/begin.sh"
need src tools "$tools/allow.txt"

found=$(mktemp)
trap 'rm -f "$found"' EXIT
# Seeds are bytes, not text; this folder names the words in order to forbid them.
files=$(find . \( -name .git -o -path ./build -o -path ./.data -o -name node_modules -o -path ./fuzz \
  -o -path ./tools/check -o -path ./tests/e2e/artifacts \) -prune -o -type f \
  ! -name '*.pem' ! -name '*.png' ! -name package-lock.json ! -name LICENSE -print | sed 's|^\./||' | sort)
[ -n "$files" ] || fatal "no files"
printf '%s\n' "$files" | tr '\n' '\0' |
  xargs -0 grep -nIE '(^|[^A-Za-z0-9_])(TODO|FIXME|XXX|HACK|[Ss]tub|STUB|[Pp]laceholder)s?([^A-Za-z0-9_]|$)|(^|[^A-Za-z0-9_.])/work/|\.\./shared' /dev/null |
  awk '
    {
      first = index($0, ":"); file = substr($0, 1, first - 1)
      rest = substr($0, first + 1); second = index(rest, ":"); number = substr(rest, 1, second - 1)
      text = substr(rest, second + 1)
      gsub(/placeholder *=|::placeholder|placeholder-shown/, "", text)  # the HTML attribute and its selectors
      if (text ~ /(^|[^A-Za-z0-9_.])\/work\/|\.\.\/shared/) print file ":" number ": path\ta path of one machine"
      else if (match(text, /(^|[^A-Za-z0-9_])(TODO|FIXME|XXX|HACK|[Ss]tub|STUB|[Pp]laceholder)s?([^A-Za-z0-9_]|$)/)) {
        word = substr(text, RSTART, RLENGTH); gsub(/[^A-Za-z]/, "", word)
        print file ":" number ": " word "\tunfinished work is finished or left out, not marked"
      }
    }' >"$found" || true
finish <"$found"
