#include "services/kickoff/domain/readiness.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "services/kickoff/domain/plan_builder.h"

namespace banso::kickoff {
namespace {

// How many questions the answer suggests at most.
constexpr size_t kMaxQuestions = 10;

// Collects areas in the order of first use.
class Areas {
 public:
  v1::ReadinessArea& Of(const std::string& area) {
    const auto [it, added] = index_.try_emplace(area, areas_.size());
    if (added) areas_.emplace_back().set_area(area);
    return areas_[it->second];
  }

  void Filled(const std::string& area) {
    v1::ReadinessArea& entry = Of(area);
    entry.set_items(entry.items() + 1);
    entry.set_filled(entry.filled() + 1);
  }

  void Gap(const std::string& area, v1::ReadinessGap gap) {
    v1::ReadinessArea& entry = Of(area);
    entry.set_items(entry.items() + 1);
    *entry.add_gaps() = std::move(gap);
  }

  std::vector<v1::ReadinessArea>& list() { return areas_; }

 private:
  std::map<std::string, size_t> index_;
  std::vector<v1::ReadinessArea> areas_;
};

v1::ReadinessGap MakeGap(const std::string& resource, std::string what, std::string next,
                         bool required) {
  v1::ReadinessGap gap;
  gap.set_resource(resource);
  gap.set_what(std::move(what));
  gap.set_next(std::move(next));
  gap.set_required(required);
  return gap;
}

std::string LayerText(accounts::v1::Layer layer) {
  switch (layer) {
    case accounts::v1::LAYER_EXECUTIVE:
      return "the executives";
    case accounts::v1::LAYER_MANAGER:
      return "the managers";
    case accounts::v1::LAYER_FIELD:
      return "the people in the field";
    default:
      return "the customer";
  }
}

void CheckRoles(const PlanParts& parts, Areas* areas) {
  for (const v1::RoleAssignment& role : parts.role_assignments) {
    if (!role.stakeholder().empty()) {
      areas->Filled("roles");
      continue;
    }
    const std::string text = RoleText(role.role());
    areas->Gap("roles",
               MakeGap(role.name(), absl::StrCat("nobody is named as ", text),
                       absl::StrCat("Ask the customer who the ", text, " is"), role.required()));
  }
}

// One person may promote several sites.
void CheckPromoters(const PlanParts& parts, Areas* areas) {
  for (const accounts::v1::Site& site : parts.sites) {
    const bool promoted =
        std::any_of(parts.role_holders.begin(), parts.role_holders.end(),
                    [&](const accounts::v1::RoleHolder& holder) {
                      return holder.role() == accounts::v1::STAKEHOLDER_ROLE_SITE_CHAMPION &&
                             holder.site() == site.name();
                    });
    if (promoted) {
      areas->Filled("roles");
      continue;
    }
    areas->Gap(
        "roles",
        MakeGap(site.name(), absl::StrCat("nobody promotes it at ", site.display_name()),
                absl::StrCat("Ask the customer who promotes it at ", site.display_name()), true));
  }
}

void CheckGoals(const PlanParts& parts, Areas* areas) {
  for (const v1::Goal& goal : parts.goals) {
    if (goal.state() == v1::GOAL_STATE_AGREED) {
      areas->Filled("goals");
      continue;
    }
    areas->Gap("goals", MakeGap(goal.name(), absl::StrCat("not agreed: ", goal.title()),
                                absl::StrCat("Agree with a named customer: ", goal.title()),
                                goal.required()));
  }
}

void CheckSchedule(const PlanParts& parts, Areas* areas) {
  for (const v1::Meeting& meeting : parts.meetings) {
    if (meeting.kind() != v1::MEETING_KIND_KICKOFF) continue;
    if (meeting.state() != v1::MEETING_STATE_PLANNED) {
      areas->Filled("schedule");
      continue;
    }
    areas->Gap("schedule", MakeGap(meeting.name(), absl::StrCat(meeting.title(), " has no time"),
                                   absl::StrCat("Arrange a time for: ", meeting.title()), true));
  }
}

void CheckHearing(const PlanParts& parts, Areas* areas) {
  for (const v1::HearingAnswer& answer : parts.hearing_answers) {
    if (answer.answer().empty()) {
      areas->Gap(answer.area(),
                 MakeGap(answer.name(), absl::StrCat("no answer: ", answer.question()),
                         absl::StrCat("Ask ", LayerText(answer.layer()), ": ", answer.question()),
                         answer.required()));
    } else if (answer.provenance() == v1::PROVENANCE_FROM_SALES ||
               answer.provenance() == v1::PROVENANCE_UNSPECIFIED) {
      areas->Gap(
          answer.area(),
          MakeGap(answer.name(), absl::StrCat("not confirmed: ", answer.question()),
                  absl::StrCat("Confirm with ", LayerText(answer.layer()), ": ", answer.question()),
                  false));
    } else {
      areas->Filled(answer.area());
    }
  }
}

void Judge(v1::ReadinessArea* area) {
  std::stable_partition(area->mutable_gaps()->begin(), area->mutable_gaps()->end(),
                        [](const v1::ReadinessGap& gap) { return gap.required(); });
  if (area->gaps().empty()) {
    area->set_verdict(v1::READINESS_VERDICT_READY);
  } else if (area->gaps(0).required()) {
    area->set_verdict(v1::READINESS_VERDICT_NOT_READY);
  } else {
    area->set_verdict(v1::READINESS_VERDICT_READY_WITH_GAPS);
  }
}

}  // namespace

v1::Readiness CheckReadiness(const PlanParts& parts, absl::Time as_of) {
  Areas areas;
  CheckRoles(parts, &areas);
  CheckPromoters(parts, &areas);
  CheckGoals(parts, &areas);
  CheckSchedule(parts, &areas);
  CheckHearing(parts, &areas);
  v1::Readiness readiness;
  readiness.set_verdict(v1::READINESS_VERDICT_READY);
  for (v1::ReadinessArea& area : areas.list()) {
    Judge(&area);
    readiness.set_verdict(std::min(readiness.verdict(), area.verdict()));
  }
  std::vector<std::string> required, others;
  for (const v1::ReadinessArea& area : areas.list()) {
    for (const v1::ReadinessGap& gap : area.gaps()) {
      (gap.required() ? required : others).push_back(gap.next());
    }
    *readiness.add_areas() = area;
  }
  required.insert(required.end(), others.begin(), others.end());
  if (required.size() > kMaxQuestions) required.resize(kMaxQuestions);
  for (std::string& question : required) *readiness.add_next_questions() = std::move(question);
  *readiness.mutable_as_of() = calendar::ToTimestamp(as_of);
  return readiness;
}

}  // namespace banso::kickoff
