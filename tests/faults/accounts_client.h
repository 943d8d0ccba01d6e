#ifndef BANSO_TESTS_FAULTS_ACCOUNTS_CLIENT_H_
#define BANSO_TESTS_FAULTS_ACCOUNTS_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/accounts/v1/lifecycle.pb.h"
#include "banso/accounts/v1/people_service.pb.h"
#include "banso/accounts/v1/team_service.pb.h"
#include "tests/journeys/patience.h"

namespace grpc {
class Channel;
}

namespace banso::faults {

// How many facts the service records of a new account. Each takes a position of the store, as the
// change itself does.
inline constexpr int64_t kFactsOfNewAccount = 2;

// A connection of its own that is made again at once when it is lost. Nothing is sent twice by
// itself.
std::shared_ptr<grpc::Channel> Connect(const std::string& address);

// True for the error with which a caller may send the same again: the service is away, or going.
inline bool MayBeSentAgain(const absl::Status& status) { return absl::IsUnavailable(status); }

// Calls of the accounts service. A call waits until the service is there, for its time limit.
class AccountsClient {
 public:
  explicit AccountsClient(const std::string& address, absl::Duration limit = journeys::kPatience);
  ~AccountsClient();

  absl::StatusOr<accounts::v1::Account> Create(
      const accounts::v1::CreateAccountRequest& request) const;
  absl::StatusOr<accounts::v1::Account> Update(
      const accounts::v1::UpdateAccountRequest& request) const;
  absl::StatusOr<accounts::v1::Account> Get(const std::string& name) const;
  // Sends the messages in one stream.
  absl::StatusOr<accounts::v1::ImportAccountsResponse> Import(
      const std::vector<accounts::v1::ImportAccountsRequest>& messages) const;
  absl::StatusOr<accounts::v1::ReassignAccountsResponse> Reassign(
      const accounts::v1::ReassignAccountsRequest& request) const;
  absl::StatusOr<accounts::v1::MergeAccountsResponse> Merge(
      const accounts::v1::MergeAccountsRequest& request) const;
  absl::StatusOr<accounts::v1::Member> CreateMember(
      const accounts::v1::CreateMemberRequest& request) const;
  absl::StatusOr<accounts::v1::Stakeholder> CreateStakeholder(
      const accounts::v1::CreateStakeholderRequest& request) const;
  // The people of an account: the first 1,000.
  absl::StatusOr<std::vector<accounts::v1::Stakeholder>> ListStakeholders(
      const std::string& account) const;
  // All accounts, by name.
  absl::StatusOr<std::vector<accounts::v1::Account>> List() const;
  absl::StatusOr<int64_t> Position() const;

 private:
  struct Stubs;

  const absl::Duration limit_;
  const std::unique_ptr<Stubs> stubs_;
};

}  // namespace banso::faults

#endif  // BANSO_TESTS_FAULTS_ACCOUNTS_CLIENT_H_
