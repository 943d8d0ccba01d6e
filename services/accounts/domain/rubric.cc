#include "services/accounts/domain/rubric.h"

#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/accounts/domain/role_play.h"

namespace banso::accounts {
namespace {

using v1::RolePlay;
using v1::RolePlayRating;
using v1::RolePlayRubric;

// What is summed up of one rater.
struct Rater {
  int64_t role_plays = 0;
  double scores = 0;
  int64_t shared = 0;
  double differences = 0;
};

void AddRatings(const RolePlay& role_play, std::map<std::string, Rater>* raters) {
  double all = 0;
  for (const RolePlayRating& rating : role_play.ratings()) all += MeanScore(rating, role_play);
  const int others = role_play.ratings_size() - 1;
  for (const RolePlayRating& rating : role_play.ratings()) {
    const double score = MeanScore(rating, role_play);
    Rater& rater = (*raters)[rating.rater()];
    ++rater.role_plays;
    rater.scores += score;
    if (others == 0) continue;
    ++rater.shared;
    rater.differences += score - (all - score) / others;
  }
}

}  // namespace

void CheckRubric(const RolePlayRubric& rubric, contract::Violations* violations) {
  if (rubric.name().find('@') != std::string::npos) {
    violations->Add("role_play_rubric.name", rubric.name(),
                    "a name without a revision: a save makes the next one", "NOT_ACCEPTED");
  }
  CheckItems(rubric.items(), "role_play_rubric", violations);
  CheckMinRaters(rubric.min_raters(), "role_play_rubric", violations);
}

void CheckLeftToRubric(const RolePlay& role_play, contract::Violations* violations) {
  const auto check = [&](bool is_said, const char* field) {
    if (!is_said) return;
    violations->Add(absl::StrCat("role_play.", field), "a value",
                    "nothing where `role_play.rubric` is named, which says it", "SAID_BY_RUBRIC");
  };
  check(!role_play.certification().empty(), "certification");
  check(!role_play.items().empty(), "items");
  check(role_play.pass_mark() != 0, "pass_mark");
  check(role_play.min_raters() != 0, "min_raters");
  check(role_play.has_valid_for(), "valid_for");
}

void Fill(const RolePlayRubric& rubric, RolePlay* role_play) {
  role_play->set_rubric(absl::StrCat(rubric.name(), "@", rubric.revision().number()));
  role_play->set_certification(rubric.certification());
  *role_play->mutable_items() = rubric.items();
  role_play->set_pass_mark(rubric.pass_mark());
  role_play->set_min_raters(rubric.min_raters());
  if (rubric.has_valid_for()) *role_play->mutable_valid_for() = rubric.valid_for();
}

v1::CompareRatersResponse CompareRaters(const std::vector<RolePlay>& role_plays) {
  v1::CompareRatersResponse response;
  std::map<std::string, Rater> raters;
  std::vector<std::vector<double>> units;
  for (const RolePlay& role_play : role_plays) {
    if (role_play.ratings().empty()) continue;
    response.set_role_plays(response.role_plays() + 1);
    AddRatings(role_play, &raters);
    const std::vector<std::vector<double>> items = ScoresByItem(role_play);
    units.insert(units.end(), items.begin(), items.end());
  }
  for (const auto& [name, rater] : raters) {
    v1::RaterComparison* comparison = response.add_raters();
    comparison->set_rater(name);
    comparison->set_role_plays(rater.role_plays);
    comparison->set_mean_score(rater.scores / static_cast<double>(rater.role_plays));
    comparison->set_shared_role_plays(rater.shared);
    if (rater.shared == 0) continue;
    comparison->set_mean_difference(rater.differences / static_cast<double>(rater.shared));
  }
  if (const auto alpha = KrippendorffAlpha(units)) response.set_agreement(*alpha);
  return response;
}

}  // namespace banso::accounts
