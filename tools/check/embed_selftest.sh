#!/usr/bin/env bash
# Proves that cmake/Embed.cmake keeps every byte and rebuilds when a file changes: embeds hostile
# contents, writes them out of a compiled program and compares.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

mkdir -p "$dir/in/deep"
printf 'SELECT ")delim";\n-- \\ \x27 ${NOT_A_VARIABLE} @at@ [list;of;items]\n' > "$dir/in/a.sql"
: > "$dir/in/empty.tpl"
awk 'BEGIN { for (i = 0; i < 4000; ++i) print "line " i " – “quoted” ünï" }' > "$dir/in/deep/long.css"
head -c 70001 /dev/urandom > "$dir/in/random.bin"

cat > "$dir/CMakeLists.txt" <<CMAKE
cmake_minimum_required(VERSION 3.22)
project(embed_selftest LANGUAGES CXX)
set(CMAKE_CXX_STANDARD 23)
include($root/cmake/Embed.cmake)
add_executable(out out.cc)
gatehouse_embed(TARGET out NAMESPACE gatehouse::sample OUTPUT embedded_sample BASE in
  FILES in/a.sql in/empty.tpl in/deep/long.css in/random.bin)
CMAKE
cat > "$dir/out.cc" <<'CPP'
#include <cstdio>
#include "embedded_sample.h"
int main(int argc, char** argv) {
  if (argc == 1) {
    for (const auto& file : gatehouse::sample::kFiles) std::puts(file.name.data());
    return 0;
  }
  const auto* file = gatehouse::sample::FindFile(argv[1]);
  if (file == nullptr) return 3;
  std::fwrite(file->text.data(), 1, file->text.size(), stdout);
}
CPP
cmake -S "$dir" -B "$dir/build" -G Ninja -DCMAKE_CXX_COMPILER="${CXX:-clang++-19}" > "$dir/log"
ninja -C "$dir/build" >> "$dir/log" || { cat "$dir/log"; exit 1; }

compare() {
  local name
  for name in a.sql empty.tpl deep/long.css random.bin; do
    "$dir/build/out" "$name" | cmp - "$dir/in/$name"
  done
}
compare
[ "$("$dir/build/out" | tr '\n' ' ')" = "a.sql empty.tpl deep/long.css random.bin " ]
"$dir/build/out" absent && exit 1
sleep 0.01
printf 'changed' > "$dir/in/a.sql"
ninja -C "$dir/build" >> "$dir/log"
compare
ninja -C "$dir/build" | grep 'no work to do' >/dev/null
echo "embed_selftest: ok"
