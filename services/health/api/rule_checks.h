#ifndef BANSO_SERVICES_HEALTH_API_RULE_CHECKS_H_
#define BANSO_SERVICES_HEALTH_API_RULE_CHECKS_H_

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/fact/v1/fact.pb.h"
#include "common/contract/errors.h"
#include "common/rule/catalog.h"
#include "common/status_macros.h"
#include "services/health/domain/fact_types.h"
#include "services/health/store/fact_catalog.h"
#include "services/health/store/store.h"

// What a request brings along with its rules: fact types, and names of what comes with them.
namespace banso::health {

// `known` with the words of `other` besides its own: for words that a program is about to add.
inline fact::v1::FactType WithWordsOf(fact::v1::FactType known, const fact::v1::FactType& other) {
  if (known.values().empty()) return known;
  for (const std::string& word : other.values()) {
    if (std::find(known.values().begin(), known.values().end(), word) == known.values().end()) {
      known.add_values(word);
    }
  }
  return known;
}

// The known fact types and those of the request. A type of this service's own facts may be brought
// along too, for what the same program is about to create or change; it is not kept, and of one
// that is known only further words count.
template <typename Types>
absl::StatusOr<rule::FactCatalog> CatalogWith(const Store& store, storage::Reader& reader,
                                              absl::Time now, const Types& additional) {
  BANSO_ASSIGN_OR_RETURN(rule::FactCatalog catalog, ReadCatalog(store, reader, now));
  for (const fact::v1::FactType& type : additional) {
    const fact::v1::FactType* known = catalog.Find(type.name());
    const bool own = known != nullptr && IsOwnFact(type.name());
    catalog.Add(own ? WithWordsOf(*known, type) : type);
  }
  return catalog;
}

template <typename Types>
absl::Status KeepTypes(storage::Writer& writer, const Types& additional) {
  return KeepFactTypes(writer,
                       std::vector<fact::v1::FactType>(additional.begin(), additional.end()));
}

// A resource that a rule refers to.
struct Reference {
  std::string name;
  // The field that names it, what is accepted there and the reason of its violation.
  absl::string_view field;
  absl::string_view accepted;
  absl::string_view reason;
};

// Adds a violation unless the resource is one of `kind`, active or draft, or of the names
// `additional`.
template <typename Kind, typename Names>
absl::Status CheckReference(storage::Reader& reader, const Kind& kind, const Reference& reference,
                            const Names& additional, absl::Time now,
                            contract::Violations* violations) {
  if (std::find(additional.begin(), additional.end(), reference.name) != additional.end()) {
    return absl::OkStatus();
  }
  const absl::Status found = kind.Get(reader, reference.name, now).status();
  if (!absl::IsNotFound(found)) return found;
  violations->Add(reference.field, reference.name, reference.accepted, reference.reason);
  return absl::OkStatus();
}

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_RULE_CHECKS_H_
