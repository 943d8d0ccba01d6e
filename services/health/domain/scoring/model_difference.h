#ifndef BANSO_SERVICES_HEALTH_DOMAIN_SCORING_MODEL_DIFFERENCE_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_SCORING_MODEL_DIFFERENCE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "banso/health/v1/score.pb.h"
#include "banso/health/v1/scoring_service.pb.h"

namespace banso::health {

// What a model says of an account, as far as differences go.
struct JudgedAccount {
  v1::ScoreState state = v1::SCORE_STATE_UNSPECIFIED;
  std::optional<double> value;
  // The key of the computed band; empty for none.
  absl::string_view band;
};

// What the measures of a score add to its value, by key.
using MeasureAmounts = std::vector<std::pair<absl::string_view, double>>;

// `users +4.5, idle -2`: the measures whose amounts differ most, the largest difference first;
// empty when none do.
std::string DifferenceText(const MeasureAmounts& before, const MeasureAmounts& after);

// Collects what two models say of the same accounts, in bounded memory: counts, and the accounts
// with the largest change. Overrides play no part.
class ModelDifference {
 public:
  // Names at most `max_accounts` accounts.
  explicit ModelDifference(int max_accounts) : max_accounts_(max_accounts) {}

  // Adds an account's scores by the baseline and by the model in question. `because` says in words
  // why they differ; it is only asked about an account that may be named.
  void Add(absl::string_view account, const JudgedAccount& before, const JudgedAccount& after,
           absl::FunctionRef<std::string()> because);
  // The same for whole scores.
  void Add(const v1::Score& before, const v1::Score& after);

  // Adds an account's score by the model in question where there is no baseline: it moves when it
  // gets a band.
  void AddFirst(absl::string_view account, const JudgedAccount& judged,
                absl::FunctionRef<std::string()> because);
  void AddFirst(const v1::Score& score);

  // Adds what was collected of other accounts.
  void Merge(ModelDifference other);

  // Everything but the time.
  v1::ScoreModelDifference Finish() const;

 private:
  struct Entry {
    // How far the account moves; a changed band without two values comes first.
    double size = 0;
    v1::AccountDifference difference;
  };
  struct LessBands {
    using is_transparent = void;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      const int order = absl::string_view(a.first).compare(b.first);
      return order != 0 ? order < 0 : absl::string_view(a.second).compare(b.second) < 0;
    }
  };
  using Bands = std::pair<std::string, std::string>;

  static bool IsNamedBefore(const Entry& entry, double size, absl::string_view account);
  // Whether an account with this change would be among those that are named so far.
  bool IsWanted(double size, absl::string_view account) const;
  void Keep(Entry entry);
  void Count(absl::string_view from, absl::string_view to, int64_t accounts);

  int max_accounts_;
  int64_t accounts_ = 0;
  int64_t moved_ = 0;
  int64_t with_both_ = 0;
  double sum_of_changes_ = 0;
  std::map<Bands, int64_t, LessBands> moves_;
  // A heap with the one to be named last on top.
  std::vector<Entry> largest_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_SCORING_MODEL_DIFFERENCE_H_
