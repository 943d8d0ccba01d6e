#ifndef BANSO_COMMON_SERVER_FLAGS_H_
#define BANSO_COMMON_SERVER_FLAGS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/server/tls.h"

namespace banso::server {

// The settings of a process. Each is a flag (`--data_dir=...`); where the flag is not given, an
// environment variable (`BANSO_DATA_DIR`); where that is not set either, a line of the YAML file
// that --config_file names (`data_dir: ...`, see config_file.h). A flag, a variable that begins
// with BANSO_ or a line of the file that none of them is ends the start, so that nothing misspelt
// goes unnoticed; variables that the suite's other tools read, such as the client's BANSO_TOKEN,
// are left alone.
struct Flags {
  // --listen_host: the address to listen on. A process that knows its callers neither by suite key
  // nor by --tls_client_ca_file listens on loopback only.
  std::string listen_host = "127.0.0.1";
  // --port: the gRPC port; 0 takes a free one. In the suite it is the gateway's.
  int port = 0;
  // --ops_port: the port for /healthz, /readyz and /metrics, see ops_server.h; 0 takes a free one,
  // -1 opens none. None by default: it answers whoever can reach it, so it is opened where somebody
  // wants to look. In the port file it is `<service>_ops`, or `ops` for several services.
  int ops_port = -1;
  // --data_dir: the folder of the databases; created when it is missing.
  std::string data_dir = "data";
  // --calendar_dir: a folder with calendars besides the built-in ones, see calendar_files.h; empty:
  // none. accounts and kickoff read them, and have to be given the same.
  std::string calendar_dir;
  // --port_file: where to write the ports in use, as JSON (`{"accounts": 41237}`), once everything
  // is served; empty: nowhere.
  std::string port_file;
  // --test_clock: business time stands still and is set by OperationsService.SetTime. For tests.
  bool test_clock = false;
  // --test_clock_start: where a test clock begins, as RFC 3339 (`2025-04-01T00:00:00Z`); empty:
  // now.
  std::string test_clock_start;
  // --suite_key_file: a file with the secret that the suite's processes share; empty: none.
  std::string suite_key_file;
  // --tls_cert_file, --tls_key_file, --tls_client_ca_file, --peer_ca_file: see tls.h. The ports for
  // HTTP speak plain text in any case.
  TlsFiles tls;
  // --log_file: where to log; empty: standard error.
  std::string log_file;
  // --log_level: debug (every call), info (calls that change something or fail), warning or error.
  std::string log_level = "info";
  // --request_retention: how long answers to calls are kept for when these are repeated; a day or
  // longer, which callers are promised.
  absl::Duration request_retention = absl::Hours(48);
  // --change_retention: how long changes of resources are kept, for watchers that come back, for
  // histories and for reading as of a day; a day or longer, or `inf`: for ever.
  absl::Duration change_retention = absl::InfiniteDuration();
  // --backup_to: copies the stores in --data_dir, which may be in use meanwhile, to this folder and
  // ends; see backup.h.
  std::string backup_to;
  // --restore_from: puts the stores of such a folder into --data_dir, where none may be, and ends.
  std::string restore_from;
  // --rebuild_mirrors: lets the services of the program, which do not run, take over again at their
  // next start what they have from each other, and ends; see mirrors.h.
  bool rebuild_mirrors = false;
  // --mirror_hash: prints a hash of what they have taken over, and ends; see mirrors.h.
  bool mirror_hash = false;
  // --reflection: tells every caller, whoever it is, what RPCs there are (gRPC server reflection),
  // for tools that know no protos.
  bool reflection = false;
  // --drain_timeout: how long calls under way may still take after SIGTERM.
  absl::Duration drain_timeout = absl::Seconds(10);
  // --accounts_address, --health_address, --kickoff_address, --handoff_address: where the others
  // are, by service name. Those of the same process need none.
  std::map<std::string, std::string> addresses;
};

// Reads flags, environment and file. `--help` prints them and ends the process; an unknown flag or
// a value that cannot be read ends it with a sentence and exit status 1. Call it once, from main.
// INVALID_ARGUMENT for arguments that are no flags, for variables and lines of the file that are
// unknown or cannot be read, and for values that make no sense together; FAILED_PRECONDITION when
// there is no file.
absl::StatusOr<Flags> ParseFlags(int argc, char** argv, absl::string_view usage);

// Reads the secret in `path`, without surrounding white space. Empty for an empty path.
// FAILED_PRECONDITION when it cannot be read or is shorter than 16 characters.
absl::StatusOr<std::string> ReadSuiteKey(const std::string& path);

// Writes `ports` as one JSON object, whole or not at all.
absl::Status WritePortFile(const std::string& path, const std::map<std::string, int>& ports);

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_FLAGS_H_
