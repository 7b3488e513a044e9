#!/usr/bin/env bash
. "$(dirname "$0")/lib/run.sh"
exec "$node" "$bench/lib/login.mjs"
