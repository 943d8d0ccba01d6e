#include "services/accounts/store/classification_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "common/status_macros.h"
#include "services/accounts/domain/fact_types.h"
#include "services/accounts/domain/member.h"
#include "services/accounts/store/kinds.h"

namespace banso::accounts {
namespace {

using storage::Reader;
using v1::Account;

// Later than any activation.
const absl::Time kAfterAll = absl::FromCivil(absl::CivilYear(2200), absl::UTCTimeZone());

}  // namespace

ClassificationStore::ClassificationStore(const TeamStore& team)
    : policies(ClassificationPolicyKind()), overrides(ClassificationOverrideKind()), team_(team) {}

absl::StatusOr<std::optional<v1::ClassificationPolicy>> ClassificationStore::ActivePolicy(
    Reader& reader, absl::Time now) const {
  BANSO_ASSIGN_OR_RETURN(std::vector<v1::ClassificationPolicy> active,
                         policies.AllActive(reader, now));
  if (active.empty()) return std::optional<v1::ClassificationPolicy>();
  return std::optional<v1::ClassificationPolicy>(std::move(active.front()));
}

absl::StatusOr<std::vector<fact::v1::FactType>> ClassificationStore::AxisTypes(
    Reader& reader) const {
  std::vector<fact::v1::FactType> types;
  BANSO_ASSIGN_OR_RETURN(const auto policy, ActivePolicy(reader, kAfterAll));
  if (!policy.has_value()) return types;
  for (const v1::CustomAxis& axis : policy->custom_axes()) {
    fact::v1::FactType& type = types.emplace_back();
    type.set_name(absl::StrCat(kAxisPrefix, axis.key()));
    type.set_value_type(type::v1::VALUE_TYPE_TEXT);
    type.set_subject(fact::v1::SUBJECT_KIND_ACCOUNT);
    type.set_meaning("A class on an axis that the vendor added, by the policy in force.");
  }
  return types;
}

absl::Status ClassificationStore::CheckCertified(Reader& reader, absl::Time now,
                                                 const Account& account,
                                                 const std::string& member) const {
  if (member.empty()) return absl::OkStatus();
  BANSO_ASSIGN_OR_RETURN(const auto policy, ActivePolicy(reader, now));
  if (!policy.has_value() || policy->touch_certifications().empty()) return absl::OkStatus();
  BANSO_ASSIGN_OR_RETURN(const auto owner, team_.members.Find(reader, member));
  if (!owner.has_value()) return absl::OkStatus();
  return ::banso::accounts::CheckCertified(*policy, account, *owner, VendorDay(now));
}

absl::Status ClassificationStore::CheckOwnersCertified(Reader& reader, absl::Time now,
                                                       const Account* before,
                                                       const Account& account) const {
  const v1::AccountOwners& owners = account.owners();
  const v1::AccountOwners& old =
      before == nullptr ? v1::AccountOwners::default_instance() : before->owners();
  if (owners.onboarding() != old.onboarding()) {
    BANSO_RETURN_IF_ERROR(CheckCertified(reader, now, account, owners.onboarding()));
  }
  if (owners.retention() == old.retention()) return absl::OkStatus();
  return CheckCertified(reader, now, account, owners.retention());
}

absl::Status ClassificationStore::CheckSchema(Reader& reader) const {
  BANSO_RETURN_IF_ERROR(policies.CheckSchema(reader));
  return overrides.CheckSchema(reader);
}

}  // namespace banso::accounts
