#ifndef BANSO_SERVICES_KICKOFF_API_ACCOUNTS_CLIENT_H_
#define BANSO_SERVICES_KICKOFF_API_ACCOUNTS_CLIENT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/onboardings_service.pb.h"
#include "banso/accounts/v1/stakeholder.pb.h"
#include "common/contract/call.h"
#include "common/rule/catalog.h"
#include "common/rule/evaluate.h"
#include "common/server/client.h"

namespace banso::kickoff {

// What kickoff asks of accounts. An interface, so that handlers can be tested without accounts.
class AccountsClient {
 public:
  virtual ~AccountsClient() = default;
  virtual absl::StatusOr<accounts::v1::Account> GetAccount(const Call& call,
                                                           const std::string& name) = 0;
  virtual absl::StatusOr<accounts::v1::Onboarding> GetOnboarding(const Call& call,
                                                                 const std::string& name) = 0;
  virtual absl::StatusOr<accounts::v1::Stakeholder> GetStakeholder(const Call& call,
                                                                   const std::string& name) = 0;
  virtual absl::Status RecordClock(const Call& call,
                                   const accounts::v1::RecordClockRequest& request) = 0;
  // The facts that rules of templates may read.
  virtual absl::StatusOr<rule::FactCatalog> Catalog(const Call& call) = 0;
  // Reads account and onboarding facts.
  virtual absl::StatusOr<rule::Readings> Read(const Call& call,
                                              const std::vector<rule::FactRead>& reads,
                                              const rule::Moment& moment) = 0;
};

// Asks the accounts service.
class RemoteAccounts : public AccountsClient {
 public:
  explicit RemoteAccounts(server::Peers& peers) : peers_(peers) {}

  absl::StatusOr<accounts::v1::Account> GetAccount(const Call& call,
                                                   const std::string& name) override;
  absl::StatusOr<accounts::v1::Onboarding> GetOnboarding(const Call& call,
                                                         const std::string& name) override;
  absl::StatusOr<accounts::v1::Stakeholder> GetStakeholder(const Call& call,
                                                           const std::string& name) override;
  absl::Status RecordClock(const Call& call,
                           const accounts::v1::RecordClockRequest& request) override;
  absl::StatusOr<rule::FactCatalog> Catalog(const Call& call) override;
  absl::StatusOr<rule::Readings> Read(const Call& call, const std::vector<rule::FactRead>& reads,
                                      const rule::Moment& moment) override;

 private:
  server::Peers& peers_;
};

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_API_ACCOUNTS_CLIENT_H_
