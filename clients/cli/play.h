#ifndef BANSO_CLIENTS_CLI_PLAY_H_
#define BANSO_CLIENTS_CLI_PLAY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "clients/cli/context.h"
#include "clients/cli/request_text.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

// Plays: calls that are made one after the other, written as YAML or JSON (a list of steps), or as
// JSON lines. A step is one of
//
//   - call: CreateMember              the RPC, by as much of its name as is needed
//     request: {...}                  with placeholders such as ${today-20d}; see request_text.h
//     as: members/aoki                who acts: a token for that member is made for an hour
//     expect: ALREADY_EXISTS          an error (its code or reason) that is taken as done
//     retry_for: 10s                  keep trying while it is refused: what it needs takes a moment
//   - await: accounts                 wait until every service has taken over what accounts has
//                                     committed up to here
//
// A step without `request_id` gets one made of its content: a play that was interrupted can be
// played again on the same day, and what was done is not done twice.
namespace banso::cli {

// One step.
struct PlayStep {
  // Its line in the file, from 1.
  int line = 0;
  // Null for `await`.
  const google::protobuf::MethodDescriptor* method = nullptr;
  std::unique_ptr<google::protobuf::Message> request;
  std::string as;
  std::string expect;
  absl::Duration retry_for;
  // The service that is awaited.
  std::string await;
};

// Reads a play. An error of the input that names the line of each step at fault.
absl::StatusOr<std::vector<PlayStep>> ParsePlay(absl::string_view text,
                                                const Placeholders& placeholders);

// How a play is played.
struct PlayOptions {
  std::string file;
  // The zone of `${today}`.
  std::string time_zone = "Asia/Tokyo";
  // What `${today}` is, as YYYY-MM-DD; empty: the server's business day.
  std::string today;
  // Go on behind a step that is refused.
  bool keep_going = false;
  // Print the answers.
  bool verbose = false;
};

// Plays a file; returns the exit code.
int Play(Context& context, const PlayOptions& options);

}  // namespace banso::cli

#endif  // BANSO_CLIENTS_CLI_PLAY_H_
