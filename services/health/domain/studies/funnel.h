#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STUDIES_FUNNEL_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STUDIES_FUNNEL_H_

#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "banso/health/v1/funnel.pb.h"
#include "banso/health/v1/success.pb.h"
#include "common/contract/errors.h"
#include "common/rule/catalog.h"
#include "services/health/domain/studies/contrast.h"

namespace banso::health {

// Checks a funnel's keys, conditions and volumes against the known fact types. Adds to
// `violations`, with paths below `field_path`.
void CheckFunnel(const v1::Funnel& funnel, const rule::FactCatalog& catalog,
                 absl::string_view field_path, contract::Violations* violations);

// What is measured of each case, in the order of Case::values: every step, every habit, and every
// volume of a step that has one.
std::vector<v1::Measured> MeasuresOf(const v1::Funnel& funnel);

// When cases of a funnel are observed.
v1::Observation ObservationOf(const v1::Funnel& funnel, const v1::SuccessDefinition& definition);

// The step or habit of that key, as something measured; nothing when the funnel has none.
std::optional<v1::Measured> WallOf(const v1::Funnel& funnel, absl::string_view key);

// Successes (Case::with true) against failures. The basis, the funnel's revision and the report are
// for the caller.
v1::FunnelAnalysis AnalyzeCases(const v1::Funnel& funnel, absl::Span<const Case> cases,
                                const Sureness& sureness);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STUDIES_FUNNEL_H_
