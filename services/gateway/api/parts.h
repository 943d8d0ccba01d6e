#ifndef BANSO_SERVICES_GATEWAY_API_PARTS_H_
#define BANSO_SERVICES_GATEWAY_API_PARTS_H_

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "banso/gateway/v1/gateway_service.pb.h"
#include "common/contract/call.h"
#include "common/server/client.h"

// Answers that are put together from several services' answers, some of which may be missing.
namespace banso::gateway {

// How long a composition waits for one service, whatever the caller's deadline.
inline constexpr absl::Duration kMaxPartWait = absl::Seconds(5);

// `call` with a deadline that leaves the rest of the time for what comes behind: `share` (0 to 1)
// of what the caller has left, and at most kMaxPartWait.
inline Call PartOf(const Call& call, double share) {
  Call part = call;
  const absl::Time now = absl::Now();
  part.deadline =
      std::min(call.deadline, now + std::min(kMaxPartWait, (call.deadline - now) * share));
  return part;
}

// The parts that could not be told, each once.
class MissingParts {
 public:
  // `part` is such as `scores`; it is told as `health.scores`.
  void Add(absl::string_view service, absl::string_view part, const absl::Status& status) {
    const std::string name = absl::StrCat(service, ".", part);
    for (const v1::MissingPart& missing : list_) {
      if (missing.part() == name) return;
    }
    v1::MissingPart& missing = list_.emplace_back();
    missing.set_part(name);
    missing.set_service(std::string(service));
    missing.set_reason(std::string(status.message()));
  }

  const std::vector<v1::MissingPart>& list() const { return list_; }

 private:
  std::vector<v1::MissingPart> list_;
};

// A question to one service that is under way.
template <typename Response>
class Ask {
 public:
  // `method` is such as `ListScores`, of the peer's one service.
  template <typename Request>
  Ask(server::Peer& peer, const Call& call, absl::string_view service, absl::string_view method,
      const Request& request, server::Patience patience = server::Patience::kUsual)
      : peer_(peer),
        reply_(peer.Start<Request, Response>(call, absl::StrCat(service, "/", method), request,
                                             patience)) {}

  // Waits for the answer; nothing when there is none, which is then told to `missing` as `part`.
  std::optional<Response> Take(absl::string_view part, MissingParts* missing) {
    absl::StatusOr<Response> response = reply_.Await();
    if (response.ok()) return *std::move(response);
    missing->Add(peer_.name(), part, response.status());
    return std::nullopt;
  }

  // Waits for the answer.
  absl::StatusOr<Response> Await() { return reply_.Await(); }

 private:
  server::Peer& peer_;
  server::PendingReply<Response> reply_;
};

inline constexpr char kAccountsService[] = "banso.accounts.v1.AccountsService";
inline constexpr char kDealsService[] = "banso.accounts.v1.DealsService";
inline constexpr char kOnboardingsService[] = "banso.accounts.v1.OnboardingsService";
inline constexpr char kClassificationService[] = "banso.accounts.v1.ClassificationService";
inline constexpr char kHealthService[] = "banso.health.v1.HealthService";
inline constexpr char kSuccessService[] = "banso.health.v1.SuccessService";
inline constexpr char kKickoffService[] = "banso.kickoff.v1.KickoffService";
inline constexpr char kMeetingsService[] = "banso.kickoff.v1.MeetingsService";
inline constexpr char kHandoffService[] = "banso.handoff.v1.HandoffService";
inline constexpr char kCompletionsService[] = "banso.handoff.v1.CompletionsService";

// The most that one page of a list holds.
inline constexpr int kFullPage = 1000;

}  // namespace banso::gateway

#endif  // BANSO_SERVICES_GATEWAY_API_PARTS_H_
