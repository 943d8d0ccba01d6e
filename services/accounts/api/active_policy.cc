#include "services/accounts/api/active_policy.h"

#include <optional>
#include <utility>

#include "common/contract/resource_name.h"
#include "common/status_macros.h"

namespace banso::accounts {

absl::StatusOr<std::shared_ptr<const Classifier>> ActivePolicy::Get(storage::Reader& reader,
                                                                    absl::Time now) {
  BANSO_ASSIGN_OR_RETURN(std::optional<v1::ClassificationPolicy> policy,
                         store_.classification.ActivePolicy(reader, now));
  if (!policy.has_value()) return std::shared_ptr<const Classifier>();
  const std::string name = contract::JoinRevision(policy->name(), policy->revision().number());
  const std::lock_guard lock(mutex_);
  if (classifier_ == nullptr || revision_name_ != name) {
    classifier_ = std::make_shared<const Classifier>(*std::move(policy));
    revision_name_ = name;
  }
  return classifier_;
}

absl::Status ActivePolicy::Classify(storage::Reader& reader, absl::Time now, v1::Account* account) {
  BANSO_ASSIGN_OR_RETURN(const auto classifier, Get(reader, now));
  if (classifier == nullptr) return absl::OkStatus();
  *account->mutable_classification() = classifier->Classify(*account, now);
  return absl::OkStatus();
}

}  // namespace banso::accounts
