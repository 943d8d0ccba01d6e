#ifndef BANSO_SERVICES_KICKOFF_DOMAIN_TEMPLATE_CHECK_H_
#define BANSO_SERVICES_KICKOFF_DOMAIN_TEMPLATE_CHECK_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "banso/kickoff/v1/plan_template.pb.h"
#include "common/rule/catalog.h"

namespace banso::kickoff {

// Checks what the field rules cannot: rules read known account and onboarding facts only, ids are
// used once, dependencies exist and form no cycle, the deadline has a length. INVALID_ARGUMENT with
// every violation, each with its path below `field`.
absl::Status CheckTemplate(const v1::PlanTemplate& plan_template, const rule::FactCatalog& catalog,
                           absl::string_view field);

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_DOMAIN_TEMPLATE_CHECK_H_
