#ifndef BANSO_SERVICES_HANDOFF_API_INQUIRY_H_
#define BANSO_SERVICES_HANDOFF_API_INQUIRY_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/type/v1/time.pb.h"
#include "common/contract/call.h"
#include "common/rule/catalog.h"
#include "common/rule/evaluate.h"
#include "common/storage/database.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "services/handoff/api/neighbours.h"
#include "services/handoff/domain/criteria.h"
#include "services/handoff/domain/readiness.h"
#include "services/handoff/store/store.h"

namespace banso::handoff {

// Asks the owners of facts, each within a part of the caller's time. Thread-safe.
class Inquiry {
 public:
  // All must outlive it.
  Inquiry(storage::Database& database, const Store& store, Neighbours& neighbours)
      : database_(database), store_(store), neighbours_(neighbours) {}

  // What is known at `moment`. A service that does not answer is named in the result; that is no
  // error.
  absl::StatusOr<Findings> Find(const Call& call, absl::Span<const rule::FactRead> reads,
                                const rule::Moment& moment);

  // The moment of the call for an onboarding: zone and clocks. The clocks are asked of accounts,
  // and are those that it told last while it is away.
  absl::StatusOr<rule::Moment> MomentFor(const Call& call, const std::string& onboarding);

  // Judges a case afresh. `findings` gets what was learned, for judging once more in a transaction.
  absl::StatusOr<v1::Readiness> Evaluate(const Call& call, const Case& the_case,
                                         rule::Moment* moment, Findings* findings);

  // Chooses the criteria of an onboarding among `sets`: their conditions are evaluated on what
  // accounts says now. UNAVAILABLE when accounts cannot be asked. With `only` set, takes that set
  // without looking at its applicability. The result points to `sets`.
  absl::StatusOr<Selection> Select(const Call& call, absl::Span<const v1::CriteriaSet> sets,
                                   const rule::Moment& moment, bool take_first = false);

  // The types of `facts`: the own ones, those given, and those of their owners. A fact that its
  // owner does not have is left out. UNAVAILABLE, naming the service, when an owner cannot be
  // asked.
  absl::StatusOr<rule::FactCatalog> Catalog(
      const Call& call, const std::set<std::string>& facts,
      const google::protobuf::RepeatedPtrField<fact::v1::FactType>& additional);

 private:
  absl::StatusOr<fact::v1::GetFactsResponse> Ask(const Call& call, const std::string& service,
                                                 const fact::v1::GetFactsRequest& request);

  storage::Database& database_;
  const Store& store_;
  Neighbours& neighbours_;
};

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_API_INQUIRY_H_
