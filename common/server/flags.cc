#include "common/server/flags.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <mutex>
#include <optional>
#include <set>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/reflection.h"
#include "absl/flags/usage.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/contract/errors.h"
#include "common/rule/catalog.h"
#include "common/server/config_file.h"
#include "common/server/log.h"
#include "common/status_macros.h"

ABSL_FLAG(std::string, listen_host, "127.0.0.1", "address to listen on");
ABSL_FLAG(int, port, 0, "gRPC port; 0 takes a free one");
ABSL_FLAG(int, ops_port, -1,
          "port for /healthz, /readyz and /metrics; 0 takes a free one, -1 opens none");
ABSL_FLAG(std::string, data_dir, "data", "folder of the databases; created when it is missing");
ABSL_FLAG(std::string, calendar_dir, "",
          "folder with calendars besides the built-in ones, a YAML or JSON file each; empty: none");
ABSL_FLAG(std::string, port_file, "", "where to write the ports in use, as JSON; empty: nowhere");
ABSL_FLAG(bool, reflection, false,
          "tells every caller what RPCs there are, for tools that know no protos; not where "
          "strangers can connect");
ABSL_FLAG(bool, test_clock, false, "business time stands still and is set by an RPC; for tests");
ABSL_FLAG(std::string, test_clock_start, "", "where a test clock begins, as RFC 3339; empty: now");
ABSL_FLAG(std::string, suite_key_file, "", "file with the secret of the suite; empty: none");
ABSL_FLAG(std::string, tls_cert_file, "", "the services' certificate, PEM; empty: plain text");
ABSL_FLAG(std::string, tls_key_file, "", "the key of --tls_cert_file, PEM");
ABSL_FLAG(std::string, tls_client_ca_file, "",
          "authorities whose certificates callers must show, PEM; empty: callers need none");
ABSL_FLAG(std::string, peer_ca_file, "",
          "authorities of the other services' certificates, PEM; empty: they are called in plain "
          "text");
ABSL_FLAG(std::string, config_file, "",
          "YAML file with flags that neither the command line nor the environment gives");
ABSL_FLAG(std::string, log_file, "", "where to log; empty: standard error");
ABSL_FLAG(std::string, log_level, "info", "debug, info, warning or error");
ABSL_FLAG(absl::Duration, request_retention, absl::Hours(48),
          "how long answers are kept for repeated calls, 24h or longer");
ABSL_FLAG(absl::Duration, change_retention, absl::InfiniteDuration(),
          "how long changes and histories are kept, 24h or longer, or inf");
ABSL_FLAG(std::string, backup_to, "", "copies the stores to this folder, also while served; ends");
ABSL_FLAG(std::string, restore_from, "", "puts the stores of such a folder in --data_dir; ends");
ABSL_FLAG(bool, rebuild_mirrors, false,
          "lets the services take over again, at their next start, what they have from each other; "
          "ends");
ABSL_FLAG(bool, mirror_hash, false,
          "prints a hash of what the services have taken over from each other; ends");
ABSL_FLAG(absl::Duration, drain_timeout, absl::Seconds(10),
          "how long calls under way may still take after SIGTERM");
ABSL_FLAG(std::string, accounts_address, "", "where accounts is, as host:port");
ABSL_FLAG(std::string, health_address, "", "where health is, as host:port");
ABSL_FLAG(std::string, kickoff_address, "", "where kickoff is, as host:port");
ABSL_FLAG(std::string, handoff_address, "", "where handoff is, as host:port");

