# shellcheck shell=bash
# A minimal Debian 12 as a tar file, for tests that need a machine without anything: debootstrap makes it once, and it is
# kept in the cache. To be sourced, as root, after tests/tools/lib.sh. Mirror and proxy are those of this machine's apt.

readonly image_cache=${XDG_CACHE_HOME:-$HOME/.cache}/quprite/image

# A line a suite of Debian's: "bookworm http://… main". Other publishers' packages are left out.
debian_sources() {
  # shellcheck disable=SC2016 # $(…) is apt's
  apt-get indextargets --format '$(ORIGIN) $(RELEASE) $(REPO_URI) $(COMPONENT)' 'Created-By: Packages' |
    sed -nE 's/^Debian (bookworm(-updates|-security)? https?:.* main)$/\1/p' | sort -u
}

# What apt here has been told about the network.
apt_network() { apt-config dump | grep -E '^Acquire::(https?|Retries|ForceIPv|Check-)' || true; }

# debian_base: prints the name of the tar file.
debian_base() {
  local sources mirror key file work
  sources=$(debian_sources)
  if [[ -z $sources ]]; then # the lists have been removed, as in most images
    apt-get update -qq >&2
    sources=$(debian_sources)
  fi
  mirror=$(awk '$1 == "bookworm" { print $2; exit }' <<<"$sources")
  key=$({ cat "${BASH_SOURCE[0]}" && printf '%s\n' "$sources" && apt_network; } | sha256sum | cut -c1-16)
  file=$image_cache/bookworm-$key.tar
  mkdir -p "$image_cache"
  (
    flock 9
    [[ -e $file ]] && exit 0
    say "making a minimal Debian in $file"
    work=$(mktemp -d "$image_cache/new.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    eval "$(apt-config shell http_proxy Acquire::http::Proxy)"
    [[ -z ${http_proxy:-} ]] || export http_proxy
    if ! debootstrap --variant=minbase --include=ca-certificates bookworm "$work/root" ${mirror:+"$mirror"} \
      >"$work/log" 2>&1; then
      tail -n 20 "$work/log" >&2
      exit 1
    fi
    if [[ -n $sources ]]; then
      sed -E 's/^(\S+) (\S+) (\S+)$/deb \2 \1 \3/' <<<"$sources" >"$work/root/etc/apt/sources.list"
    fi
    apt_network >"$work/root/etc/apt/apt.conf.d/99network"
    cp /etc/ssl/certs/ca-certificates.crt "$work/root/etc/ssl/certs/" 2>/dev/null || true # a mirror by HTTPS
    rm -rf "$work/root/var/cache/apt/archives/"*.deb "$work/root/etc/resolv.conf"
    tar -C "$work/root" --numeric-owner -cf "$work/tar" .
    rm -f "$image_cache"/bookworm-*.tar
    mv "$work/tar" "$file"
  ) 9>"$image_cache/.lock" >&2 || return 1
  printf '%s\n' "$file"
}
