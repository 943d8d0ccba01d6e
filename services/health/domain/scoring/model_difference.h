#ifndef BANSO_SERVICES_HEALTH_DOMAIN_SCORING_MODEL_DIFFERENCE_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_SCORING_MODEL_DIFFERENCE_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "banso/health/v1/score.pb.h"
#include "banso/health/v1/scoring_service.pb.h"

namespace banso::health {

// Collects what two models say of the same accounts, in bounded memory: counts, and the accounts
// with the largest change.
class ModelDifference {
 public:
  // Names at most `max_accounts` accounts.
  explicit ModelDifference(int max_accounts) : max_accounts_(max_accounts) {}

  // Adds an account's scores by the baseline and by the model in question. Overrides play no part.
  void Add(const v1::Score& before, const v1::Score& after);

  // Everything but the time.
  v1::ScoreModelDifference Finish() const;

 private:
  struct Entry {
    // How far the account moves; a changed band without two values comes first.
    double size = 0;
    v1::AccountDifference difference;
  };

  void Keep(Entry entry);

  int max_accounts_;
  int64_t accounts_ = 0;
  int64_t moved_ = 0;
  int64_t with_both_ = 0;
  double sum_of_changes_ = 0;
  std::map<std::pair<std::string, std::string>, int64_t> moves_;
  // A heap with the smallest change on top.
  std::vector<Entry> largest_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_SCORING_MODEL_DIFFERENCE_H_
