#include "services/health/domain/outcomes/outcome_rules.h"

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "google/protobuf/util/message_differencer.h"

namespace banso::health {
namespace {

void CheckTimes(const v1::Outcome& outcome, absl::Time now, contract::Violations& violations) {
  const absl::Time occurred = calendar::ToTime(outcome.occurred_time());
  if (occurred > now) {
    violations.Add("occurred_time", absl::FormatTime(occurred, absl::UTCTimeZone()),
                   "a time that is not in the future", "OUT_OF_RANGE");
  }
  if (!outcome.has_known_time()) return;
  const absl::Time known = calendar::ToTime(outcome.known_time());
  if (known < occurred || known > now) {
    violations.Add("known_time", absl::FormatTime(known, absl::UTCTimeZone()),
                   "a time between occurred_time and the present", "OUT_OF_RANGE");
  }
}

}  // namespace

absl::Status CheckOutcome(const v1::Outcome& outcome, absl::string_view account, absl::Time now) {
  contract::Violations violations;
  const bool has_result = outcome.kind() == v1::OUTCOME_KIND_CUSTOMER_RESULT;
  if (has_result && outcome.result().empty()) {
    violations.Add("result", "", "a key that says which result it is, such as first_hire",
                   "REQUIRED");
  }
  if (!has_result && !outcome.result().empty()) {
    violations.Add("result", outcome.result(), "nothing, except for CUSTOMER_RESULT",
                   "NOT_ACCEPTED");
  }
  if (!outcome.onboarding().empty() && contract::Parent(outcome.onboarding()) != account) {
    violations.Add("onboarding", outcome.onboarding(), absl::StrCat("an onboarding of ", account),
                   "OTHER_ACCOUNT");
  }
  CheckTimes(outcome, now, violations);
  return violations.ToStatus();
}

bool SameOutcome(const v1::Outcome& stored, v1::Outcome row) {
  if (!row.has_known_time()) *row.mutable_known_time() = stored.known_time();
  *row.mutable_create_time() = stored.create_time();
  *row.mutable_update_time() = stored.update_time();
  row.set_etag(stored.etag());
  return google::protobuf::util::MessageDifferencer::Equals(stored, row);
}

}  // namespace banso::health
