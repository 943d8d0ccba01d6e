#include "services/accounts/domain/role_play.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/calendar/business_days.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"

namespace banso::accounts {
namespace {

using v1::RolePlay;
using v1::RolePlayRating;

int MinRaters(const RolePlay& role_play) {
  return role_play.min_raters() == 0 ? 2 : role_play.min_raters();
}

double WeightOf(const v1::RolePlayItem& item) { return item.has_weight() ? item.weight() : 1; }

absl::Status CheckScores(const RolePlayRating& rating, const RolePlay& role_play) {
  contract::Violations violations;
  if (rating.rater() == contract::Ancestor(role_play.name(), "members")) {
    violations.Add("rating.rater", rating.rater(), "somebody else than the member who plays",
                   kReasonOwnRolePlay);
  }
  std::set<std::string> keys;
  for (const v1::RolePlayItem& item : role_play.items()) {
    keys.insert(item.key());
    if (!rating.scores().contains(item.key())) {
      violations.Add(absl::StrCat("rating.scores[", item.key(), "]"), "", "a score of 1 to 5",
                     "REQUIRED");
    }
  }
  for (const auto& [key, score] : rating.scores()) {
    const std::string path = absl::StrCat("rating.scores[", key, "]");
    if (!keys.contains(key)) {
      violations.Add(path, key, "an item of the role-play", "UNKNOWN_ITEM");
    } else if (score < 1 || score > 5) {
      violations.Add(path, absl::StrCat(score), "1 to 5", "OUT_OF_RANGE");
    }
  }
  return violations.ToStatus();
}

void Judge(RolePlay* role_play) {
  double sum = 0;
  for (const RolePlayRating& rating : role_play->ratings()) sum += MeanScore(rating, *role_play);
  const int raters = role_play->ratings_size();
  role_play->set_mean_score(sum / raters);
  role_play->clear_agreement();
  if (const auto alpha = KrippendorffAlpha(ScoresByItem(*role_play)))
    role_play->set_agreement(*alpha);
  if (raters < MinRaters(*role_play)) {
    role_play->set_state(v1::ROLE_PLAY_STATE_INCOMPLETE);
  } else {
    // What is equal but for rounding is at the mark.
    constexpr double kRounding = 1e-9;
    const bool passed = role_play->mean_score() >= role_play->pass_mark() - kRounding;
    role_play->set_state(passed ? v1::ROLE_PLAY_STATE_PASSED : v1::ROLE_PLAY_STATE_FAILED);
  }
}

}  // namespace

std::vector<std::vector<double>> ScoresByItem(const RolePlay& role_play) {
  std::vector<std::vector<double>> units;
  for (const v1::RolePlayItem& item : role_play.items()) {
    std::vector<double>& unit = units.emplace_back();
    for (const RolePlayRating& rating : role_play.ratings()) {
      unit.push_back(rating.scores().at(item.key()));
    }
  }
  return units;
}

double MeanScore(const RolePlayRating& rating, const RolePlay& role_play) {
  double sum = 0;
  double weights = 0;
  for (const v1::RolePlayItem& item : role_play.items()) {
    sum += WeightOf(item) * rating.scores().at(item.key());
    weights += WeightOf(item);
  }
  return sum / weights;
}

void CheckRolePlay(const RolePlay& role_play, contract::Violations* violations) {
  if (role_play.certification().empty()) {
    violations->Add("role_play.certification", "", "what passing it certifies, or a rubric",
                    "REQUIRED");
  }
  if (role_play.items().empty()) {
    violations->Add("role_play.items", "", "1 to 30 viewpoints, or a rubric", "REQUIRED");
  }
  if (role_play.pass_mark() < 1) {
    violations->Add("role_play.pass_mark", absl::StrCat(role_play.pass_mark()),
                    "1 to 5, or a rubric",
                    role_play.pass_mark() == 0 ? "REQUIRED" : "OUT_OF_RANGE");
  }
  CheckItems(role_play.items(), "role_play", violations);
  CheckMinRaters(role_play.min_raters(), "role_play", violations);
}

void CheckItems(const google::protobuf::RepeatedPtrField<v1::RolePlayItem>& items,
                absl::string_view field, contract::Violations* violations) {
  std::set<std::string> keys;
  for (int i = 0; i < items.size(); ++i) {
    if (keys.insert(items[i].key()).second) continue;
    violations->Add(absl::StrCat(field, ".items[", i, "].key"), items[i].key(), "each key once",
                    "DUPLICATE");
  }
}

void CheckMinRaters(int min_raters, absl::string_view field, contract::Violations* violations) {
  if (min_raters != 1) return;
  violations->Add(absl::StrCat(field, ".min_raters"), "1", "2 to 10, or 0 for 2", "OUT_OF_RANGE");
}

absl::Status CheckNotDecided(const RolePlay& role_play) {
  if (role_play.state() == v1::ROLE_PLAY_STATE_INCOMPLETE) return absl::OkStatus();
  return contract::FailedPrecondition(kReasonRolePlayDecided, role_play.name(),
                                      "the role-play is decided", "Create another one");
}

absl::Status Rate(const RolePlayRating& rating, const std::string& actor, absl::Time now,
                  RolePlay* role_play) {
  BANSO_RETURN_IF_ERROR(CheckNotDecided(*role_play));
  BANSO_RETURN_IF_ERROR(CheckScores(rating, *role_play));
  auto* ratings = role_play->mutable_ratings();
  auto mine = std::find_if(ratings->begin(), ratings->end(), [&](const RolePlayRating& known) {
    return known.rater() == rating.rater();
  });
  if (mine == ratings->end()) {
    ratings->Add();
    mine = ratings->end() - 1;
  }
  *mine = rating;
  *mine->mutable_rate_time() = calendar::ToTimestamp(now);
  mine->set_recorded_by(actor);
  Judge(role_play);
  return absl::OkStatus();
}

void Certify(const RolePlay& role_play, v1::Member* member) {
  auto* held = member->mutable_certifications();
  held->erase(std::remove_if(held->begin(), held->end(),
                             [&](const v1::Certification& certification) {
                               return certification.certification() == role_play.certification();
                             }),
              held->end());
  v1::Certification& certification = *held->Add();
  certification.set_certification(role_play.certification());
  certification.set_role_play(role_play.name());
  *certification.mutable_start_date() = role_play.date();
  if (role_play.has_valid_for()) {
    *certification.mutable_end_date() = calendar::ToDate(calendar::Add(
        calendar::ToDay(role_play.date()), role_play.valid_for(), calendar::Calendar::Japan()));
  }
}

std::optional<double> KrippendorffAlpha(const std::vector<std::vector<double>>& units) {
  double n = 0;
  double sum = 0;
  double squares = 0;
  double observed = 0;
  for (const std::vector<double>& unit : units) {
    const auto size = static_cast<double>(unit.size());
    if (size < 2) continue;
    double unit_sum = 0;
    double unit_squares = 0;
    for (const double value : unit) {
      unit_sum += value;
      unit_squares += value * value;
    }
    observed += 2 * (size * unit_squares - unit_sum * unit_sum) / (size - 1);
    n += size;
    sum += unit_sum;
    squares += unit_squares;
  }
  const double differences = 2 * (n * squares - sum * sum);
  if (n == 0 || differences == 0) return std::nullopt;
  return 1 - (observed / n) / (differences / (n * (n - 1)));
}

}  // namespace banso::accounts
