# Sourced by ./demo and ./check: installs the Debian packages that are missing, configures and builds.
# A machine that has everything is not touched: no package list is read, no root is needed.

say() { printf '\n== %s\n' "$*"; }

packages_of_group() {  # name of a group in debian-packages.txt
  awk -v wanted="$1" '/^# group:/ {group = $3} /^[^#]/ && group == wanted {print $1}' cmake/debian-packages.txt
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else
    echo "error: packages are missing and this needs root: run as root, install sudo, or install them by hand: $*" >&2
    exit 1
  fi
}

install_packages() {  # groups
  local missing=() package
  for group in "$@"; do
    for package in $(packages_of_group "$group"); do
      dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
    done
  done
  [ ${#missing[@]} -eq 0 ] && return
  say "installing Debian packages: ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

install_node() {  # any will do, also one that is no Debian package
  command -v node >/dev/null || install_packages node
}

build() {  # folder, then options for cmake
  local folder=$1
  shift
  say "building in $folder"
  cmake -S . -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=Release "$@" >"$folder.configure.log" 2>&1 || {
    cat "$folder.configure.log" >&2
    exit 1
  }
  cmake --build "$folder"
}
