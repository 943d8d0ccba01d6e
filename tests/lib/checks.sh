# shellcheck shell=bash
# The checks of tests/run that are no tests: format, lint, contracts, requirements, clang-tidy.
# Each returns 0 (passed), 77 (could not run here) or 1 (failed), and says what is wrong.
# Sourced after console.sh, in the checkout; needs LOG_DIR.

BUF=build/node/node_modules/.bin/buf

# Files that git tracks or would add, of the patterns given.
own_files() {
  git ls-files --cached --others --exclude-standard -- "$@" | sort -u |
    while read -r file; do [[ ! -f $file ]] || echo "$file"; done
}

# tool NAME: the version of an LLVM tool that the project is checked with.
tool() {
  command -v "$1-14" || command -v "$1"
}

# put_right WHAT FILE...: reports files that were changed in place. That fails in CI, where nobody
# commits the change.
put_right() {
  local what=$1
  shift
  (($# > 0)) || return 0
  complain "$what put right in $# files; commit the change:" "$@"
  [[ ${CI:-} != true ]]
}

check_format() {
  local sources changed file
  say "Checking the format"
  mapfile -t sources < <(own_files '*.h' '*.cc')
  # shellcheck disable=SC2016  # The inner shell expands it.
  mapfile -t changed < <(printf '%s\0' "${sources[@]}" |
    xargs -0 -P "$(nproc)" -n 20 bash -c \
      'for file; do "$0" --dry-run --Werror "$file" >/dev/null 2>&1 || echo "$file"; done' \
      "$(tool clang-format)")
  ((${#changed[@]} == 0)) || "$(tool clang-format)" -i "${changed[@]}"
  while read -r file; do changed+=("$file"); done < <(unformatted_protos)
  "$BUF" format -w proto || return 1
  put_right "Format" "${changed[@]}"
}

unformatted_protos() {
  "$BUF" format --diff proto 2>/dev/null | sed -n 's/^+++ \([^\t]*\).*/\1/p'
}

check_sources() {
  local log="$LOG_DIR/sources.log"
  say "Checking includes and texts"
  python3 tests/lint/check_sources.py >"$log" && return 0
  complain "Rules of the source tree are broken:"
  sed 's/^/  /' "$log" >&2
  return 1
}

check_shell_scripts() {
  local scripts
  say "Checking the shell scripts"
  command -v shellcheck >/dev/null || { say "  shellcheck is not installed."; return 77; }
  mapfile -t scripts < <({
    own_files '*.sh'
    own_files | while read -r file; do
      [[ ${file##*/} == *.* ]] || ! head -n 1 "$file" | grep -q '^#!.*bash' || echo "$file"
    done
  } | sort -u)
  shellcheck --severity=warning --external-sources "${scripts[@]}" >&2
}

check_buf_lint() {
  say "Checking the contracts (buf lint)"
  "$BUF" lint proto >&2
}

# Contracts stay compatible with the last release, which is the last tag.
check_buf_breaking() {
  local tag
  tag=$(git describe --tags --abbrev=0 2>/dev/null) || {
    say "No release is tagged yet: nothing to compare the contracts with."
    return 77
  }
  say "Comparing the contracts with release $tag (buf breaking)"
  "$BUF" breaking proto --against ".git#tag=$tag,subdir=proto" >&2 ||
    { complain "The contracts are not compatible with release $tag."; return 1; }
}

# check_requirements FOLDER...: docs/requirements.md says what the results in the folders prove.
check_requirements() {
  local log="$LOG_DIR/requirements.log" status=0 failed
  say "Comparing docs/requirements.md with the tests"
  (($# > 0)) || { complain "There are no results of tests to compare with."; return 1; }
  local command=(python3 tests/requirements/requirements.py --table docs/requirements.tsv
    --page docs/requirements.md --list)
  failed=$(python3 tests/requirements/count.py "$@" | tail -n 1 | cut -d ' ' -f 2)
  # A failing test would take its rows off the page.
  ((failed == 0)) || command+=(--check)
  "${command[@]}" "$@" >"$log" || status=$?
  sed 's/^/  /' "$log"
  # shellcheck disable=SC2034  # Read by tests/run.
  requirements_summary=$(tail -n 1 "$log")
  case $status in
    0) return 0 ;;
    3)
      if ((failed > 0)); then
        say "  $failed tests failed, so docs/requirements.md stays as it is."
        return 77
      fi
      put_right "Proofs" docs/requirements.md
      ;;
    *) complain "A test names a row that docs/requirements.tsv does not have (see above)."; return 1 ;;
  esac
}

# The commit that the work in this checkout started from.
base_commit() {
  local head branch
  head=$(git rev-parse --verify -q HEAD) || return 1
  branch=$(git rev-parse --abbrev-ref HEAD)
  if [[ $branch != main ]] && git merge-base main HEAD 2>/dev/null; then return 0; fi
  if [[ -n $(git status --porcelain) ]]; then echo "$head"; else git rev-parse -q --verify HEAD~1; fi
}

# tidy SECONDS FILE...: clang-tidy on files as build/check compiles them, one per processor at a
# time, until the time is up.
tidy() {
  local started=$SECONDS deadline=$((SECONDS + $1)) next=15 log="$LOG_DIR/tidy.log"
  local file begun=0 running=0 status=0
  shift
  rm -rf "$LOG_DIR/tidy"
  mkdir -p "$LOG_DIR/tidy"
  for file in "$@"; do
    ((SECONDS < deadline)) || break
    if ((running >= $(nproc))); then
      wait -n || status=1
      running=$((running - 1))
    fi
    if ((SECONDS - started >= next)); then
      next=$((SECONDS - started + 15))
      say "  ... $(duration $((SECONDS - started))): $begun of $# begun"
    fi
    timeout 600 "$(tool clang-tidy)" -p build/check --quiet "$file" \
      >"$LOG_DIR/tidy/${file//\//_}.log" 2>/dev/null &
    running=$((running + 1)) begun=$((begun + 1))
  done
  while ((running > 0)); do
    wait -n || status=1
    running=$((running - 1))
  done
  if ((status != 0)); then
    cat "$LOG_DIR"/tidy/*.log | grep -E '(error|warning):' | sort -u >"$log"
    complain "clang-tidy found (all of it in $log):"
    head -n 40 "$log" | sed "s|$PWD/||; s/^/  /" >&2
    return 1
  fi
  ((begun == $#)) && return 0
  say "  time is up: $(($# - begun)) of $# were not looked at"
  return 77
}

# check_tidy_changed SECONDS: what reads a file that changed since the base commit, in at most
# SECONDS (but never less than one minute, nor more than five).
check_tidy_changed() {
  local seconds=$1 base changed files
  ((seconds > 60)) || seconds=60
  ((seconds < 300)) || seconds=300
  base=$(base_commit) || { check_tidy_all; return; }
  mapfile -t changed < <({
    git diff --name-only --diff-filter=d "$base" -- '*.cc' '*.h'
    git ls-files --others --exclude-standard -- '*.cc' '*.h'
  } | sort -u)
  ((${#changed[@]} > 0)) || { say "No source has changed: nothing for clang-tidy."; return 0; }
  build check banso_generated || return 1
  mapfile -t files < <(python3 tests/lint/readers.py build/check "${changed[@]}")
  say "clang-tidy on what reads ${#changed[@]} changed files, in ${#files[@]} parts," \
    "for $(duration "$seconds") at most"
  tidy "$seconds" "${files[@]}"
}

# All sources, joined as they are built for the tests: what they include is read once for ten.
check_tidy_all() {
  local files
  build check banso_generated || return 1
  mapfile -t files < <(sed -n 's/^ *"file": "\(.*\)",*$/\1/p' build/check/compile_commands.json |
    grep -v '/generated')
  say "clang-tidy on all sources, in ${#files[@]} parts"
  tidy 7200 "${files[@]}"
}
