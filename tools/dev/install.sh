# Installs what is missing, and only then. Sourced by ./dev.

# install_packages PURPOSE...: one dpkg query when everything is there.
install_packages() {
  local purpose entry package command wanted=() missing=() installed
  for purpose in "$@"; do
    for entry in $(gatehouse_packages "$purpose"); do
      package=${entry%%:*} command=
      [ "$entry" = "$package" ] || command=${entry#*:}
      if [ -n "$command" ] && PATH=$PATH:/usr/sbin command -v "$command" >/dev/null; then continue; fi
      wanted+=("$package")
    done
  done
  [ ${#wanted[@]} -gt 0 ] || return 0
  command -v dpkg-query >/dev/null ||
    die "this is not a Debian or Ubuntu system; install the equivalents of: ${wanted[*]}"
  installed=" $(dpkg-query -W -f '${Package}|${db:Status-Status} ' "${wanted[@]}" 2>/dev/null || true)"
  for package in "${wanted[@]}"; do
    case $installed in *" $package|installed "*) ;; *) missing+=("$package") ;; esac
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null; then
      as_root=(sudo)
    else
      die "missing packages, and neither root nor sudo to install them: ${missing[*]}"
    fi
  fi
  say "installing ${#missing[@]} packages: ${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$scratch_log" 2>&1 || {
    tail -20 "$scratch_log" >&2
    die "apt-get could not install: ${missing[*]}"
  }
}

# install_npm FOLDER: npm only when the lock file (or package.json) has changed since the last time.
install_npm() {
  local folder=$1 source=$1/package.json stamp=$1/node_modules/.installed-from wanted verb=install
  if [ -f "$folder/package-lock.json" ]; then
    source=$folder/package-lock.json verb=ci
  fi
  wanted=$(sha256sum <"$source")
  [ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ] || return 0
  say "installing the test tools of ${folder#"$root"/} (npm $verb)"
  (cd "$folder" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm "$verb" --no-audit --no-fund --loglevel=error) ||
    die "npm $verb failed in $folder"
  mkdir -p "$folder/node_modules"
  echo "$wanted" >"$stamp"
}
