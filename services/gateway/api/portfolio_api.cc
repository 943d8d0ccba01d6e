#include "services/gateway/api/portfolio_api.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/accounts/v1/onboardings_service.pb.h"
#include "banso/health/v1/health_service.pb.h"
#include "banso/health/v1/success_service.pb.h"
#include "banso/kickoff/v1/kickoff_service.pb.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "services/gateway/api/parts.h"
#include "services/gateway/domain/portfolio.h"

namespace banso::gateway {
namespace {

constexpr int kDefaultPageSize = 50;
constexpr int kMaxPageSize = 200;
// Of the time that is left: for the accounts, for the lists of all, and for those by account.
constexpr double kAccountsShare = 0.3;
constexpr double kListsShare = 0.5;
constexpr double kByAccountShare = 0.8;
// Questions by account that are under way at a time.
constexpr size_t kWindow = 64;

using PartsByAccount = std::map<std::string, AccountParts>;

absl::StatusOr<accounts::v1::ListAccountsResponse> ListAccounts(
    server::Peers& peers, const Call& call, const v1::ListPortfolioRequest& request) {
  accounts::v1::ListAccountsRequest list;
  list.set_page_size(request.page_size() == 0 ? kDefaultPageSize
                                              : std::min(request.page_size(), kMaxPageSize));
  list.set_page_token(request.page_token());
  list.set_owner(request.owner());
  *list.mutable_lifecycle_stages() = request.lifecycle_stages();
  return peers.accounts()
      .Call<accounts::v1::ListAccountsRequest, accounts::v1::ListAccountsResponse>(
          PartOf(call, kAccountsShare), absl::StrCat(kAccountsService, "/ListAccounts"), list);
}

// One kind of thing that is listed for the accounts of a page: first for all accounts at once; if
// that does not fit into a page, for each of them.
template <typename Request, typename Response>
class Listing {
 public:
  // `below` is what follows the account in a parent, such as `/onboardings/-`; `part` its name
  // among the missing parts; `take` puts an answer's items into the accounts' parts.
  Listing(server::Peer& peer, absl::string_view service, absl::string_view method,
          absl::string_view below, absl::string_view part,
          void (*take)(Response& response, PartsByAccount* accounts))
      : peer_(peer), service_(service), method_(method), below_(below), part_(part), take_(take) {}

  void Start(const Call& call) { all_.emplace(peer_, call, service_, method_, Of("accounts/-")); }

  // Returns false when what was asked is not told.
  bool Fill(const Call& call, PartsByAccount* accounts, MissingParts* missing) {
    std::optional<Response> all = all_->Take(part_, missing);
    if (!all.has_value()) return false;
    if (!all->next_page_token().empty()) return FillByAccount(call, accounts, missing);
    take_(*all, accounts);
    return true;
  }

 private:
  Request Of(absl::string_view account) const {
    Request request;
    request.set_parent(absl::StrCat(account, below_));
    request.set_page_size(kFullPage);
    return request;
  }

  bool FillByAccount(const Call& call, PartsByAccount* accounts, MissingParts* missing) {
    const Call part = PartOf(call, kByAccountShare);
    bool told = true;
    std::deque<Ask<Response>> window;
    const auto take_first = [&] {
      std::optional<Response> response = window.front().Take(part_, missing);
      window.pop_front();
      if (response.has_value()) {
        take_(*response, accounts);
      } else {
        told = false;
      }
    };
    for (const auto& [account, parts] : *accounts) {
      if (window.size() == kWindow) take_first();
      window.emplace_back(peer_, part, service_, method_, Of(account));
    }
    while (!window.empty()) take_first();
    return told;
  }

