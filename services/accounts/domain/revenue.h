#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_REVENUE_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_REVENUE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/contract.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/accounts/v1/reports_service.pb.h"

// What becomes of the recurring revenue: net and gross retention from the ledger of contracts.
namespace banso::accounts {

// Adds up contracts and deals of a period. Contracts and deals may come in any order, accounts
// after them.
class RevenueSummary {
 public:
  explicit RevenueSummary(const v1::SummarizeRevenueRequest& request);

  // A contract of an account. One of a customer that was lost ends with that (LastDay).
  void AddContract(const v1::Contract& contract);
  void AddDeal(const v1::Deal& deal);

  // An account, once all contracts and deals have been added. Those of which nothing was added do
  // not count.
  void AddAccount(const v1::Account& account);

  // The rows by value, and the total.
  v1::SummarizeRevenueResponse Result() const;

 private:
  // An amount per month from a day to a day, inclusive.
  struct Charge {
    absl::CivilDay start;
    std::optional<absl::CivilDay> end;
    int64_t amount = 0;
  };
  struct Sale {
    absl::CivilDay day;
    int64_t amount = 0;
  };
  struct Ledger {
    std::vector<Charge> charges;
    std::vector<Sale> sales;
    std::optional<absl::CivilDay> first_contract;
    // The first contract day that won deals tell, where no contract is recorded.
    std::optional<absl::CivilDay> first_sold;
    int64_t tossed_up = 0;
    int64_t tossed_up_won = 0;
  };
  struct Sum {
    int64_t opening_accounts = 0;
    int64_t opening = 0;
    int64_t new_business = 0;
    int64_t expansion = 0;
    int64_t contraction = 0;
    int64_t churned = 0;
    int64_t closing = 0;
    int64_t churned_accounts = 0;
    int64_t sold_before = 0;
    int64_t sold_after = 0;
    int64_t tossed_up = 0;
    int64_t tossed_up_won = 0;
  };

  bool InPeriod(absl::CivilDay day) const { return first_day_ <= day && day <= last_day_; }
  static int64_t PaidOn(const Ledger& ledger, absl::CivilDay day);
  std::string ValueOf(const v1::Account& account, const Ledger& ledger) const;
  void AddTo(const Ledger& ledger, Sum* sum) const;
  v1::RevenueRow RowOf(const std::string& value, const Sum& sum) const;

  const v1::SummarizeRevenueRequest& request_;
  const absl::CivilDay first_day_;
  const absl::CivilDay last_day_;
  // By account.
  std::map<std::string, Ledger> ledgers_;
  std::map<std::string, Sum> rows_;
  Sum total_;
  int64_t without_amount_ = 0;
  int64_t other_currency_ = 0;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_REVENUE_H_
