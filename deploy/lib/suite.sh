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
  SAMPLE_TO_LOAD="$RUN_DIR/sample-to-load"
  TOKEN_FILE="$DATA_DIR/operator.token"
  KEY_FILE="$RUN_DIR/suite.key"
}

# make_suite_key: the secret by which the suite's processes know each other. Without it everybody on
# this machine could call the services behind the gateway.
make_suite_key() {
  [[ -s $KEY_FILE ]] || (umask 077 && head -c 32 /dev/urandom | base64 -w 0 >"$KEY_FILE")
}

# start_suite PORT: starts the suite in the background, in a session of its own so that
# Ctrl-C reaches only the script. Sets suite_pid.
start_suite() {
  rm -f "$PORT_FILE"
  make_suite_key
  setsid "$SUITE" --data_dir="$DATA_DIR" --calendar_dir="$ROOT/deploy/calendars" \
    --listen_host=127.0.0.1 --port="$1" --suite_key_file="$KEY_FILE" --port_file="$PORT_FILE" \
    --log_file="$SUITE_LOG" >>"$SUITE_LOG" 2>&1 </dev/null 8>&- &
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

# plan_sample yes|no: before the suite starts, notes that the sample is to be loaded: into empty data
# only, never into somebody's. The note holds the day with which it begins; what was interrupted goes
# on the next time, unless it is not wanted any more.
plan_sample() {
  if [[ $1 == no ]]; then
    rm -f "$SAMPLE_TO_LOAD"
  elif [[ ! -e $DATA_DIR/accounts.db ]]; then
    TZ=Asia/Tokyo date +%F >"$SAMPLE_TO_LOAD"
  fi
}

# load_sample PROGRAM DAY: applies a program and loads the sample portfolio as of that day.
load_sample() {
  say "Applying the program $1"
  banso apply "$ROOT/deploy/programs/$1" --reason "deploy/up --program $1" >/dev/null || return 1
  if [[ $1 == "$DEFAULT_PROGRAM" ]]; then
    say "Loading the sample portfolio"
    "$ROOT/deploy/sample/load" --today "$2" "$CLI" "${REACH[@]}"
  else
    say "The sample portfolio belongs to the program $DEFAULT_PROGRAM, so no accounts are loaded"
  fi
}

# banso ARGUMENT...: the command line client, on this suite. Call set_reach before.
banso() {
  "$CLI" "${REACH[@]}" "$@"
}

# set_reach: sets REACH, the client's options for the suite that runs.
set_reach() {
  REACH=(--address "127.0.0.1:$(port_of gateway)" --token-file "$TOKEN_FILE")
}

# What can be done now, with commands that work as they are printed.
print_directions() {
  local command=deploy/banso sample
  [[ $DATA_DIR == "$ROOT/.banso" ]] || command="deploy/banso --data-dir $DATA_DIR"
  sample=$(banso overview hibari >/dev/null 2>&1 && printf '\n  %s overview hibari' "$command")
  cat <<TEXT

  Gateway     127.0.0.1:$(port_of gateway) (gRPC)
  Token       $TOKEN_FILE
  Data        $DATA_DIR
  Log         $SUITE_LOG

  $command portfolio$sample
  $command watch --from-now
  $command --help
TEXT
}
