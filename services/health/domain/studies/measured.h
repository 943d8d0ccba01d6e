#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STUDIES_MEASURED_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STUDIES_MEASURED_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "banso/health/v1/comparison.pb.h"
#include "common/contract/errors.h"
#include "common/rule/catalog.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "services/health/domain/studies/contrast.h"

// What a study is asked to look at, checked before anything is read.
namespace banso::health {

// Each adds to `violations`, with paths below `field_path`.
void CheckTrait(const v1::Trait& trait, const rule::FactCatalog& catalog,
                absl::string_view field_path, contract::Violations* violations);
// Keys are different, traits and amounts fit the known fact types.
void CheckMeasures(const google::protobuf::RepeatedPtrField<v1::Measured>& measures,
                   const rule::FactCatalog& catalog, absl::string_view field_path,
                   contract::Violations* violations);
// The reading is a number.
void CheckAmount(const type::v1::FactRef& amount, const rule::FactCatalog& catalog,
                 absl::string_view field_path, contract::Violations* violations);
void CheckScope(const v1::StudyScope& scope, const rule::FactCatalog& catalog, absl::Time now,
                absl::string_view field_path, contract::Violations* violations);
// A period of at most so many days.
void CheckLength(const type::v1::Period& period, int most_days, absl::string_view field_path,
                 contract::Violations* violations);

// How comparisons call the measures.
std::vector<Compared> ComparedOf(absl::Span<const v1::Measured> measures);

// How sure a scope wants to be.
Sureness SurenessOf(const v1::StudyScope& scope);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STUDIES_MEASURED_H_
