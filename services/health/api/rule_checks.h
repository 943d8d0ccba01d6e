#ifndef BANSO_SERVICES_HEALTH_API_RULE_CHECKS_H_
#define BANSO_SERVICES_HEALTH_API_RULE_CHECKS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "banso/fact/v1/fact.pb.h"
#include "common/rule/catalog.h"
#include "common/status_macros.h"
#include "services/health/domain/fact_types.h"
#include "services/health/store/store.h"

// The fact types that a request brings along with its rules.
namespace banso::health {

// The known fact types and those of the request. A type of this service's own facts may be brought
// along too, for what the same program is about to create; it is not kept.
template <typename Types>
absl::StatusOr<rule::FactCatalog> CatalogWith(const Store& store, storage::Reader& reader,
                                              absl::Time now, const Types& additional) {
  BANSO_ASSIGN_OR_RETURN(rule::FactCatalog catalog, store.Catalog(reader, now));
  for (const fact::v1::FactType& type : additional) {
    if (catalog.Find(type.name()) == nullptr || !IsOwnFact(type.name())) catalog.Add(type);
  }
  return catalog;
}

template <typename Types>
absl::Status KeepTypes(const Store& store, storage::Writer& writer, const Types& additional) {
  return store.KeepFactTypes(writer,
                             std::vector<fact::v1::FactType>(additional.begin(), additional.end()));
}

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_RULE_CHECKS_H_
