# shellcheck shell=bash
# Starting the suite on embedded databases, waiting for it, and filling it. Sourced by deploy/up,
# deploy/down and deploy/banso after console.sh and process.sh; needs ROOT and LOG_DIR.

# shellcheck disable=SC2034  # Several of these are read by the sourcing script.
{
  DEFAULT_PORT=8480
  DEFAULT_PROGRAM=lapras
  START_SECONDS=60
  STOP_SECONDS=20
  SUITE="$ROOT/build/release/bin/banso-suite"
  CLI="$ROOT/build/release/bin/banso"
}

# set_paths DATA_DIR: where everything of one running suite lies.
set_paths() {
  DATA_DIR=$(realpath -m "$1")
  RUN_DIR="$DATA_DIR/run"
  PID_FILE="$RUN_DIR/suite.pid"
  PORT_FILE="$RUN_DIR/ports.json"
  SUITE_LOG="$DATA_DIR/suite.log"
  # shellcheck disable=SC2034
  SAMPLE_MARK="$DATA_DIR/sample-loaded"
}

# start_suite PORT HTTP_PORT: starts the suite in the background, in a session of its own so that
# Ctrl-C reaches only the script. Sets suite_pid.
start_suite() {
  rm -f "$PORT_FILE"
  setsid "$SUITE" --data_dir="$DATA_DIR" --listen_host=127.0.0.1 --port="$1" --http_port="$2" \
    --port_file="$PORT_FILE" --log_file="$SUITE_LOG" >>"$SUITE_LOG" 2>&1 </dev/null 8>&- &
  suite_pid=$!
  echo "$suite_pid" >"$PID_FILE"
}

suite_is_ready_or_gone() {
  if ! kill -0 "$suite_pid" 2>/dev/null; then return 0; fi
  # The suite writes the file once every service answers.
  [[ -s $PORT_FILE ]] && port_is_taken "$(port_of gateway)"
}

# port_of NAME: a port in use, from the file that the suite writes.
port_of() {
  sed -nE "s/.*\"$1\": *([0-9]+).*/\1/p" "$PORT_FILE" 2>/dev/null
}

# load_sample PROGRAM: applies a program and loads the sample portfolio, once per data folder.
load_sample() {
  say "Applying the program $1"
  banso program apply "$ROOT/deploy/programs/$1" || return 1
  say "Loading the sample portfolio"
  : >"$SAMPLE_MARK"
}

# banso ARGUMENT...: the command line client, on this suite.
banso() {
  "$CLI" "$@"
}

print_directions() {
  cat <<TEXT

  Address     127.0.0.1:$(port_of gateway)
  Data        $DATA_DIR
  Log         $SUITE_LOG
TEXT
}
