#include <map>

#include "services/health/domain/stages/analysis.h"
#include "services/health/domain/stages/figures.h"
#include "services/health/domain/stages/stage_model.h"

namespace banso::health {
namespace {

// How many went from a rank to a rank.
using Transitions = std::map<std::pair<int, int>, int64_t>;

v1::GroupMovement GroupOf(const v1::StageModel& model, const std::string& name,
                          const Transitions& transitions, int minimum_n) {
  v1::GroupMovement group;
  group.set_group(name);
  int64_t rose = 0;
  int64_t fell = 0;
  std::map<int, int64_t> starts;
  for (const auto& [ranks, accounts] : transitions) {
    group.set_n(group.n() + accounts);
    if (ranks.second > ranks.first) rose += accounts;
    if (ranks.second < ranks.first) fell += accounts;
    starts[ranks.first] += accounts;
  }
  const bool enough = group.n() >= minimum_n;
  group.set_state(enough ? v1::FIGURE_STATE_ESTIMATED : v1::FIGURE_STATE_INSUFFICIENT);
  *group.mutable_rose() = ShareFigure({rose, group.n()}, minimum_n);
  *group.mutable_fell() = ShareFigure({fell, group.n()}, minimum_n);
  *group.mutable_stayed() = ShareFigure({group.n() - rose - fell, group.n()}, minimum_n);
  for (const auto& [ranks, accounts] : transitions) {
    v1::LevelTransition* transition = group.add_transitions();
    transition->set_from_level(KeyOf(model, ranks.first));
    transition->set_to_level(KeyOf(model, ranks.second));
    transition->set_accounts(accounts);
    const int64_t started = starts[ranks.first];
    if (enough && started >= minimum_n) {
      transition->set_rate(static_cast<double>(accounts) / static_cast<double>(started));
    }
  }
  return group;
}

}  // namespace

std::vector<v1::GroupMovement> Movements(const v1::StageModel& model,
                                         absl::Span<const Movement> movements, int minimum_n) {
  std::map<std::string, Transitions> groups;
  for (const Movement& movement : movements) {
    ++groups[movement.group][{movement.from_rank, movement.to_rank}];
  }
  std::vector<v1::GroupMovement> result;
  for (const auto& [name, transitions] : groups) {
    result.push_back(
        GroupOf(model, name, transitions, minimum_n == 0 ? kDefaultMinimum : minimum_n));
  }
  return result;
}

}  // namespace banso::health
