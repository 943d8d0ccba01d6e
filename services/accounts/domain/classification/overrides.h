#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_OVERRIDES_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_OVERRIDES_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/classification.pb.h"
#include "banso/accounts/v1/classification_override.pb.h"
#include "banso/accounts/v1/classification_policy.pb.h"
#include "common/contract/errors.h"

// Classes that somebody gives an account against the policy. A classification carries those that
// hold, and Classifier::Classify keeps them until their last day is over.
namespace banso::accounts {

inline constexpr char kReasonOverrideNotInForce[] = "OVERRIDE_NOT_IN_FORCE";

// Adds what is wrong with an override of an account of which it is `today`: an axis or a class that
// `policy` does not have, the arms of an experiment, a last day that is over.
void CheckOverride(const v1::ClassificationPolicy& policy,
                   const v1::ClassificationOverride& class_override, absl::CivilDay today,
                   contract::Violations* violations);

// Whether an override holds on a day.
bool HoldsOn(const v1::AppliedOverride& applied, absl::CivilDay day);

// The override of the axis that holds on a day; null when there is none.
const v1::AppliedOverride* OverrideOf(const v1::Classification& classification,
                                      absl::string_view axis, absl::CivilDay day);

// Sets when an override of `account` ceases to hold by itself, from its last day.
void SetExpireTime(const v1::Account& account, v1::ClassificationOverride* class_override);

// Lets a classification carry an override, in the place of another one of its axis. It has its
// effect with the next Classify.
void AddOverride(const v1::ClassificationOverride& class_override,
                 v1::Classification* classification);

// Takes the override of this name away, if it is there.
void RemoveOverride(absl::string_view name, v1::Classification* classification);

// Why the axis has its class, given what the policy says: by whom, until when, what for.
v1::ClassificationReason Overridden(const v1::AppliedOverride& applied,
                                    const v1::ClassificationReason& by_policy);

// Ends an override. `reason` may be empty for the states that tell it themselves.
// FAILED_PRECONDITION (OVERRIDE_NOT_IN_FORCE) when it does not hold any more.
absl::Status EndOverride(v1::OverrideState state, const std::string& actor,
                         absl::string_view reason, absl::Time now,
                         v1::ClassificationOverride* class_override);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_OVERRIDES_H_
