#include "services/kickoff/api/accounts_client.h"

#include <utility>
#include <vector>

#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/accounts/v1/people_service.pb.h"
#include "common/server/remote_facts.h"
#include "common/status_macros.h"

namespace banso::kickoff {
namespace {

using accounts::v1::Account;
using accounts::v1::Onboarding;
using accounts::v1::Stakeholder;

// Gets a resource by name.
template <typename Request, typename Resource>
absl::StatusOr<Resource> Get(server::Peer& peer, const Call& call, absl::string_view method,
                             const std::string& name) {
  Request request;
  request.set_name(name);
  return peer.Call<Request, Resource>(call, method, request);
}

}  // namespace

absl::StatusOr<Account> RemoteAccounts::GetAccount(const Call& call, const std::string& name) {
  return Get<accounts::v1::GetAccountRequest, Account>(
      peers_.accounts(), call, "banso.accounts.v1.AccountsService/GetAccount", name);
}

absl::StatusOr<Onboarding> RemoteAccounts::GetOnboarding(const Call& call,
                                                         const std::string& name) {
  return Get<accounts::v1::GetOnboardingRequest, Onboarding>(
      peers_.accounts(), call, "banso.accounts.v1.OnboardingsService/GetOnboarding", name);
}

absl::StatusOr<Stakeholder> RemoteAccounts::GetStakeholder(const Call& call,
                                                           const std::string& name) {
  return Get<accounts::v1::GetStakeholderRequest, Stakeholder>(
      peers_.accounts(), call, "banso.accounts.v1.PeopleService/GetStakeholder", name);
}

absl::Status RemoteAccounts::RecordClock(const Call& call,
                                         const accounts::v1::RecordClockRequest& request) {
  return peers_.accounts()
      .Call<accounts::v1::RecordClockRequest, Onboarding>(
          call, "banso.accounts.v1.OnboardingsService/RecordClock", request)
      .status();
}

absl::StatusOr<rule::FactCatalog> RemoteAccounts::Catalog(const Call& call) {
  return server::FetchCatalog(peers_, call, {"accounts"});
}

absl::StatusOr<rule::Readings> RemoteAccounts::Read(const Call& call,
                                                    const std::vector<rule::FactRead>& reads,
                                                    const rule::Moment& moment) {
  server::RemoteFactReader reader(peers_, call);
  BANSO_ASSIGN_OR_RETURN(std::vector<fact::v1::FactReading> answers, reader.Read(reads, moment));
  for (const auto& [service, status] : reader.missing()) return status;
  rule::Readings readings;
  for (size_t i = 0; i < reads.size(); ++i) {
    readings[rule::Key(reads[i])] = std::move(answers[i]);
  }
  return readings;
}

}  // namespace banso::kickoff
