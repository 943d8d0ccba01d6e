#ifndef BANSO_SERVICES_HEALTH_STORE_FACT_CATALOG_H_
#define BANSO_SERVICES_HEALTH_STORE_FACT_CATALOG_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "banso/fact/v1/fact.pb.h"
#include "common/rule/catalog.h"
#include "common/storage/database.h"

// The types of the facts that conditions may read.
namespace banso::health {

class Store;

// The types of the facts that this service owns, by name: of every metric, and of rubrics,
// definitions, models and surveys in force or, when none is, as saved last.
absl::StatusOr<std::vector<fact::v1::FactType>> OwnFactTypes(const Store& store,
                                                             storage::Reader& reader,
                                                             absl::Time now);
// These and the types of other services' facts that have been brought along.
absl::StatusOr<rule::FactCatalog> ReadCatalog(const Store& store, storage::Reader& reader,
                                              absl::Time now);

// Keeps types of other services' facts; those of this service's own are passed over.
absl::Status KeepFactTypes(storage::Writer& writer, const std::vector<fact::v1::FactType>& types);

// Keeps the type of a mirrored fact, unless it has been brought along: then it is what the value
// shows. What was mirrored may be asked for.
absl::Status KeepTypeOf(storage::Writer& writer, const fact::v1::FactChange& change);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_FACT_CATALOG_H_
