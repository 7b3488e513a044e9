#!/usr/bin/env bash
. "$(dirname "$0")/lib/run.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
clang++-19 -O2 -std=c++20 -o "$folder/load" "$bench/lib/load.cc"
GATEHOUSE_BENCH_LOAD="$folder/load" "$node" "$bench/lib/intake.mjs" "$@"
