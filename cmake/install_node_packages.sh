#!/usr/bin/env bash
# Usage: install_node_packages.sh MANIFEST_DIR TARGET_DIR
# Installs the npm packages that MANIFEST_DIR/package.json and its lock file name into
# TARGET_DIR/node_modules. Does nothing when TARGET_DIR already holds that lock file's packages.
# Never writes to MANIFEST_DIR. Two of these at a time wait for each other.
set -euo pipefail

manifest_dir=$(realpath "$1")
target_dir=$(realpath -m "$2")
stamp="$target_dir/installed.lock"

mkdir -p "$target_dir"
exec 9>"$target_dir/.install-in-progress"
flock 9

if cmp -s "$manifest_dir/package-lock.json" "$stamp"; then
  exit 0
fi
if ! command -v npm >/dev/null; then
  echo "npm is needed to fetch the packages of ${manifest_dir##*/}/package.json, and it is not installed." >&2
  exit 1
fi
cp "$manifest_dir/package.json" "$manifest_dir/package-lock.json" "$target_dir/"
log="$target_dir/npm.log"
# `npm install` and not `npm ci`: the latter refuses a lock file without the optional packages of
# foreign platforms. Versions and checksums come from the lock file either way.
if ! (cd "$target_dir" && npm install --ignore-scripts --no-audit --no-fund >"$log" 2>&1); then
  echo "npm could not install the packages of ${manifest_dir##*/}/package.json:" >&2
  tail -n 15 "$log" >&2
  exit 1
fi
cp "$manifest_dir/package-lock.json" "$stamp"