namespace banso::server {
namespace {

// Commands: they are given for one run.
constexpr absl::string_view kCommands[] = {"backup_to", "restore_from", "rebuild_mirrors",
                                           "mirror_hash"};
// What the environment and the file may set.
constexpr const char* kNames[] = {"listen_host",       "port",
                                  "ops_port",          "data_dir",
                                  "calendar_dir",      "port_file",
                                  "test_clock",        "test_clock_start",
                                  "suite_key_file",    "tls_cert_file",
                                  "tls_key_file",      "tls_client_ca_file",
                                  "peer_ca_file",      "log_file",
                                  "log_level",         "drain_timeout",
                                  "request_retention", "change_retention",
                                  "accounts_address",  "health_address",
                                  "kickoff_address",   "handoff_address",
                                  "reflection"};
constexpr absl::string_view kPrefix = "BANSO_";
constexpr absl::string_view kConfigFile = "BANSO_CONFIG_FILE";
// What the command line client, the tests and the fuzzers read. A service that is started where
// they are set has nothing to do with them.
constexpr absl::string_view kVariablesOfOthers[] = {
    "BANSO_ADDRESS", "BANSO_TOKEN",      "BANSO_TOKEN_FILE", "BANSO_SOURCE_DIR",
    "BANSO_BIN_DIR", "BANSO_RESULT_XML", "BANSO_FUZZ",       "BANSO_FUZZ_SEEDS"};
constexpr absl::Duration kMinRetention = absl::Hours(24);
constexpr int kMaxPort = 65535;
constexpr size_t kMinKeyLength = 16;

absl::Status ReadFile(const std::string& path) {
  BANSO_ASSIGN_OR_RETURN(const auto values,
                         ReadConfigFile(path, {std::begin(kNames), std::end(kNames)}));
  contract::Violations violations;
  for (const auto& [name, value] : values) {
    std::string error;
    if (!absl::FindCommandLineFlag(name)->ParseFrom(value, &error)) {
      violations.Add(absl::StrCat(path, ": ", name), value,
                     absl::StrCat("a value for --", name, ": ", error), "NOT_ACCEPTED");
    }
  }
  return violations.ToStatus();
}

std::string VariableOf(absl::string_view flag) {
  return absl::StrCat(kPrefix, absl::AsciiStrToUpper(flag));
}

// The variables of the environment that begin like ours and that nobody reads.
std::vector<std::string> UnknownVariables() {
  std::set<std::string, std::less<>> known(std::begin(kVariablesOfOthers),
                                           std::end(kVariablesOfOthers));
  known.emplace(kConfigFile);
  for (const char* name : kNames) known.insert(VariableOf(name));
  std::vector<std::string> unknown;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string name(*entry, std::strcspn(*entry, "="));
    if (absl::StartsWith(name, kPrefix) && !known.contains(name)) unknown.push_back(name);
  }
  std::sort(unknown.begin(), unknown.end());
  return unknown;
}

std::string AcceptedVariable(const std::string& given) {
  if (std::any_of(std::begin(kCommands), std::end(kCommands),
                  [&](absl::string_view command) { return given == VariableOf(command); })) {
    return "a flag of the command line, for one run; no variable";
  }
  const std::vector<std::string> flags(std::begin(kNames), std::end(kNames));
  const std::optional<std::string> nearest =
      rule::NearestWord(absl::string_view(given).substr(kPrefix.size()), flags);
  if (nearest.has_value()) {
    return absl::StrCat("the name of a flag; did you mean ", VariableOf(*nearest), "?");
  }
  return absl::StrCat("one of ", absl::StrJoin(flags, ", ", [](std::string* out, const auto& flag) {
                        out->append(VariableOf(flag));
                      }));
}

absl::Status ReadEnvironment() {
  contract::Violations violations;
  // Without their values, which may be secrets.
  for (const std::string& name : UnknownVariables()) {
    violations.Add(name, "", AcceptedVariable(name), "UNKNOWN_VARIABLE");
  }
  for (const char* name : kNames) {
    const std::string variable = VariableOf(name);
    const char* value = std::getenv(variable.c_str());
    if (value == nullptr) continue;
    std::string error;
    if (!absl::FindCommandLineFlag(name)->ParseFrom(value, &error)) {
      violations.Add(variable, value, absl::StrCat("a value for --", name, ": ", error),
                     "NOT_ACCEPTED");
    }
  }
  return violations.ToStatus();
}

// Reads all sources, each over the one before it: file, environment, command line. Returns what is
// left of the arguments.
absl::StatusOr<std::vector<char*>> ReadAll(int argc, char** argv) {
  // The first reading only finds the file.
  absl::ParseCommandLine(argc, argv);
  std::string path = absl::GetFlag(FLAGS_config_file);
  const char* variable = std::getenv(std::string(kConfigFile).c_str());
  if (path.empty() && variable != nullptr) path = variable;
  if (!path.empty()) BANSO_RETURN_IF_ERROR(ReadFile(path));
  BANSO_RETURN_IF_ERROR(ReadEnvironment());
  return absl::ParseCommandLine(argc, argv);
}

// At most one command is given.
void CheckCommands(const Flags& flags, contract::Violations* violations) {
  const std::pair<const char*, std::string> commands[] = {
      {"--backup_to", flags.backup_to},
      {"--restore_from", flags.restore_from},
      {"--rebuild_mirrors", flags.rebuild_mirrors ? "true" : ""},
      {"--mirror_hash", flags.mirror_hash ? "true" : ""}};
  const char* first = nullptr;
  for (const auto& [name, value] : commands) {
    if (value.empty()) continue;
    if (first != nullptr) {
      violations->Add(name, value, absl::StrCat("nothing together with ", first), "NOT_ACCEPTED");
    } else {
      first = name;
    }
  }
}

absl::Status CheckFlags(const Flags& flags) {
  contract::Violations violations;
  if (flags.port < 0 || flags.port > kMaxPort) {
    violations.Add("--port", absl::StrCat(flags.port), "0 to 65535", "OUT_OF_RANGE");
  }
  if (flags.ops_port < -1 || flags.ops_port > kMaxPort) {
    violations.Add("--ops_port", absl::StrCat(flags.ops_port), "-1 to 65535", "OUT_OF_RANGE");
  }
  if (!ParseLogLevel(flags.log_level).has_value()) {
    violations.Add("--log_level", flags.log_level, "debug, info, warning or error", "NOT_ACCEPTED");
  }
  if (flags.drain_timeout < absl::ZeroDuration()) {
    violations.Add("--drain_timeout", absl::FormatDuration(flags.drain_timeout), "0s or longer",
                   "OUT_OF_RANGE");
  }
  for (const auto& [name, retention] : {std::pair("--request_retention", flags.request_retention),
                                        {"--change_retention", flags.change_retention}}) {
    if (retention < kMinRetention) {
      violations.Add(name, absl::FormatDuration(retention), "24h or longer", "OUT_OF_RANGE");
    }
  }
  CheckCommands(flags, &violations);
  absl::Time start;
  std::string error;
  if (!flags.test_clock_start.empty() &&
      !absl::ParseTime(absl::RFC3339_full, flags.test_clock_start, &start, &error)) {
    violations.Add("--test_clock_start", flags.test_clock_start,
                   "a time such as 2025-04-01T00:00:00Z", "NOT_ACCEPTED");
  }
  if (!flags.test_clock_start.empty() && !flags.test_clock) {
    violations.Add("--test_clock_start", flags.test_clock_start, "nothing without --test_clock",
                   "NOT_ACCEPTED");
  }
  return violations.ToStatus();
}

}  // namespace

