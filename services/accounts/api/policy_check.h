#ifndef BANSO_SERVICES_ACCOUNTS_API_POLICY_CHECK_H_
#define BANSO_SERVICES_ACCOUNTS_API_POLICY_CHECK_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "banso/accounts/v1/classification_policy.pb.h"
#include "banso/fact/v1/fact.pb.h"
#include "common/storage/database.h"
#include "google/protobuf/repeated_field.h"
#include "services/accounts/store/store.h"

namespace banso::accounts {

inline constexpr char kReasonNoActivePolicy[] = "NO_ACTIVE_POLICY";

// Checks a policy as it has to be to be saved: its rules, and that it does not contradict itself.
// INVALID_ARGUMENT with everything that is wrong, below `field`. `additional` are types of
// attributes that are about to be declared.
absl::Status CheckSavedPolicy(
    storage::Reader& reader, const Store& store, const v1::ClassificationPolicy& policy,
    absl::string_view field,
    const google::protobuf::RepeatedPtrField<fact::v1::FactType>& additional = {});

// The policy in force. FAILED_PRECONDITION (NO_ACTIVE_POLICY) when there is none.
absl::StatusOr<v1::ClassificationPolicy> PolicyInForce(storage::Reader& reader, const Store& store,
                                                       absl::Time now);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_POLICY_CHECK_H_
