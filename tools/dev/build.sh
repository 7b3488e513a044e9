# Configure and build one preset. Sourced by ./dev.

batched=  # set by `./dev test --batched`

has_target() { ninja -C "$1" -t targets all 2>/dev/null | grep "^$2: " >/dev/null; }

# build_preset PRESET [TARGET...]: everything in the preset, or the targets alone.
build_preset() {
  local preset=$1 dir=$root/build/$1 note= unity=OFF
  shift
  case $preset in release | dev | tsan | fuzz | tidy) ;; *) die "no such preset: $preset (release, dev, tsan, fuzz, tidy)" ;; esac
  # A release is compiled several files at a time, and so is everything where nothing is edited in
  # between (--batched); otherwise file by file, for an edit to compile one file.
  [ "$preset" != release ] && [ -z "$batched" ] || unity=ON
  # The debug information may name another copy of the tree: a clone then finds what was compiled here.
  export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
  if [ ! -f "$dir/build.ninja" ] || [ "$root/CMakePresets.json" -nt "$dir/build.ninja" ] ||
    ! grep -qx "GATEHOUSE_UNITY:[A-Z]*=$unity" "$dir/CMakeCache.txt"; then
    [ -d "$dir/src" ] || note=" (first time: several minutes)"
    say "configuring $preset"
    (cd "$root" && cmake --preset "$preset" -DGATEHOUSE_UNITY="$unity" >"$scratch_log" 2>&1) || {
      cat "$scratch_log" >&2
      rm -f "$dir/build.ninja"
      die "cmake --preset $preset failed"
    }
  fi
  if [ $# -gt 0 ]; then
    # Brings the list of targets up to date with new files first.
    ninja -C "$dir" build.ninja >"$scratch_log" 2>&1 || { cat "$scratch_log" >&2; die "configuring $preset failed"; }
    local target
    for target in "$@"; do
      has_target "$dir" "$target" || die "build/$preset has no target $target"
    done
  fi
  say "building $preset$note"
  ninja -C "$dir" "$@" || die "the $preset build failed"
}

# build/release/bin/gatehouse without its symbols, which go to gatehouse.symbols for backtraces.
build_release() {
  local binary=$root/build/release/bin/gatehouse stamp=$root/build/release/.stripped
  build_preset release gatehouse
  if [ ! -f "$stamp" ] || [ "$binary" -nt "$stamp" ]; then
    llvm-objcopy-19 --only-keep-debug "$binary" "$binary.symbols"
    llvm-strip-19 "$binary"
    llvm-objcopy-19 --add-gnu-debuglink="$binary.symbols" "$binary"
    touch "$stamp"
  fi
}
