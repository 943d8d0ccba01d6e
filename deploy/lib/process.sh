# shellcheck shell=bash
# The suite's process: is it ours, does it run, is it ready. Sourced after console.sh.

# process_is PID BINARY: whether PID runs BINARY (also after BINARY was built anew).
process_is() {
  local exe
  exe=$(readlink "/proc/$1/exe" 2>/dev/null) || return 1
  [[ ${exe% (deleted)} == "$2" ]]
}

# running_pid PID_FILE BINARY: prints the id of the process that PID_FILE names if it still runs
# BINARY; fails otherwise.
running_pid() {
  local pid
  [[ -s $1 ]] || return 1
  pid=$(<"$1")
  [[ $pid =~ ^[0-9]+$ ]] || return 1
  process_is "$pid" "$2" || return 1
  echo "$pid"
}

# Whether something listens on a local TCP port.
port_is_taken() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# wait_until SECONDS COMMAND...: tries a command every 0.2 s until it succeeds or time is up.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.2
  done
}

# stop_process PID BINARY SECONDS: asks a process to end and waits for it; insists when it has not
# ended in time. Returns 1 when it had to insist.
stop_process() {
  kill -TERM "$1" 2>/dev/null || return 0
  wait_until "$3" has_ended "$1" "$2" && return 0
  kill -KILL "$1" 2>/dev/null
  wait_until 5 has_ended "$1" "$2"
  return 1
}

has_ended() {
  ! process_is "$1" "$2"
}
