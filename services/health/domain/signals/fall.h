#ifndef BANSO_SERVICES_HEALTH_DOMAIN_SIGNALS_FALL_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_SIGNALS_FALL_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "banso/health/v1/signal.pb.h"
#include "banso/type/v1/condition.pb.h"
#include "common/rule/evaluate.h"

// A fall of use against the account's own baseline.
namespace banso::health {

// The days that are compared, inclusive.
struct FallDays {
  absl::CivilDay recent_from;
  absl::CivilDay recent_to;
  absl::CivilDay baseline_from;
  absl::CivilDay baseline_to;
};

// The days as of a moment; nothing while the clock has no day.
std::optional<FallDays> DaysOf(const v1::UsageFall& fall, const rule::Moment& moment);

// What must be read: the sum of the recent days, then that of the baseline. Nothing while the clock
// has no day or the two overlap.
std::vector<rule::FactRead> Reads(const v1::UsageFall& fall, const rule::Moment& moment);

// Whether the account has fallen, from the answers to Reads. The parts of the explanation are the
// recent days and the baseline, each with its sum.
type::v1::Explanation ExplainFall(const v1::UsageFall& fall, const rule::Moment& moment,
                                  const rule::Readings& readings);

// `metric.logins (last 7 days) at least 60 % below the 28 days up to completion`.
std::string Print(const v1::UsageFall& fall);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_SIGNALS_FALL_H_
