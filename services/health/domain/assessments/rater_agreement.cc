#include "services/health/domain/assessments/rater_agreement.h"

#include <cstdlib>
#include <map>
#include <string>

#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "services/health/domain/estimates.h"

namespace banso::health {
namespace {

constexpr int kSteps = 5;

// A rater's latest judgement of each account.
using Latest = std::map<std::string, const v1::Assessment*>;

std::map<std::string, Latest> ByRater(const std::vector<v1::Assessment>& judgements) {
  std::map<std::string, Latest> raters;
  for (const v1::Assessment& judgement : judgements) {
    const v1::Assessment*& latest = raters[judgement.rater()][contract::Parent(judgement.name())];
    if (latest == nullptr ||
        calendar::ToTime(latest->assess_time()) <= calendar::ToTime(judgement.assess_time())) {
      latest = &judgement;
    }
  }
  return raters;
}

v1::RaterAgreement Compare(const Latest& a, const Latest& b) {
  v1::RaterAgreement agreement;
  std::vector<std::vector<double>> table(kSteps, std::vector<double>(kSteps));
  for (const auto& [account, first] : a) {
    const auto second = b.find(account);
    if (second == b.end()) continue;
    const int distance = std::abs(first->rating() - second->second->rating());
    agreement.set_accounts(agreement.accounts() + 1);
    agreement.set_same(agreement.same() + (distance == 0 ? 1 : 0));
    agreement.set_within_one_step(agreement.within_one_step() + (distance <= 1 ? 1 : 0));
    table[first->rating() - 1][second->second->rating() - 1] += 1;
  }
  for (const std::vector<double>& row : table) {
    for (const double count : row) agreement.add_table(static_cast<int64_t>(count));
  }
  *agreement.mutable_weighted_kappa() =
      KappaOf(table, statistics::KappaWeights::kQuadratic, agreement.accounts());
  return agreement;
}

}  // namespace

std::vector<v1::RaterAgreement> RaterAgreements(const std::vector<v1::Assessment>& judgements) {
  const std::map<std::string, Latest> raters = ByRater(judgements);
  std::vector<v1::RaterAgreement> agreements;
  for (auto a = raters.begin(); a != raters.end(); ++a) {
    for (auto b = std::next(a); b != raters.end(); ++b) {
      v1::RaterAgreement agreement = Compare(a->second, b->second);
      if (agreement.accounts() == 0) continue;
      agreement.set_rater_a(a->first);
      agreement.set_rater_b(b->first);
      agreements.push_back(std::move(agreement));
    }
  }
  return agreements;
}

}  // namespace banso::health