  server::Peer& peer_;
  const std::string service_;
  const std::string method_;
  const std::string below_;
  const std::string part_;
  void (*const take_)(Response&, PartsByAccount*);
  std::optional<Ask<Response>> all_;
};

// Moves each item to the account to which `name_of` says that it belongs, if that is on the page.
template <typename Items, typename NameOf, typename Item>
void Distribute(Items* items, NameOf name_of, std::vector<Item> AccountParts::*to,
                PartsByAccount* accounts) {
  for (Item& item : *items) {
    const auto it = accounts->find(contract::Ancestor(name_of(item), "accounts"));
    if (it != accounts->end()) (it->second.*to).push_back(std::move(item));
  }
}

const auto kByName = [](const auto& item) -> const std::string& { return item.name(); };

void TakeOnboardings(accounts::v1::ListOnboardingsResponse& response, PartsByAccount* accounts) {
  Distribute(response.mutable_onboardings(), kByName, &AccountParts::onboardings, accounts);
}

void TakePlans(kickoff::v1::ListPlansResponse& response, PartsByAccount* accounts) {
  Distribute(response.mutable_plans(), kByName, &AccountParts::plans, accounts);
}

void TakeNextActions(kickoff::v1::ListNextActionsResponse& response, PartsByAccount* accounts) {
  Distribute(
      response.mutable_next_actions(),
      [](const kickoff::v1::NextAction& action) -> const std::string& {
        return action.onboarding();
      },
      &AccountParts::next_actions, accounts);
}

void TakeScores(health::v1::ListScoresResponse& response, PartsByAccount* accounts) {
  Distribute(response.mutable_scores(), kByName, &AccountParts::scores, accounts);
}

void TakeLabels(health::v1::ListSuccessLabelsResponse& response, PartsByAccount* accounts) {
  Distribute(response.mutable_success_labels(), kByName, &AccountParts::success_labels, accounts);
}

// Asks everything about `accounts`.
void FillParts(server::Peers& peers, const Call& call, PartsByAccount* accounts,
               MissingParts* missing) {
  constexpr char kOnboardings[] = "/onboardings/-";
  Listing<accounts::v1::ListOnboardingsRequest, accounts::v1::ListOnboardingsResponse> onboardings(
      peers.accounts(), kOnboardingsService, "ListOnboardings", "", "onboardings",
      &TakeOnboardings);
  Listing<kickoff::v1::ListPlansRequest, kickoff::v1::ListPlansResponse> plans(
      peers.kickoff(), kKickoffService, "ListPlans", kOnboardings, "plans", &TakePlans);
  Listing<kickoff::v1::ListNextActionsRequest, kickoff::v1::ListNextActionsResponse> actions(
      peers.kickoff(), kKickoffService, "ListNextActions", kOnboardings, "next_actions",
      &TakeNextActions);
  Listing<health::v1::ListScoresRequest, health::v1::ListScoresResponse> scores(
      peers.health(), kHealthService, "ListScores", "", "scores", &TakeScores);
  Listing<health::v1::ListSuccessLabelsRequest, health::v1::ListSuccessLabelsResponse> labels(
      peers.health(), kSuccessService, "ListSuccessLabels", kOnboardings, "success_labels",
      &TakeLabels);
  const Call first = PartOf(call, kListsShare);
  onboardings.Start(first);
  plans.Start(first);
  actions.Start(first);
  scores.Start(first);
  labels.Start(first);
  onboardings.Fill(call, accounts, missing);
  plans.Fill(call, accounts, missing);
  const bool actions_known = actions.Fill(call, accounts, missing);
  scores.Fill(call, accounts, missing);
  labels.Fill(call, accounts, missing);
  for (auto& [name, parts] : *accounts) parts.next_actions_known = actions_known;
}

}  // namespace

absl::StatusOr<v1::ListPortfolioResponse> ListPortfolio(server::Peers& peers, const Call& call,
                                                        const v1::ListPortfolioRequest& request) {
  BANSO_ASSIGN_OR_RETURN(const accounts::v1::ListAccountsResponse page,
                         ListAccounts(peers, call, request));
  PartsByAccount accounts;
  for (const accounts::v1::Account& account : page.accounts()) {
    accounts[account.name()].account = account;
  }
  MissingParts missing;
  if (!accounts.empty()) FillParts(peers, call, &accounts, &missing);
  v1::ListPortfolioResponse response;
  for (const accounts::v1::Account& account : page.accounts()) {
    *response.add_rows() = RowOf(accounts[account.name()], call.now);
  }
  response.set_next_page_token(page.next_page_token());
  response.mutable_missing()->Assign(missing.list().begin(), missing.list().end());
  return response;
}

}  // namespace banso::gateway
