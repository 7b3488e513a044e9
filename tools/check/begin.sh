# Sourced first by every check. A check takes the tree to look at as its one argument (default: this
# repository), prints one line per violation and fails if there is any, or if what it should look at is
# missing: a check that cannot find its input must not report success.
set -euo pipefail
export LC_ALL=C

tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
check=$(basename "$0" .sh)
cd "${1:-$tools/../..}"

fatal() {
  echo "$check: $*" >&2
  exit 2
}

need() {
  local path
  for path in "$@"; do [ -e "$path" ] || fatal "cannot find $path in $PWD"; done
}

# C++ files below src/, sorted. Arguments: extra conditions for find.
sources() {
  need src
  local files
  files=$(find src -type f \( -name '*.h' -o -name '*.cc' \) "$@" | sort)
  [ -n "$files" ] || fatal "no C++ files below src/"
  printf '%s\n' "$files"
}

# Code without comments: "file:line:code". $1 = keep or drop string literals, the rest are files.
code() {
  local strings=$1
  shift
  awk -v strings="$strings" -f "$tools/code.awk" "$@"
}

# True if allow.txt excuses $1 = path, $2 = what.
allowed() {
  awk -v check="$check" -v path="$1" -v what="$2" \
    '$1 == check && $2 == path && $3 == what { found = 1 } END { exit !found }' "$tools/allow.txt"
}

# Reads violations "path:line: what<TAB>message" and ends the check.
finish() {
  local bad=0 line path what message
  while IFS= read -r line; do
    [ -n "$line" ] || continue
    path=${line%%:*} message=${line#*$'\t'} what=${line%%$'\t'*}
    what=${what##*: }
    if allowed "$path" "$what"; then continue; fi
    echo "${line%%$'\t'*}: $message"
    bad=$((bad + 1))
  done
  if [ "$bad" -gt 0 ]; then
    echo "$check: $bad violations" >&2
    exit 1
  fi
  echo "$check: ok"
}
