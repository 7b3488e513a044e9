# Sourced by the benchmarks: finds the release binary and node, and runs the script beside.
# GATEHOUSE_BENCH_BINARY names another binary.
set -euo pipefail

bench=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
root=$(cd "$bench/../.." && pwd)
export GATEHOUSE_BENCH_BINARY=${GATEHOUSE_BENCH_BINARY:-$root/build/release/bin/gatehouse}
export PATH=$PATH:/usr/sbin
[ -x "$GATEHOUSE_BENCH_BINARY" ] || {
  echo "bench: no $GATEHOUSE_BENCH_BINARY: run ./dev build" >&2
  exit 1
}

node=
for candidate in "$root/tests/e2e/node_modules/node-linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')/bin/node" node; do
  if command -v "$candidate" >/dev/null; then
    node=$candidate
    break
  fi
done
[ -n "$node" ] || {
  echo "bench: node is missing: run ./dev test once" >&2
  exit 1
}
