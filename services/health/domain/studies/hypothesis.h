#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STUDIES_HYPOTHESIS_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STUDIES_HYPOTHESIS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "banso/health/v1/funnel.pb.h"
#include "banso/health/v1/hypothesis.pb.h"

// What may become of a hypothesis. A verb that is not allowed is FAILED_PRECONDITION and changes
// nothing.
namespace banso::health {

// What an analysis says about a wall.
v1::WallEvidence EvidenceOf(const v1::FunnelAnalysis& analysis, absl::string_view wall);

// PROPOSED becomes TESTING on `today`. INVALID_ARGUMENT when the look back is not after today.
absl::Status Start(v1::Hypothesis& hypothesis, const type::v1::Condition& treated,
                   const type::v1::Date& look_back, absl::CivilDay today);

// Keeps what a look back saw; settles a TESTING hypothesis, or sets when it is looked at again.
// FAILED_PRECONDITION (NOT_BORNE_OUT) when the comparisons do not carry the conclusion.
absl::Status Conclude(v1::Hypothesis& hypothesis, const v1::LookBack& look_back,
                      const type::v1::Date* next, absl::CivilDay today);

// PROPOSED or TESTING becomes DROPPED.
absl::Status Drop(v1::Hypothesis& hypothesis, absl::string_view reason);

// Keeps a customer's answer in the place of an earlier one of the same account, and counts anew.
void Answer(v1::Hypothesis& hypothesis, const v1::CustomerAnswer& answer);

// OK while it is neither settled nor dropped (HYPOTHESIS_SETTLED).
absl::Status CheckOpen(const v1::Hypothesis& hypothesis);

// INVALID_ARGUMENT unless the date is after today.
absl::Status CheckLookBackDate(absl::string_view field, const type::v1::Date& date,
                               absl::CivilDay today);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STUDIES_HYPOTHESIS_H_
