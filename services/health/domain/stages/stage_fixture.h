#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STAGES_STAGE_FIXTURE_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STAGES_STAGE_FIXTURE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "banso/health/v1/stage.pb.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/rule/test_facts.h"
#include "services/health/domain/stages/history.h"
#include "services/health/domain/stages/placement.h"

// What the tests of stages share.
namespace banso::health {

inline absl::TimeZone Tokyo() { return calendar::ZoneOrUtc("Asia/Tokyo"); }

// A model of levels `l1`, `l2`, ... with conditions that are not looked at.
inline v1::StageModel MakeStageModel(v1::StageModelKind kind, int levels) {
  v1::StageModel model;
  model.set_name("stageModels/depth");
  model.set_display_name("Depth");
  model.set_purpose("Tests");
  model.set_kind(kind);
  model.mutable_revision()->set_number(1);
  for (int rank = 1; rank <= levels; ++rank) {
    v1::StageLevel* level = model.add_levels();
    level->set_key(absl::StrCat("l", rank));
    if (rank == 1 && kind == v1::STAGE_MODEL_KIND_PYRAMID) continue;
    level->mutable_condition()->mutable_known()->set_fact("metric.interviews");
  }
  return model;
}

inline const absl::CivilDay kApril1(2026, 4, 1);
inline const v1::StageModel kPyramid = MakeStageModel(v1::STAGE_MODEL_KIND_PYRAMID, 4);
inline const v1::StageModel kLadder = MakeStageModel(v1::STAGE_MODEL_KIND_VALUE_LADDER, 6);

inline type::v1::Explanation Explained(type::v1::Truth truth) {
  type::v1::Explanation explanation;
  explanation.set_result(truth);
  if (truth == type::v1::TRUTH_UNKNOWN) explanation.set_unknown_because("the source is silent");
  return explanation;
}

// What the levels say, the lowest first: `T`, `F` or `?` each.
inline StageJudgement Says(absl::string_view levels) {
  StageJudgement judgement;
  judgement.applies = Explained(type::v1::TRUTH_TRUE);
  for (const char level : levels) {
    judgement.levels.push_back(Explained(level == 'T'   ? type::v1::TRUTH_TRUE
                                         : level == 'F' ? type::v1::TRUTH_FALSE
                                                        : type::v1::TRUTH_UNKNOWN));
  }
  return judgement;
}

// A move to a rank at noon of a day.
inline v1::StageMove MoveTo(int rank, absl::CivilDay day) {
  v1::StageMove move;
  move.set_to_rank(rank);
  if (rank > 0) move.set_to_level(absl::StrCat("l", rank));
  move.set_to_state(rank > 0 ? v1::PLACEMENT_STATE_PLACED : v1::PLACEMENT_STATE_BELOW);
  *move.mutable_occurred_time() = calendar::ToTimestamp(rule::NoonOf(day));
  return move;
}

// The history of an account that came to these ranks on these days, seen on `today`.
inline StageHistory MakeHistory(const v1::StageModel& model, std::string account,
                                const std::vector<std::pair<int, absl::CivilDay>>& steps,
                                absl::CivilDay today) {
  std::vector<v1::StageMove> moves;
  for (const auto& [rank, day] : steps) moves.push_back(MoveTo(rank, day));
  return HistoryOf(model, std::move(account), moves, Tokyo(), rule::NoonOf(today) + absl::Hours(1));
}

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STAGES_STAGE_FIXTURE_H_
