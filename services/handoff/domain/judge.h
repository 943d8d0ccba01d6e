#ifndef BANSO_SERVICES_HANDOFF_DOMAIN_JUDGE_H_
#define BANSO_SERVICES_HANDOFF_DOMAIN_JUDGE_H_

#include <vector>

#include "banso/handoff/v1/completion.pb.h"
#include "banso/handoff/v1/criteria.pb.h"
#include "common/rule/catalog.h"
#include "common/rule/evaluate.h"
#include "services/handoff/domain/readiness.h"

namespace banso::handoff {

// What a single criterion is judged by.
struct Grounds {
  // The evidence for the criterion that has not been withdrawn, oldest first.
  std::vector<v1::Evidence> evidence;
  const rule::Moment& moment;
  const rule::FactCatalog& catalog;
  const Findings& findings;
};

// The verdict on one criterion by itself: no exceptions, no stages.
v1::CriterionVerdict Judge(const v1::Criterion& criterion, const Grounds& grounds);

// The condition that an agreed number makes of a criterion's fact: fact >= value.
type::v1::Condition TargetCondition(const v1::Criterion& criterion, double value);

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_DOMAIN_JUDGE_H_
