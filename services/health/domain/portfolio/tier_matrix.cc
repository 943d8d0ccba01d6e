#include "services/health/domain/portfolio/tier_matrix.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace banso::health {
namespace {

using contract::Violations;

template <typename List>
bool Has(const List& list, absl::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// The tiers that make rows, of what is and what was; the one without tier is last, and there only
// when it is needed.
std::vector<std::string> RowsOf(const std::optional<v1::MatrixPolicy>& policy,
                                const Classified& accounts, const Classified& before) {
  std::set<std::string> occurring;
  for (const Classified* some : {&accounts, &before}) {
    for (const auto& [name, account] : *some) occurring.insert(account.tier);
  }
  std::vector<std::string> rows;
  bool others = false;
  if (policy.has_value()) {
    rows.assign(policy->tiers().begin(), policy->tiers().end());
    others = std::any_of(occurring.begin(), occurring.end(),
                         [&](const std::string& tier) { return !Has(rows, tier); });
  } else {
    others = occurring.erase("") > 0;
    rows.assign(occurring.begin(), occurring.end());
  }
  if (others || rows.empty()) rows.emplace_back();
  return rows;
}

// The class as rows and columns have it.
std::pair<std::string, std::string> ClassOf(const ClassifiedAccount& account,
                                            const v1::GetTierMatrixResponse& matrix) {
  return {Has(matrix.tiers(), account.tier) ? account.tier : "",
          Has(matrix.bands(), account.band) ? account.band : ""};
}

void AddAccount(const ClassifiedAccount& account, v1::MatrixCell& cell) {
  cell.set_accounts(cell.accounts() + 1);
  if (!account.revenue.has_value()) {
    cell.set_without_revenue(cell.without_revenue() + 1);
    return;
  }
  for (type::v1::Money& sum : *cell.mutable_revenue()) {
    if (sum.currency() != account.currency) continue;
    sum.set_minor_units(sum.minor_units() + *account.revenue);
    return;
  }
  type::v1::Money* sum = cell.add_revenue();
  sum->set_currency(account.currency);
  sum->set_minor_units(*account.revenue);
}

}  // namespace

void CheckMatrixPolicy(const v1::MatrixPolicy& policy, const std::vector<std::string>& bands,
                       absl::string_view field_path, Violations* violations) {
  std::set<std::string> tiers;
  for (int i = 0; i < policy.tiers_size(); ++i) {
    const std::string path = absl::StrCat(field_path, ".tiers[", i, "]");
    if (policy.tiers(i).empty()) violations->Add(path, "", "a tier", "REQUIRED");
    if (!tiers.insert(policy.tiers(i)).second) {
      violations->Add(path, policy.tiers(i), "a tier that is not listed before", "DUPLICATE");
    }
  }
  for (int i = 0; i < policy.actions_size(); ++i) {
    const v1::CellAction& action = policy.actions(i);
    const std::string path = absl::StrCat(field_path, ".actions[", i, "]");
    if (!action.tier().empty() && !tiers.contains(action.tier())) {
      violations->Add(absl::StrCat(path, ".tier"), action.tier(), "one of the policy's tiers",
                      "NOT_ACCEPTED");
    }
    if (!bands.empty() && !action.band().empty() && !Has(bands, action.band())) {
      violations->Add(absl::StrCat(path, ".band"), action.band(),
                      absl::StrCat("one of the bands of ", policy.score_model(), ": ",
                                   absl::StrJoin(bands, ", ")),
                      "NOT_ACCEPTED");
    }
  }
}

std::string ActionFor(const v1::MatrixPolicy& policy, absl::string_view tier,
                      absl::string_view band) {
  const v1::CellAction* best = nullptr;
  int best_fit = -1;
  for (const v1::CellAction& action : policy.actions()) {
    if (!action.tier().empty() && action.tier() != tier) continue;
    if (!action.band().empty() && action.band() != band) continue;
    const int fit = (action.tier().empty() ? 0 : 2) + (action.band().empty() ? 0 : 1);
    if (fit <= best_fit) continue;
    best = &action;
    best_fit = fit;
  }
  return best == nullptr ? "" : best->action();
}

v1::GetTierMatrixResponse MakeMatrix(const std::optional<v1::MatrixPolicy>& policy,
                                     const v1::ScoreModel& model, Classified accounts,
                                     const Classified& before) {
  v1::GetTierMatrixResponse matrix;
  if (policy.has_value() && policy->tiers().empty()) {
    for (auto& entry : accounts) entry.second.tier.clear();
  }
  for (std::string& tier : RowsOf(policy, accounts, before)) matrix.add_tiers(std::move(tier));
  for (const v1::Band& band : model.bands()) matrix.add_bands(band.key());
  matrix.add_bands("");
  std::map<std::pair<std::string, std::string>, int> places;
  for (const std::string& tier : matrix.tiers()) {
    for (const std::string& band : matrix.bands()) {
      places[{tier, band}] = matrix.cells_size();
      v1::MatrixCell* cell = matrix.add_cells();
      cell->set_tier(tier);
      cell->set_band(band);
      if (policy.has_value()) cell->set_action(ActionFor(*policy, tier, band));
    }
  }
  for (const auto& [name, account] : accounts) {
    AddAccount(account, *matrix.mutable_cells(places.at(ClassOf(account, matrix))));
  }
  matrix.set_active_accounts(static_cast<int64_t>(accounts.size()));
  return matrix;
}

void AddMoves(const Classified& before, const Classified& after,
              v1::GetTierMatrixResponse& matrix) {
  const auto class_in = [&](const Classified& accounts, const std::string& name) {
    const auto found = accounts.find(name);
    return found == accounts.end() ? std::nullopt : std::optional(ClassOf(found->second, matrix));
  };
  std::set<std::string> names;
  for (const auto& [name, account] : before) names.insert(name);
  for (const auto& [name, account] : after) names.insert(name);
  // In the order of rows and columns.
  const auto place = [&](const std::optional<std::pair<std::string, std::string>>& cell) {
    if (!cell.has_value()) return std::pair(-1L, -1L);
    return std::pair<long, long>(
        std::find(matrix.tiers().begin(), matrix.tiers().end(), cell->first) -
            matrix.tiers().begin(),
        std::find(matrix.bands().begin(), matrix.bands().end(), cell->second) -
            matrix.bands().begin());
  };
  std::map<std::pair<std::pair<long, long>, std::pair<long, long>>, v1::MatrixMove> moves;
  for (const std::string& name : names) {
    const auto from = class_in(before, name);
    const auto to = class_in(after, name);
    if (from == to) continue;
    v1::MatrixMove& move = moves[{place(from), place(to)}];
    move.set_entered(!from.has_value());
    move.set_left(!to.has_value());
    if (from.has_value()) std::tie(*move.mutable_from_tier(), *move.mutable_from_band()) = *from;
    if (to.has_value()) std::tie(*move.mutable_to_tier(), *move.mutable_to_band()) = *to;
    move.set_accounts(move.accounts() + 1);
  }
  for (auto& [key, move] : moves) *matrix.add_moves() = std::move(move);
}

}  // namespace banso::health
