#include "services/health/api/success/labels.h"

#include <utility>
#include <vector>

#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "services/health/store/fact_catalog.h"

namespace banso::health {

absl::StatusOr<v1::SuccessDefinition> FindDefinition(const Store& store, storage::Reader& reader,
                                                     const std::string& name, absl::Time now) {
  const auto split = contract::SplitRevision(name);
  if (split.has_value() && split->revision.has_value()) {
    return store.success.definitions.Get(reader, name, now);
  }
  return store.success.definitions.Active(reader, name, now);
}

absl::StatusOr<v1::SuccessLabel> LabelReader::Read(const std::string& onboarding,
                                                   const v1::SuccessDefinition& definition) {
  const std::string name =
      contract::Join(onboarding, "successLabels", contract::LastId(definition.name()));
  const std::string revision =
      contract::JoinRevision(definition.name(), definition.revision().number());
  if (!as_of_.known_at.has_value()) {
    BANSO_ASSIGN_OR_RETURN(std::optional<v1::SuccessLabel> stored,
                           store_.success.labels.Find(reader_, StoredLabelName(name, revision)));
    if (stored.has_value()) return *std::move(stored);
  }
  if (!catalog_.has_value()) {
    BANSO_ASSIGN_OR_RETURN(catalog_, ReadCatalog(store_, reader_, now_));
  }
  BANSO_ASSIGN_OR_RETURN(const accounts::v1::Onboarding found, Onboarding(onboarding));
  BANSO_ASSIGN_OR_RETURN(
      AccountEvaluation account,
      AccountEvaluation::Load(store_, reader_, facts_, contract::Ancestor(onboarding, "accounts")));
  return account.LabelBy(definition, found, *catalog_, as_of_);
}

absl::StatusOr<accounts::v1::Onboarding> LabelReader::Onboarding(const std::string& onboarding) {
  BANSO_ASSIGN_OR_RETURN(
      const AccountEvaluation account,
      AccountEvaluation::Load(store_, reader_, facts_, contract::Ancestor(onboarding, "accounts")));
  if (!as_of_.known_at.has_value()) {
    const accounts::v1::Onboarding* found = account.FindOnboarding(onboarding);
    if (found == nullptr) return contract::NotFound(onboarding);
    return *found;
  }
  BANSO_ASSIGN_OR_RETURN(const std::vector<accounts::v1::Onboarding> known,
                         account.OnboardingsAsOf(as_of_));
  for (const accounts::v1::Onboarding& one : known) {
    if (one.name() == onboarding) return one;
  }
  return contract::NotFound(onboarding);
}

}  // namespace banso::health
