# A private PostgreSQL that lives as long as one test run: own data, own Unix socket, no TCP port, fsync
# on. Tests connect as a role like an installation's: it owns its databases, and row-level security binds
# it. Sourced by ./dev.

postgres_dir=

# A folder in memory if there is one with room: a thousand tests make and drop a database each, and on a
# disk that is where their time goes.
memory_folder() {
  local free
  free=$(df --output=avail -k /dev/shm 2>/dev/null | tail -1)
  if [ -w /dev/shm ] && [ "${free:-0}" -ge 4194304 ]; then echo /dev/shm; else echo "${TMPDIR:-/tmp}"; fi
}

# start_postgres [FOLDER]: with its data below FOLDER (default: the usual place for temporary files).
start_postgres() {
  local bin
  bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
  [ -n "$bin" ] || die "no PostgreSQL server under /usr/lib/postgresql"
  postgres_dir=$(mktemp -d "${1:-${TMPDIR:-/tmp}}/gatehouse-postgres.XXXXXX")
  # The server refuses to run as root.
  postgres_as=()
  if [ "$(id -u)" -eq 0 ]; then
    chown postgres "$postgres_dir"
    postgres_as=(runuser -u postgres --)
  fi
  postgres_bin=$bin
  say "starting a private PostgreSQL $(basename "$(dirname "$bin")")"
  # "trust" is safe: the socket's folder belongs to one user and the server listens nowhere else.
  (cd "$postgres_dir" && "${postgres_as[@]}" "$bin/initdb" -D "$postgres_dir/data" -U postgres \
    -A trust -E UTF8 --locale=C.UTF-8 >"$postgres_dir/initdb.log" 2>&1) || {
    cat "$postgres_dir/initdb.log" >&2
    die "initdb failed"
  }
  (cd "$postgres_dir" && "${postgres_as[@]}" "$bin/pg_ctl" -D "$postgres_dir/data" -w -t 60 \
    -l "$postgres_dir/server.log" \
    -o "-c listen_addresses='' -c unix_socket_directories='$postgres_dir' -c max_connections=200 -c fsync=on" \
    start >/dev/null) || {
    cat "$postgres_dir/server.log" >&2
    die "PostgreSQL did not start"
  }
  psql -q -X -h "$postgres_dir" -U postgres -d postgres -v ON_ERROR_STOP=1 -c \
    "CREATE ROLE gatehouse LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS" || die "no role for the tests"
  export GATEHOUSE_TEST_POSTGRES="postgresql://gatehouse@/postgres?host=$postgres_dir"
}

stop_postgres() {
  [ -n "$postgres_dir" ] || return 0
  (cd / && "${postgres_as[@]}" "$postgres_bin/pg_ctl" -D "$postgres_dir/data" -m immediate stop) >/dev/null 2>&1 || true
  rm -rf "$postgres_dir"
  postgres_dir=
}
