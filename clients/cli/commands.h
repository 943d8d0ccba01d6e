#ifndef BANSO_CLIENTS_CLI_COMMANDS_H_
#define BANSO_CLIENTS_CLI_COMMANDS_H_

#include <string>
#include <vector>

#include "clients/cli/context.h"
#include "clients/cli/pick.h"

// The commands that are not imports or plays. Each returns the exit code.
namespace banso::cli {

// Applies the program at `path` (see program.h); with `dry_run` only checks it.
int Apply(Context& context, const std::string& path, const std::string& reason, bool dry_run);

// Tells what differs between two revisions: `scoreModels/onboarding@1` and
// `scoreModels/onboarding@2`.
int Diff(Context& context, const std::string& before, const std::string& after);

// What a portfolio is asked for.
struct PortfolioOptions {
  // `members/aoki` or `aoki`; empty: everybody.
  std::string owner;
  // Lifecycle stages as words: `onboarding`, `handoff_gap`.
  std::vector<std::string> stages;
  // At most so many accounts; 0: all.
  int limit = 0;
};
int Portfolio(Context& context, const PortfolioOptions& options);

// Tells the story of `accounts/acme`, or `acme`.
int Overview(Context& context, const std::string& account);

// Calls an RPC with a request as text: YAML or JSON, `@file`, `-` for standard input, or nothing.
// The messages of a stream that is sent are a list; those of a stream that is read come one a line.
// `pick` says which part of an answer is printed.
int CallMethod(Context& context, const std::string& method, const std::string& request,
               const Pick& pick = {});

// Lists the RPCs whose name contains `filter`.
int ListMethods(Context& context, const std::string& filter);

// Which changes are watched.
struct WatchOptions {
  std::vector<std::string> services;
  std::string prefix;
  // Without what exists already.
  bool from_now = false;
  // Goes on behind this token.
  std::string resume_token;
};
// Prints changes until it is interrupted or the server ends.
int Watch(Context& context, const WatchOptions& options);

// Prints the business time as it is in an IANA time zone; sets it when `time` is not empty (RFC
// 3339, test clock only).
int Time(Context& context, const std::string& time, const std::string& zone);

}  // namespace banso::cli

#endif  // BANSO_CLIENTS_CLI_COMMANDS_H_
