#ifndef BANSO_TESTS_CONFORMANCE_STORY_H_
#define BANSO_TESTS_CONFORMANCE_STORY_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/struct.pb.h"
#include "tests/conformance/rpcs.h"
#include "tests/conformance/suite.h"

// Examples refer to things, and some of them end what others need: each has its place in a story.
// Each file of the folder stories tells one, played in an empty suite of its own:
//   {"clock": "2026-04-01T00:00:00Z",  the business time at its beginning
//    "exemptions": [{"rpc": "S/M", "code": "NOT_FOUND", "reason": "why its example fails"}],
//    "steps": [
//      {"part": "customer"},             the steps of stories/parts/customer.json
//      {"rpc": "S/M"},                   its example, and everything about it that depends on what
//                                        there is at that moment: tried and written down for tests
//      {"rpc": "S/M", "walk": {...}},    the same with another request than the example
//      {"rpc": "S/M", "request": {...}}, only makes what the examples refer to
//      {"time": "2026-05-01T00:00:00Z"}  the business time from here on
//    ]}
// A step may say who acts (`actor`), and by what name the examples know what the service has named
// itself (`known_as`). A part only prepares: its examples are sent and not tried further.
namespace banso::conformance {

// What was seen when an example had its turn.
struct Walked {
  std::string story;
  // It carries a request id.
  bool has_request_id = false;
  // The example, sent without a deadline.
  Answer example;
  // The same with another request id, arriving too late; and whether anything came of it.
  Answer expired;
  bool expired_had_effect = false;
  // With an etag that is not the present one.
  std::optional<Answer> stale;
  bool stale_had_effect = false;
  // Of calls that change something: once more, the same.
  std::optional<Answer> repeated;
  bool repeated_had_effect = false;
  // Once more, with values in the fields that the server sets.
  std::optional<Answer> with_output_only;
  // Once more, with decomposed text.
  std::optional<Answer> decomposed;
  // Once more, but with another body.
  std::optional<Answer> other_body;
  // Of updates: what came of changing a field that may only be set at creation, by its path.
  std::vector<std::pair<std::string, Answer>> immutable;
};

// What came of page tokens that do not belong to the question, each with what it was.
using TokenAnswers = std::vector<std::pair<std::string, Answer>>;

// An error that an example may be answered with, and why.
struct Exemption {
  std::string code;
  std::string reason;
};

// The stories, once they have been played.
class Stories {
 public:
  // Plays all stories at the first call.
  static const Stories& Get();

  // Faults of the stories, or of a step that prepares something; empty when all went well.
  const std::vector<std::string>& faults() const { return faults_; }
  // Every turn of an RPC.
  std::vector<Walked> TurnsOf(const Rpc& rpc) const;
  std::optional<Exemption> ExemptionOf(const Rpc& rpc) const;
  const std::map<std::string, Exemption>& exemptions() const { return exemptions_; }
  TokenAnswers TokensOf(const Rpc& rpc) const;
  // What came of a list's own token when one filter was added to its question, by the filter. Empty
  // when no story leaves the list two items.
  TokenAnswers FiltersOf(const Rpc& rpc) const;

 private:
  Stories();
  void Play(const google::protobuf::Struct& story);
  void PlaySteps(const google::protobuf::Struct& story, bool walks, Suite& suite);
  // With `walks` false, an example only prepares.
  void PlayStep(const google::protobuf::Struct& step, bool walks, Suite& suite);
  void PlayRpc(const google::protobuf::Struct& step, bool walks, Suite& suite);
  // The object in a file of the folder stories; empty, and a fault, when there is none.
  google::protobuf::Struct Read(absl::string_view file);
  void Walk(const Rpc& rpc, const std::vector<MessagePtr>& example, const CallOptions& options,
            Suite& suite);
  // Tries calls that must change nothing: the answers, and whether they did nevertheless.
  bool HadEffect(const Rpc& rpc, Suite& suite, const std::function<void()>& calls);
  void TryImmutable(const Rpc& rpc, const google::protobuf::Message& update,
                    const CallOptions& options, Suite& suite, Walked* walked);
  void TryPageTokens(Suite& suite);
  // Asks a list for a single item, and tries the token that it gives with each filter added.
  // Returns the token; empty when there are no two items.
  std::string TryFilters(const Rpc& rpc, const google::protobuf::Message& example, Suite& suite);
  // The request with a request id that no other has, if it has one at all.
  std::vector<MessagePtr> WithNewId(MessagePtr request);
  void Fault(absl::string_view what);

  std::string story_;
  int calls_ = 0;
  // What stands for names that a service chooses: `processes/p1` in the examples.
  std::map<std::string, std::string> names_;
  std::vector<std::string> faults_;
  std::map<std::string, std::vector<Walked>> turns_;
  std::map<std::string, Exemption> exemptions_;
  std::map<std::string, TokenAnswers> tokens_;
  std::map<std::string, TokenAnswers> filters_;
};

}  // namespace banso::conformance

#endif  // BANSO_TESTS_CONFORMANCE_STORY_H_
