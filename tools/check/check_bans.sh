#!/usr/bin/env bash
# Calls that are banned outside their homes (bans.txt). The message says why and names the safe one.
. "$(dirname "$0")/begin.sh"
need "$tools/bans.txt" "$tools/allow.txt"

files=$(sources)
found=$(mktemp)
trap 'rm -f "$found"' EXIT
# shellcheck disable=SC2086
code drop $files | awk -v table="$tools/bans.txt" '
  BEGIN {
    while ((getline row < table) > 0) {
      if (row ~ /^#/ || row == "") continue
      if (split(row, cell, "\t") != 4) { print "bans.txt:0: row\tnot four cells: " row; continue }
      bans++
      name[bans] = cell[1]; pattern[bans] = cell[2]; homes[bans] = cell[3]; why[bans] = cell[4]
    }
    if (bans == 0) print "bans.txt:0: empty\tno bans"
  }
  function at_home(file, list,    home, count, i, suffix) {
    count = split(list, home, " ")
    for (i = 1; i <= count; i++) {
      if (substr(home[i], 1, 1) == "*") {
        suffix = substr(home[i], 2)
        if (substr(file, length(file) - length(suffix) + 1) == suffix) return 1
      } else if (index(file, home[i]) == 1) return 1
    }
    return 0
  }
  {
    first = index($0, ":"); file = substr($0, 1, first - 1)
    rest = substr($0, first + 1); second = index(rest, ":"); number = substr(rest, 1, second - 1)
    text = substr(rest, second + 1)
    for (b = 1; b <= bans; b++)
      if (text ~ pattern[b] && !at_home(file, homes[b])) print file ":" number ": " name[b] "\t" why[b]
  }' >"$found"
finish <"$found"
