#ifndef BANSO_SERVICES_ACCOUNTS_STORE_INTAKE_STORE_H_
#define BANSO_SERVICES_ACCOUNTS_STORE_INTAKE_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/acceptance.pb.h"
#include "banso/accounts/v1/voice.pb.h"
#include "banso/accounts/v1/voice_service.pb.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "common/storage/revisions.h"
#include "common/storage/snapshot.h"

namespace banso::accounts {

// What is asked before a sale and said after it. Immutable and thread-safe.
class IntakeStore {
 public:
  IntakeStore();

  const storage::RevisionedCollection<v1::AcceptancePolicy> policies;
  const storage::Collection<v1::IntakeReview> reviews;
  const storage::Collection<v1::FeatureRelease> releases;
  const storage::Collection<v1::Voice> voices;
  const storage::Collection<v1::SalesSummaryAccess> accesses;

  // The policy in force, if there is one.
  absl::StatusOr<std::optional<v1::AcceptancePolicy>> ActivePolicy(storage::Reader& reader,
                                                                   absl::Time now) const;

  // The review of a deal that was answered for good last, if there is one.
  absl::StatusOr<std::optional<v1::IntakeReview>> AnswerFor(storage::Reader& reader,
                                                            absl::string_view deal) const;

  // The review of a deal that was asked last, answered or not, if there is one.
  absl::StatusOr<std::optional<v1::IntakeReview>> LastFor(storage::Reader& reader,
                                                          absl::string_view deal) const;

  // What a feed of changes begins with.
  storage::SnapshotSources sources() const;

  // INTERNAL when a table is not as the collections need it.
  absl::Status CheckSchema(storage::Reader& reader) const;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_STORE_INTAKE_STORE_H_
