#include "services/health/domain/assessments/rater_agreement.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>

#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "services/health/domain/estimates.h"

namespace banso::health {
namespace {

constexpr int kSteps = 5;

// A rater's judgements of each account.
using Judgements = std::map<std::string, std::vector<const v1::Assessment*>>;

std::map<std::string, Judgements> ByRater(const std::vector<v1::Assessment>& judgements) {
  std::map<std::string, Judgements> raters;
  for (const v1::Assessment& judgement : judgements) {
    raters[judgement.rater()][contract::Parent(judgement.name())].push_back(&judgement);
  }
  return raters;
}

absl::Time TimeOf(const v1::Assessment* judgement) {
  return calendar::ToTime(judgement->assess_time());
}

// Two raters' judgements of one account.
struct Pair {
  const v1::Assessment* a = nullptr;
  const v1::Assessment* b = nullptr;

  absl::Time earlier() const { return std::min(TimeOf(a), TimeOf(b)); }
  absl::Duration apart() const { return absl::AbsDuration(TimeOf(a) - TimeOf(b)); }
};

std::optional<Pair> PairOf(const std::vector<const v1::Assessment*>& of_a,
                           const std::vector<const v1::Assessment*>& of_b, absl::Duration within) {
  std::optional<Pair> best;
  for (const v1::Assessment* a : of_a) {
    for (const v1::Assessment* b : of_b) {
      const Pair pair{a, b};
      if (pair.apart() > within) continue;
      const bool better = !best.has_value() || pair.earlier() > best->earlier() ||
                          (pair.earlier() == best->earlier() && pair.apart() < best->apart());
      if (better) best = pair;
    }
  }
  return best;
}

v1::RaterAgreement Compare(const Judgements& a, const Judgements& b, absl::Duration within) {
  v1::RaterAgreement agreement;
  std::vector<std::vector<double>> table(kSteps, std::vector<double>(kSteps));
  for (const auto& [account, of_a] : a) {
    const auto of_b = b.find(account);
    if (of_b == b.end()) continue;
    const std::optional<Pair> pair = PairOf(of_a, of_b->second, within);
    if (!pair.has_value()) continue;
    const int distance = std::abs(pair->a->rating() - pair->b->rating());
    agreement.set_accounts(agreement.accounts() + 1);
    agreement.set_same(agreement.same() + (distance == 0 ? 1 : 0));
    agreement.set_within_one_step(agreement.within_one_step() + (distance <= 1 ? 1 : 0));
    table[pair->a->rating() - 1][pair->b->rating() - 1] += 1;
  }
  for (const std::vector<double>& row : table) {
    for (const double count : row) agreement.add_table(static_cast<int64_t>(count));
  }
  *agreement.mutable_weighted_kappa() =
      KappaOf(table, statistics::KappaWeights::kQuadratic, agreement.accounts());
  return agreement;
}

}  // namespace

std::vector<v1::RaterAgreement> RaterAgreements(const std::vector<v1::Assessment>& judgements,
                                                absl::Duration within) {
  const std::map<std::string, Judgements> raters = ByRater(judgements);
  std::vector<v1::RaterAgreement> agreements;
  for (auto a = raters.begin(); a != raters.end(); ++a) {
    for (auto b = std::next(a); b != raters.end(); ++b) {
      v1::RaterAgreement agreement = Compare(a->second, b->second, within);
      if (agreement.accounts() == 0) continue;
      agreement.set_rater_a(a->first);
      agreement.set_rater_b(b->first);
      agreements.push_back(std::move(agreement));
    }
  }
  return agreements;
}

}  // namespace banso::health
