#ifndef BANSO_SERVICES_HEALTH_DOMAIN_ASSESSMENTS_UPKEEP_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_ASSESSMENTS_UPKEEP_H_

#include <map>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "banso/health/v1/assessment.pb.h"
#include "banso/health/v1/upkeep.pb.h"

namespace banso::health {

// Where a task of a campaign stands at `now`.
v1::UpkeepState StateOf(const v1::UpkeepTask& task, absl::Time now);

// Counts the tasks of a campaign, one by one.
class UpkeepCounter {
 public:
  explicit UpkeepCounter(absl::Time now) : now_(now) {}
  void Add(const v1::UpkeepTask& task);
  // Sets the progress of everybody together and of each member.
  void Fill(v1::UpkeepCampaign* campaign) const;

 private:
  void AddTo(v1::UpkeepState state, v1::UpkeepProgress* progress) const;

  const absl::Time now_;
  v1::UpkeepProgress all_;
  std::map<std::string, v1::UpkeepProgress> members_;
};

// Why the judgement of an item is due by `due_by`, given the latest one (or null); nothing when it
// is not. `due_by` is not before `now`.
std::optional<v1::DueReason> WhyDue(const v1::Assessment* latest, absl::Time now,
                                    absl::Time due_by);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_ASSESSMENTS_UPKEEP_H_
