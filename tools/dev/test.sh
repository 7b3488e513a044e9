# The test run. Sourced by ./dev. Every part adds to `passed` and `failed`; the last line says both.

passed=0
failed=0

count() { passed=$((passed + $1)) failed=$((failed + $2)); }

run_checks() {
  local script
  for script in "$root"/tools/check/check_*.sh; do
    if "$script"; then count 1 0; else count 0 1; fi
  done
}

run_selftests() {
  local script
  for script in "$root"/tools/check/*selftest.sh; do
    if "$script"; then count 1 0; else count 0 1; fi
  done
}

run_ctest() {
  local log=$scratch/ctest.log total bad
  say "unit, store and contract tests (ASan, UBSan)"
  ctest --test-dir "$root/build/dev" -j2 --output-on-failure --no-tests=error \
    ${1:+-R "$1"} 2>&1 | tee "$log" || true
  # "98% tests passed, 1 tests failed out of 40"
  total=$(sed -n 's/^.*tests passed, [0-9]* tests failed out of \([0-9]*\)$/\1/p' "$log")
  bad=$(sed -n 's/^.*tests passed, \([0-9]*\) tests failed out of [0-9]*$/\1/p' "$log")
  if [ -n "$total" ]; then
    count $((total - bad)) "$bad"
  elif [ -z "$1" ] || ! grep -q 'No tests were found' "$log"; then
    count 0 1
  fi
}

run_e2e() {
  local folder=$root/tests/e2e filter=$1 files tap=$scratch/e2e.tap node=node newer status=0 good bad
  if [ ! -f "$folder/package.json" ]; then
    say "SKIPPED: end-to-end tests (there is no tests/e2e/package.json)"
    return 0
  fi
  mapfile -t files < <(cd "$folder" && ls -1 *.test.mjs *.test.js 2>/dev/null | grep -E -- "$filter")
  if [ ${#files[@]} -eq 0 ]; then
    [ -n "$filter" ] || { echo "tests/e2e has no *.test.mjs" >&2; count 0 1; }
    return 0
  fi
  install_npm "$folder"
  # Debian's Node installs the test tools; those that need a newer one run on the npm package's.
  for newer in "$folder"/node_modules/node-linux-*/bin/node; do
    [ ! -x "$newer" ] || node=$newer
  done
  say "end-to-end tests: ${#files[@]} files, node $("$node" --version)"
  : >"$tap"
  # A test that fails may leave a server behind, and one that hangs must not keep the others' results.
  (cd "$folder" && GATEHOUSE_TEST_BINARY=$root/build/release/bin/gatehouse "$node" --test \
    --test-force-exit --test-timeout=1200000 --test-concurrency=2 \
    --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=tap --test-reporter-destination="$tap" "${files[@]}") || status=$?
  good=$(sed -n 's/^# pass \([0-9]*\)$/\1/p' "$tap" | tail -1)
  bad=$(sed -n 's/^# \(fail\|cancelled\) \([0-9]*\)$/\2/p' "$tap" | awk '{ n += $1 } END { print n + 0 }')
  if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
  count "${good:-0}" "$bad"
}

# Prints the closing line whatever ended the run.
finish_test() {
  local status=$?
  stop_postgres
  if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
  rm -rf "$scratch"
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] && [ "$status" -eq 0 ] || exit 1
  exit 0
}

command_test() {
  local quick= filter= name
  while [ $# -gt 0 ]; do
    case $1 in
      --quick) quick=1 ;;
      --batched) batched=1 ;;
      -*) die "usage: ./dev test [--quick] [--batched] [filter]" ;;
      *) filter=$1 ;;
    esac
    shift
  done
  trap finish_test EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  # The servers under test are set up by their tests alone, not by who runs them.
  for name in $(compgen -e GATEHOUSE_ || true); do
    case $name in GATEHOUSE_TEST_*) ;; *) unset "$name" ;; esac
  done
  install_packages build test
  if [ -z "$filter" ]; then
    say "checks"
    run_checks
    [ -n "$quick" ] || run_selftests
  fi
  build_preset dev
  start_postgres "$(memory_folder)"
  run_ctest "$filter"
  if [ -z "$quick" ]; then
    build_release
    run_e2e "$filter"
  fi
  [ $((passed + failed)) -gt 0 ] || die "no test matches ${filter:-at all}"
}
