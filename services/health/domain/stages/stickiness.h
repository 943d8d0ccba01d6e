#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STAGES_STICKINESS_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STAGES_STICKINESS_H_

#include <string>
#include <vector>

#include "banso/health/v1/stage.pb.h"
#include "banso/health/v1/stage_report.pb.h"
#include "banso/type/v1/condition.pb.h"
#include "common/rule/catalog.h"

// Levels that nobody can lose: a total only grows, so "more than 100 mails in all" stays true of a
// customer who has long stopped. Such a level says what was, and nothing of the present.
namespace banso::health {

// True when the condition, once true, cannot become false as time passes and data come in. (Data
// that are corrected afterwards can undo anything.)
bool CanOnlyBecomeTrue(const type::v1::Condition& condition, const rule::FactCatalog& catalog);

// The comparisons in the condition that can only become true, each as one line.
std::vector<std::string> StickyReadings(const type::v1::Condition& condition,
                                        const rule::FactCatalog& catalog);

// Whether the level of this rank can be lost: STICKY when its condition, and those of all levels
// that it requires, can only become true. The first level of a pyramid, which everybody has,
// CAN_FALL: there is nothing to mend.
v1::Stickiness StickinessOf(const v1::StageModel& model, int rank,
                            const rule::FactCatalog& catalog);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STAGES_STICKINESS_H_
