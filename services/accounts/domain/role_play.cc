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

double MeanOf(const RolePlayRating& rating, const RolePlay& role_play) {
  double sum = 0;
  double weights = 0;
  for (const v1::RolePlayItem& item : role_play.items()) {
    sum += WeightOf(item) * rating.scores().at(item.key());
    weights += WeightOf(item);
  }
  return sum / weights;
}

void Judge(RolePlay* role_play) {
  double sum = 0;
  std::vector<std::vector<double>> scores;
  for (const RolePlayRating& rating : role_play->ratings()) {
    sum += MeanOf(rating, *role_play);
    std::vector<double>& row = scores.emplace_back();
    for (const v1::RolePlayItem& item : role_play->items()) {
      row.push_back(rating.scores().at(item.key()));
    }
  }
  const int raters = role_play->ratings_size();
  role_play->set_mean_score(sum / raters);
  role_play->clear_agreement();
  if (const auto alpha = KrippendorffAlpha(scores)) role_play->set_agreement(*alpha);
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

void CheckRolePlay(const RolePlay& role_play, contract::Violations* violations) {
  std::set<std::string> keys;
  for (int i = 0; i < role_play.items_size(); ++i) {
    if (!keys.insert(role_play.items(i).key()).second) {
      violations->Add(absl::StrCat("role_play.items[", i, "].key"), role_play.items(i).key(),
                      "each key once", "DUPLICATE");
    }
  }
  if (role_play.min_raters() == 1) {
    violations->Add("role_play.min_raters", "1", "2 to 10, or 0 for 2", "OUT_OF_RANGE");
  }
}

absl::Status Rate(const RolePlayRating& rating, const std::string& actor, absl::Time now,
                  RolePlay* role_play) {
  if (role_play->state() != v1::ROLE_PLAY_STATE_INCOMPLETE) {
    return contract::FailedPrecondition(kReasonRolePlayDecided, role_play->name(),
                                        "the role-play is decided", "Create another one");
  }
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

std::optional<double> KrippendorffAlpha(const std::vector<std::vector<double>>& scores) {
  const size_t raters = scores.size();
  if (raters < 2) return std::nullopt;
  const size_t items = scores[0].size();
  std::vector<double> all;
  double observed = 0;
  for (size_t item = 0; item < items; ++item) {
    for (size_t a = 0; a < raters; ++a) {
      all.push_back(scores[a][item]);
      for (size_t b = 0; b < raters; ++b) {
        const double difference = scores[a][item] - scores[b][item];
        observed += difference * difference / static_cast<double>(raters - 1);
      }
    }
  }
  const auto n = static_cast<double>(all.size());
  observed /= n;
  double expected = 0;
  for (const double a : all) {
    for (const double b : all) expected += (a - b) * (a - b) / (n * (n - 1));
  }
  if (expected == 0) return std::nullopt;
  return 1 - observed / expected;
}

}  // namespace banso::accounts
