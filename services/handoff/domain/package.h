#ifndef BANSO_SERVICES_HANDOFF_DOMAIN_PACKAGE_H_
#define BANSO_SERVICES_HANDOFF_DOMAIN_PACKAGE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "banso/handoff/v1/completion.pb.h"
#include "banso/handoff/v1/criteria.pb.h"
#include "banso/handoff/v1/handoff.pb.h"
#include "services/handoff/domain/readiness.h"

// The package of a handoff: what the suite writes into it.
namespace banso::handoff {

// An outcome as one sentence: `Same-day reports: 20 -> 95 % on 2026-06-26, for the field (evidence:
// report list of June)`.
std::string SentenceOf(const v1::Outcome& outcome);

// What a section of that content says about a completed case; `None.` when there is nothing to
// list. A summary that was not given is empty.
std::string SectionBody(v1::SectionContent content, const Case& the_case);

// Brings the sections of `handoff` in line with the policy: those of the policy are there, in its
// order, with its titles, before all others. Sections that the suite writes are written anew from
// `the_case`, unless it is null; bodies written by people stay.
void FillSections(const v1::HandoffPolicy& policy, const Case* the_case, v1::Handoff* handoff);

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_DOMAIN_PACKAGE_H_
