#ifndef BANSO_SERVICES_HEALTH_API_SUCCESS_LABELS_H_
#define BANSO_SERVICES_HEALTH_API_SUCCESS_LABELS_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "banso/health/v1/success.pb.h"
#include "common/rule/catalog.h"
#include "common/storage/database.h"
#include "services/health/api/evaluation.h"
#include "services/health/store/store.h"

namespace banso::health {

// The definition revision that a name means: the one in force, or the one that it says.
absl::StatusOr<v1::SuccessDefinition> FindDefinition(const Store& store, storage::Reader& reader,
                                                     const std::string& name, absl::Time now);

// Reads labels by any revision: those stored, and for a revision that is no longer or not yet in
// force those that it would give. For one thread, within one transaction.
class LabelReader {
 public:
  // Both must outlive the reader. With a time in `known_at`, labels are those that things as they
  // stood and were known then give, whatever is stored.
  LabelReader(const Store& store, storage::Reader& reader, absl::Time now,
              std::optional<absl::Time> known_at = std::nullopt)
      : store_(store),
        reader_(reader),
        now_(now),
        as_of_{known_at.value_or(now), known_at},
        facts_(store, reader, Holding::kOneAccount) {}

  // NOT_FOUND when the account or the onboarding is not known here, or was not known then.
  absl::StatusOr<v1::SuccessLabel> Read(const std::string& onboarding,
                                        const v1::SuccessDefinition& definition);

  // The onboarding as it was; NOT_FOUND as above.
  absl::StatusOr<accounts::v1::Onboarding> Onboarding(const std::string& onboarding);

  const AsOf& as_of() const { return as_of_; }

  StoreFactReader& facts() { return facts_; }

 private:
  const Store& store_;
  storage::Reader& reader_;
  const absl::Time now_;
  const AsOf as_of_;
  StoreFactReader facts_;
  // Read when it is needed first.
  std::optional<rule::FactCatalog> catalog_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_SUCCESS_LABELS_H_
