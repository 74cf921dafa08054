# shellcheck shell=bash
# What server/run and tests/run share: packages, configuring and building. To be sourced, with
# "root" set to the repository's directory. Says what it does on standard error.
# shellcheck disable=SC2034,SC2154 # used, or set, by those who source it

readonly build_packages=(g++ cmake ninja-build libboost1.81-dev libpugixml-dev libsqlite3-dev
  libssl-dev doctest-dev)

say() { printf '%s\n' "$*" >&2; }

# Those of the named Debian packages that are not installed.
missing_packages() {
  local wanted=("$@") package status
  local -A installed=()
  command -v dpkg-query >/dev/null || return 0 # not Debian: the build says what it lacks
  while read -r package status; do
    [[ $status == installed ]] && installed[${package%%:*}]=1
  done < <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null || true)
  for package in "${wanted[@]}"; do
    [[ -n ${installed[$package]:-} ]] || printf '%s\n' "$package"
  done
}

# Installs what is missing of the named Debian packages, or says how to and stops. Where nothing is
# missing apt is not called.
install_packages() {
  local missing log as_root=()
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    if command -v sudo >/dev/null && { [[ -t 0 ]] || sudo -n true 2>/dev/null; }; then
      as_root=(sudo)
    else
      say "quprite needs packages that only root can install, and there is no sudo. As root, run"
      say "    apt-get update && apt-get install -y ${missing[*]}"
      exit 1
    fi
  fi
  say "quprite: installing ${missing[*]}"
  log=$(mktemp)
  "${as_root[@]}" apt-get update -qq >"$log" 2>&1 </dev/null || true # an older list may do
  if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >>"$log" 2>&1 </dev/null; then
    tail -n 30 "$log" >&2
    rm -f "$log"
    say "quprite: could not install ${missing[*]}"
    exit 1
  fi
  rm -f "$log"
}

# build PRESET [TARGET]: configures where that has not been done, builds, and is silent unless that
# fails. Two at once wait for each other.
build() {
  local preset=$1 target=${2:-all} dir=$root/build/$1 log status=0
  mkdir -p "$dir"
  log=$dir/quprite-build.log
  (
    flock 9
    cd "$root"
    : >"$log"
    # A changed CMakeLists.txt is ninja's business; it does not know the presets.
    if [[ ! -e $dir/build.ninja || ! $dir/.configured -nt CMakePresets.json ]]; then
      cmake --preset "$preset" >>"$log" 2>&1 && touch "$dir/.configured"
    fi &&
      cmake --build --preset "$preset" --target "$target" >>"$log" 2>&1
  ) 9>"$dir/.lock" || status=$?
  if ((status != 0)); then
    grep -v '^\[[0-9]*/[0-9]*\] [A-Z]' "$log" | head -n 150 >&2 || true
    say "quprite: building the preset '$preset' failed; all of it is in $log"
  fi
  return "$status"
}
