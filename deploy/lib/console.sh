# shellcheck shell=bash
# What scripts say: steps with their time, failures in words with the end of the log.
# Sourced; needs bash.

# Prints a sentence with the time of day.
say() {
  printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"
}

# Prints a problem to standard error. Further arguments are lines of their own: what to do.
complain() {
  printf '\n%s\n' "$1" >&2
  shift
  local line
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
}

# Prints a problem like complain and ends the script.
die() {
  complain "$@"
  exit 1
}

# Seconds as "45 s" or "3 min 5 s".
duration() {
  if (($1 < 60)); then echo "$1 s"; else echo "$(($1 / 60)) min $(($1 % 60)) s"; fi
}

# await_step TITLE LOG COMMAND...
# Runs a command with its output in LOG. Prints the title, a sign of life every 15 seconds with the
# last line of the log, and the time it took if it was long. Returns the command's status.
# STEP_SECONDS holds the time.
await_step() {
  local title=$1 log=$2 started=$SECONDS status=0 pid next=15
  shift 2
  say "$title"
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    if ((SECONDS - started >= next)); then
      next=$((next + 15))
      say "  ... $(duration $((SECONDS - started))): $(tail -n 1 "$log" | tr -d '\r' | cut -c 1-90)"
    fi
  done
  wait "$pid" || status=$?
  STEP_SECONDS=$((SECONDS - started))
  ((STEP_SECONDS < 2 || status != 0)) || say "  done in $(duration "$STEP_SECONDS")"
  return "$status"
}

# run_step TITLE LOG COMMAND...
# The same for a command that must succeed: when it fails, also prints the end of the log.
run_step() {
  local status=0
  await_step "$@" || status=$?
  ((status == 0)) && return 0
  complain "$1 failed after $(duration "$STEP_SECONDS") (status $status). The end of $2:"
  show_errors "$2"
  return "$status"
}

# The lines of a log that tell what went wrong: its errors, then its end.
show_errors() {
  {
    grep -nE '(error:|Error|FAILED|undefined reference|CMake Error)' "$1" | head -n 15
    echo "  --"
    tail -n 25 "$1"
  } | cut -c 1-240 | sed 's/^/  | /' >&2
}
