# shellcheck shell=bash
# Brings in what the project needs: Debian packages and Node. Sourced after console.sh.
# Needs ROOT, the checkout, and LOG_DIR.

# Prints the packages of deploy/packages.txt that belong to one of the groups given.
packages_of() {
  local groups=" $* " name group
  while read -r name group _; do
    [[ -z $name || $name == \#* ]] && continue
    [[ $groups == *" $group "* ]] && echo "$name"
  done <"$ROOT/deploy/packages.txt"
  return 0
}

package_is_installed() {
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# as_root COMMAND...: runs a command as root, or fails when that needs a password.
as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo -n "$@"
  fi
}

can_be_root() {
  ((EUID == 0)) || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$@"
}

# install_missing NAME...: installs those Debian packages that are missing. Ends the script with
# what to do when that is not possible.
install_missing() {
  local name missing=()
  for name in "$@"; do
    package_is_installed "$name" || missing+=("$name")
  done
  ((${#missing[@]} == 0)) && return 0
  if ! can_be_root; then
    die "${#missing[@]} Debian packages are missing, and this user may not install them." \
      "Have them installed with:" "  apt-get install -y --no-install-recommends ${missing[*]}"
  fi
  run_step "Installing ${#missing[@]} Debian packages: ${missing[*]}" "$LOG_DIR/apt.log" \
    apt_install "${missing[@]}" ||
    die "The packages could not be installed." \
      "Check the network and the package sources of this machine (apt-get update), then try again."
}

# install_packages GROUP...: makes sure that the packages of these groups are there.
install_packages() {
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "No Debian package manager here; going on with what is installed (see deploy/packages.txt)."
    return 0
  fi
  local names
  mapfile -t names < <(packages_of "$@")
  install_missing "${names[@]}"
}

# Makes sure that node and npm exist; Debian's are taken only where there are none.
install_node() {
  if command -v node >/dev/null && command -v npm >/dev/null; then return 0; fi
  if ! command -v apt-get >/dev/null; then
    die "Node.js with npm is needed (18 or newer) and not installed."
  fi
  install_packages node
}
