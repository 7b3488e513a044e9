# ./dev faults: a test suite that cannot fail proves nothing. Every patch in tests/faults plants one
# fault; the tests named in it must then fail. Runs in a copy of the tree, one fault at a time.

# The value of a header line of a patch: fault_field FILE NAME.
fault_field() { sed -n "s/^$2: //p" "$1" | head -n 1; }

run_faults() {
  local wanted=${1:-} copy=$root/build/faults/tree build=$root/build/faults/build
  local patch name program filter log survived=() missing=() killed=0
  mkdir -p "$root/build/faults"
  rm -rf "$copy"
  git -C "$root" worktree prune
  git -C "$root" worktree add --quiet --detach --force "$copy" HEAD
  log=$root/build/faults/log
  CCACHE_BASEDIR=$copy cmake -S "$copy" --preset dev -B "$build" >"$log" 2>&1 ||
    die "the copy cannot be configured: see $log"
  start_postgres
  for patch in "$root"/tests/faults/*.patch; do
    name=$(basename "$patch" .patch)
    case $name in *"$wanted"*) ;; *) continue ;; esac
    program=$(fault_field "$patch" Test)
    filter=$(fault_field "$patch" Filter)
    if ! git -C "$copy" apply "$patch" 2>>"$log"; then
      missing+=("$name")
      continue
    fi
    # A fault that does not compile would prove nothing.
    if ! CCACHE_BASEDIR=$copy ninja -C "$build" "$program" >"$log" 2>&1; then
      die "$name does not compile: see $log"
    fi
    if ASAN_OPTIONS=detect_leaks=0 timeout 300 "$build/bin/$program" \
      --gtest_filter="${filter:-*}" --gtest_fail_fast >"$log" 2>&1; then
      survived+=("$name")
      say "SURVIVED $name"
    else
      killed=$((killed + 1))
      say "caught   $name: $(sed -n 's/^\[  FAILED  \] \([^ ,]*\).*/\1/p' "$log" | head -n 1)"
    fi
    git -C "$copy" checkout --quiet -- .
  done
  git -C "$root" worktree remove --force "$copy"
  say "$killed caught, ${#survived[@]} survived, ${#missing[@]} no longer apply"
  [ ${#missing[@]} -eq 0 ] || die "rewrite: ${missing[*]}"
  [ ${#survived[@]} -eq 0 ] || die "no test notices: ${survived[*]}"
}
