#ifndef BANSO_SERVICES_HEALTH_DOMAIN_SCORING_REPLAY_CASE_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_SCORING_REPLAY_CASE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "banso/health/v1/backtest.pb.h"
#include "services/health/domain/score.h"
#include "services/health/domain/statistics/discrimination.h"

// Cases of a replay: what would have been known of an account on a day, and what happened after.
namespace banso::health {

// An account as of one day, known then.
struct ReplayCase {
  // The account's number in the replay.
  int64_t account = 0;
  absl::CivilDay day;
  // The last day on which the event would have counted.
  absl::CivilDay horizon_end;
  bool event = false;
  // The lifecycle stage as of then; empty when it was not known.
  std::string stage;
  // One entry per measure of the model; empty when the model did not apply.
  std::vector<MeasurePoints> points;
};

// One account gives an event on several days, and of few accounts even a perfect order is chance:
// of 5 against 5 it happens once in 252 times.
inline constexpr int kFewestAccounts = 5;

// How a replay is judged.
struct ReplayTerms {
  // Cases from this day on are out of time.
  absl::CivilDay split;
  // True when a high score should go with the event, false when a low one should.
  bool event_is_good = false;
  // With fewer events, or fewer cases without, nothing is said; nor when either come from fewer
  // than kFewestAccounts accounts.
  int minimum_events = 10;
  // The event and the time that it has, in words.
  std::string event;
  std::string horizon;
};

// The two parts of a replay. Cases before the split whose horizon reaches to it are in neither:
// what became of them was not known when the second part began.
struct ReplayParts {
  std::vector<const ReplayCase*> in_sample;
  std::vector<const ReplayCase*> out_of_time;
  int64_t embargoed = 0;
};
ReplayParts Divide(absl::Span<const ReplayCase> cases, absl::CivilDay split);

// The first day of the part out of time when nobody has said: that after two thirds of the `days`,
// which are in order.
absl::CivilDay DefaultSplit(absl::Span<const absl::CivilDay> days);

// A case with a number that stands for it: a score or what else is made of its measures.
struct NumberedCase {
  const ReplayCase* of = nullptr;
  double number = 0;
};

// What a number says of the event, by the AUC; INSUFFICIENT with too few events.
v1::Discrimination Discriminate(absl::Span<const NumberedCase> cases, const ReplayTerms& terms);

// The cases as a rating of the event: turned round when the event is feared.
std::vector<statistics::RatedCase> Rate(absl::Span<const NumberedCase> cases,
                                        const ReplayTerms& terms);

// Whether there are events enough, and cases without, and both of accounts enough.
bool IsEnough(absl::Span<const NumberedCase> cases, const ReplayTerms& terms);

// `at least 10 events of 5 accounts and as many cases without are needed`.
std::string NeededText(const ReplayTerms& terms);

// `AUC 0.712 (0.655 to 0.769)`, or that it is not known.
std::string AreaText(const v1::Discrimination& discrimination);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_SCORING_REPLAY_CASE_H_
