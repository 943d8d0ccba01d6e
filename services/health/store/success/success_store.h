#ifndef BANSO_SERVICES_HEALTH_STORE_SUCCESS_SUCCESS_STORE_H_
#define BANSO_SERVICES_HEALTH_STORE_SUCCESS_SUCCESS_STORE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "banso/health/v1/success.pb.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "common/storage/fact_log.h"
#include "common/storage/revisions.h"

namespace banso::health {

// What success is, and whether onboardings have it. Immutable and thread-safe.
class SuccessStore {
 public:
  // The log must outlive this.
  explicit SuccessStore(const storage::FactLog& facts);

  const storage::RevisionedCollection<v1::SuccessDefinition> definitions;
  // By StoredLabelName.
  const storage::Collection<v1::SuccessLabel> labels;

  // Stores a label and its fact, if it is new or decides something else than the stored one. Sets
  // `state_time`. `name` is the label's name as callers see it. Returns whether it was stored.
  absl::StatusOr<bool> SaveLabel(storage::Writer& writer, v1::SuccessLabel label) const;

  absl::Status CheckSchema(storage::Reader& reader) const;

 private:
  const storage::FactLog& facts_;
};

// The name under which the label by a revision is stored.
std::string StoredLabelName(absl::string_view label_name, absl::string_view definition_revision);
// The name as callers see it.
std::string LabelName(absl::string_view stored_name);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_SUCCESS_SUCCESS_STORE_H_
