# Debian packages per purpose. The one place that knows names which differ between distributions.
# Sourced by ./dev. An entry "package:command" is satisfied by the command, however it was installed.

gatehouse_distribution() { (. /etc/os-release 2>/dev/null && echo "${ID:-unknown} ${VERSION_ID:-0}"); }

gatehouse_packages() {
  local purpose=$1 distribution boost chromium=chromium:chromium
  distribution=$(gatehouse_distribution)
  case $distribution in
    "debian 12") boost=libboost1.81-dev ;;  # its libboost-dev is 1.74, which clang cannot use
    *) boost=libboost-dev ;;                # Debian 13 and Ubuntu 24.04: 1.83
  esac
  case $distribution in
    ubuntu*) chromium=chromium-browser:chromium-browser ;;  # installs the snap
  esac
  case $purpose in
    build)
      echo clang-19 clang-tidy-19 clang-format-19 lld-19 llvm-19 libclang-rt-19-dev ccache \
        ninja-build cmake pkg-config "$boost" libsqlite3-dev libpq-dev libssl-dev libsodium-dev \
        libctemplate-dev libcurl4-openssl-dev zlib1g-dev libtomlplusplus-dev libcli11-dev \
        libicu-dev libfido2-dev libqrencode-dev libzstd-dev libbrotli-dev \
        liblzma-dev libbz2-dev libjemalloc-dev libgtest-dev libfmt-dev
      ;;
    test) echo postgresql "$chromium" nodejs:node npm:npm ;;
    bench) echo nginx-light:nginx wrk:wrk sqlite3:sqlite3 nodejs:node ;;
    format) echo clang-format-19 ;;
  esac
}