absl::StatusOr<Flags> ParseFlags(int argc, char** argv, absl::string_view usage) {
  // The library ends the process when the text is set twice.
  static std::once_flag usage_set;
  std::call_once(usage_set, [&] { absl::SetProgramUsageMessage(usage); });
  BANSO_ASSIGN_OR_RETURN(const std::vector<char*> rest, ReadAll(argc, argv));
  if (rest.size() > 1) {
    return contract::InvalidField("arguments", absl::StrJoin(rest.begin() + 1, rest.end(), " "),
                                  "flags only (--help lists them)");
  }
  Flags flags;
  flags.listen_host = absl::GetFlag(FLAGS_listen_host);
  flags.port = absl::GetFlag(FLAGS_port);
  flags.ops_port = absl::GetFlag(FLAGS_ops_port);
  flags.data_dir = absl::GetFlag(FLAGS_data_dir);
  flags.calendar_dir = absl::GetFlag(FLAGS_calendar_dir);
  flags.port_file = absl::GetFlag(FLAGS_port_file);
  flags.reflection = absl::GetFlag(FLAGS_reflection);
  flags.test_clock = absl::GetFlag(FLAGS_test_clock);
  flags.test_clock_start = absl::GetFlag(FLAGS_test_clock_start);
  flags.suite_key_file = absl::GetFlag(FLAGS_suite_key_file);
  flags.tls = {.cert_file = absl::GetFlag(FLAGS_tls_cert_file),
               .key_file = absl::GetFlag(FLAGS_tls_key_file),
               .client_ca_file = absl::GetFlag(FLAGS_tls_client_ca_file),
               .peer_ca_file = absl::GetFlag(FLAGS_peer_ca_file)};
  flags.log_file = absl::GetFlag(FLAGS_log_file);
  flags.log_level = absl::GetFlag(FLAGS_log_level);
  flags.drain_timeout = absl::GetFlag(FLAGS_drain_timeout);
  flags.request_retention = absl::GetFlag(FLAGS_request_retention);
  flags.change_retention = absl::GetFlag(FLAGS_change_retention);
  flags.backup_to = absl::GetFlag(FLAGS_backup_to);
  flags.restore_from = absl::GetFlag(FLAGS_restore_from);
  flags.rebuild_mirrors = absl::GetFlag(FLAGS_rebuild_mirrors);
  flags.mirror_hash = absl::GetFlag(FLAGS_mirror_hash);
  flags.addresses = {{"accounts", absl::GetFlag(FLAGS_accounts_address)},
                     {"health", absl::GetFlag(FLAGS_health_address)},
                     {"kickoff", absl::GetFlag(FLAGS_kickoff_address)},
                     {"handoff", absl::GetFlag(FLAGS_handoff_address)}};
  BANSO_RETURN_IF_ERROR(CheckFlags(flags));
  return flags;
}

