#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_SALES_SUMMARY_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_SALES_SUMMARY_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "banso/accounts/v1/acceptance.pb.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/accounts/v1/voice.pb.h"
#include "banso/accounts/v1/voice_service.pb.h"

namespace banso::accounts {

// A won deal with what came of it.
struct SoldDeal {
  v1::Deal deal;
  v1::Account account;
  // What was answered when sales asked about it; UNSPECIFIED when it did not ask.
  v1::IntakeVerdict verdict = v1::INTAKE_VERDICT_UNSPECIFIED;
  std::vector<v1::Voice> voices;
};

// The values of a deal on a dimension: the products are several, anything else is one; empty where
// it is not known.
std::vector<std::string> ValuesOf(const SoldDeal& sold, v1::SalesDimension dimension);

// Adds up deals by value. A deal counts once in each row and once in the total.
class SalesSummary {
 public:
  void Add(const std::vector<std::string>& values, const SoldDeal& sold);

  // The rows by value, and the total.
  v1::SummarizeSalesResponse Result() const;

 private:
  struct Sum {
    int64_t deals = 0;
    std::map<std::string, int64_t> amounts;
    // Accounts, and of the lost ones why.
    std::set<std::string> accounts;
    std::map<std::string, v1::ChurnReason> lost;
    int64_t complaints = 0;
    int64_t praise = 0;
    std::map<std::string, int64_t> faults;

    void Add(const SoldDeal& sold);
    v1::SalesRow Row(const std::string& value) const;
  };

  std::map<std::string, Sum> rows_;
  Sum total_;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_SALES_SUMMARY_H_
