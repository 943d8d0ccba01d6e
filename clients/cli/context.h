#ifndef BANSO_CLIENTS_CLI_CONTEXT_H_
#define BANSO_CLIENTS_CLI_CONTEXT_H_

#include <functional>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "clients/cli/connection.h"
#include "clients/cli/input_error.h"

namespace banso::cli {

// What the program ends with; scripts rely on these.
enum ExitCode {
  // All was done.
  kDone = 0,
  // The command line, or a file that it names, cannot be used; or the answer cannot be written.
  kUsage = 1,
  // The server refused: a rule, a state, a missing right.
  kRefused = 2,
  // The server cannot be reached, or did not answer in time.
  kUnavailable = 3,
  // Some rows were not taken, or not in full.
  kPartly = 4,
};

// How answers are written.
enum class Output { kTable, kJson };

// What every command works with. Answers go to `out`, everything that is said about them to `err`.
struct Context {
  Connection& connection;
  std::ostream& out;
  std::ostream& err;
  Output output = Output::kTable;
};

// Carries out what the command line asked for, and returns the exit code.
using Command = std::function<int(Context&)>;

// kDone for OK; kUsage for an error of our own, kUnavailable or kRefused for one of a server.
ExitCode ExitCodeOf(const absl::Status& status);

// An error in words: the message, then each violation and each cause on a line of its own.
std::string ErrorText(const absl::Status& status);

// An error of the input when what was written to `out` so far did not get through, as on a full
// disk.
absl::Status CheckWritten(std::ostream& out);

// Says what went wrong, unless nothing did, and returns the exit code.
int Finish(Context& context, const absl::Status& status);

}  // namespace banso::cli

#endif  // BANSO_CLIENTS_CLI_CONTEXT_H_