absl::StatusOr<std::string> ReadSuiteKey(const std::string& path) {
  if (path.empty()) return std::string();
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file.is_open() || file.bad()) {
    return contract::FailedPrecondition("SUITE_KEY_FILE", path, "the file cannot be read",
                                        "Give --suite_key_file a file that this process can read");
  }
  const std::string key(absl::StripAsciiWhitespace(text));
  if (key.size() < kMinKeyLength) {
    return contract::FailedPrecondition("SUITE_KEY_FILE", path,
                                        absl::StrCat("the secret in it has ", key.size(),
                                                     " characters, fewer than ", kMinKeyLength),
                                        "Write a longer one, such as 64 random hexadecimal digits");
  }
  for (const char c : key) {
    if (absl::ascii_isgraph(static_cast<unsigned char>(c))) continue;
    return contract::FailedPrecondition("SUITE_KEY_FILE", path,
                                        "the secret in it is not one word of ASCII characters",
                                        "Write one, such as 64 random hexadecimal digits");
  }
  return key;
}

absl::Status WritePortFile(const std::string& path, const std::map<std::string, int>& ports) {
  const std::string text =
      absl::StrCat("{",
                   absl::StrJoin(ports, ", ",
                                 [](std::string* out, const auto& port) {
                                   absl::StrAppend(out, "\"", port.first, "\": ", port.second);
                                 }),
                   "}\n");
  // Whoever waits for the file must never see half of it.
  const std::string draft = absl::StrCat(path, ".", ::getpid());
  {
    std::ofstream file(draft, std::ios::binary);
    file << text;
    file.flush();
    if (!file.good()) {
      return contract::FailedPrecondition("PORT_FILE", path, "the port file cannot be written",
                                          "Give --port_file a path in a folder that exists");
    }
  }
  if (std::rename(draft.c_str(), path.c_str()) != 0) {
    std::remove(draft.c_str());
    return contract::FailedPrecondition("PORT_FILE", path, "the port file cannot be put in place",
                                        "Give --port_file the path of a file");
  }
  return absl::OkStatus();
}

}  // namespace banso::server
