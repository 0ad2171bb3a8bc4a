# Shell functions that deploy/up, deploy/down and test/run share. Sourced, not run.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }
die() {
  say "$(basename "$0"): $*"
  exit 1
}

# stop_server PID: asks a quorated to stop, and waits until it has; any other program is left alone.
stop_server() {
  local pid=$1 deadline=$((SECONDS + 30))
  [[ $pid =~ ^[0-9]+$ ]] && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = quorated ] || return 1
  kill -TERM "$pid"
  while [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = quorated ] && ! grep -q '^State:.Z' "/proc/$pid/status" 2>/dev/null; do
    [ $SECONDS -lt $deadline ] || die "the server with pid $pid does not stop within 30 s; kill -9 $pid loses nothing that was acknowledged"
    sleep 0.05
  done
}

# packages SECTION...: the packages of these sections of packages.txt, one a line.
packages() {
  local wanted=" $* " section='' line
  while IFS= read -r line; do
    line=${line%%#*}
    line=${line//[[:space:]]/}
    case $line in
      '') ;;
      \[*\]) section=${line:1:-1} ;;
      *) [[ $wanted == *" $section "* ]] && printf '%s\n' "$line" ;;
    esac
  done <"$repository/deploy/packages.txt"
}

# missing_packages SECTION...: those of them that are not installed.
missing_packages() {
  local package
  for package in $(packages "$@"); do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' || printf '%s\n' "$package"
  done
}

# install_packages SECTION...: installs what is missing; needs root or sudo for that alone.
install_packages() {
  local missing as_root=()
  mapfile -t missing < <(missing_packages "$@")
  # A newer Node.js from elsewhere serves as well and conflicts with Debian's packages.
  if command -v node >/dev/null && command -v npm >/dev/null; then
    mapfile -t missing < <(printf '%s\n' "${missing[@]}" | grep -vxE 'nodejs|npm|')
  fi
  [ "${#missing[@]}" -gt 0 ] && [ -n "${missing[0]}" ] || return 0
  command -v apt-get >/dev/null || die "these packages are missing and there is no apt-get to install them: ${missing[*]}"
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || die "these packages are missing; install them as root: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "installing ${#missing[@]} packages: ${missing[*]}"
  # Lists go stale within days; a machine from an image has none at all.
  "${as_root[@]}" apt-get update -qq >&2 || say "apt-get update failed; trying with the lists that are there"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    "${missing[@]}" >&2 || die "apt-get could not install: ${missing[*]}"
}

# prepare_build: what every build of ours wants from the environment.
prepare_build() {
  if command -v ccache >/dev/null; then
    export QUORATE_LAUNCHER=ccache CCACHE_BASEDIR=$repository CCACHE_NOHASHDIR=1
    export CCACHE_SLOPPINESS=pch_defines,time_macros
  fi
  jobs=$(nproc)
}

# build PRESET TARGET...: configures and builds, showing progress.
build() {
  local preset=$1
  shift
  (cd "$repository" && cmake --preset "$preset" >"build/$preset.configure.log" 2>&1) || {
    tail -n 30 "$repository/build/$preset.configure.log" >&2
    die "cmake could not configure the preset $preset; see build/$preset.configure.log"
  }
  (cd "$repository" && NINJA_STATUS='[%f/%t %es] ' ninja -C "build/$preset" -j "$jobs" "$@" >&2) ||
    die "the build of the preset $preset failed"
}
