#include "tests/faults/accounts_client.h"

#include <utility>

#include "absl/time/clock.h"
#include "banso/accounts/v1/accounts_service.grpc.pb.h"
#include "banso/accounts/v1/people_service.grpc.pb.h"
#include "banso/accounts/v1/team_service.grpc.pb.h"
#include "banso/type/v1/operations.grpc.pb.h"
#include "common/status_macros.h"
#include "grpcpp/grpcpp.h"
#include "tests/journeys/client.h"

namespace banso::faults {
namespace {

using accounts::v1::Account;
using accounts::v1::AccountsService;
using accounts::v1::PeopleService;
using accounts::v1::TeamService;

void Prepare(absl::Duration limit, grpc::ClientContext& context) {
  context.set_wait_for_ready(true);
  context.set_deadline(absl::ToChronoTime(absl::Now() + limit));
}

// Calls `method` of `stub`.
template <class Stub, class Request, class Response>
absl::StatusOr<Response> Call(Stub& stub,
                              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                              const Request& request, absl::Duration limit) {
  grpc::ClientContext context;
  Prepare(limit, context);
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return journeys::StatusOf(status);
  return response;
}

}  // namespace

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 10);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 10);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

struct AccountsClient::Stubs {
  explicit Stubs(const std::shared_ptr<grpc::Channel>& channel)
      : accounts(channel), people(channel), team(channel), operations(channel) {}

  AccountsService::Stub accounts;
  PeopleService::Stub people;
  TeamService::Stub team;
  type::v1::OperationsService::Stub operations;
};

AccountsClient::AccountsClient(const std::string& address, absl::Duration limit)
    : limit_(limit), stubs_(std::make_unique<Stubs>(Connect(address))) {}

AccountsClient::~AccountsClient() = default;

absl::StatusOr<Account> AccountsClient::Create(
    const accounts::v1::CreateAccountRequest& request) const {
  return Call(stubs_->accounts, &AccountsService::Stub::CreateAccount, request, limit_);
}

absl::StatusOr<Account> AccountsClient::Update(
    const accounts::v1::UpdateAccountRequest& request) const {
  return Call(stubs_->accounts, &AccountsService::Stub::UpdateAccount, request, limit_);
}

absl::StatusOr<Account> AccountsClient::Get(const std::string& name) const {
  accounts::v1::GetAccountRequest request;
  request.set_name(name);
  return Call(stubs_->accounts, &AccountsService::Stub::GetAccount, request, limit_);
}

absl::StatusOr<accounts::v1::ImportAccountsResponse> AccountsClient::Import(
    const std::vector<accounts::v1::ImportAccountsRequest>& messages) const {
  grpc::ClientContext context;
  Prepare(limit_, context);
  accounts::v1::ImportAccountsResponse response;
  const auto stream = stubs_->accounts.ImportAccounts(&context, &response);
  for (const accounts::v1::ImportAccountsRequest& message : messages) {
    if (!stream->Write(message)) break;
  }
  stream->WritesDone();
  const grpc::Status status = stream->Finish();
  if (!status.ok()) return journeys::StatusOf(status);
  return response;
}

absl::StatusOr<accounts::v1::ReassignAccountsResponse> AccountsClient::Reassign(
    const accounts::v1::ReassignAccountsRequest& request) const {
  return Call(stubs_->accounts, &AccountsService::Stub::ReassignAccounts, request, limit_);
}

absl::StatusOr<accounts::v1::MergeAccountsResponse> AccountsClient::Merge(
    const accounts::v1::MergeAccountsRequest& request) const {
  return Call(stubs_->accounts, &AccountsService::Stub::MergeAccounts, request, limit_);
}

absl::StatusOr<accounts::v1::Member> AccountsClient::CreateMember(
    const accounts::v1::CreateMemberRequest& request) const {
  return Call(stubs_->team, &TeamService::Stub::CreateMember, request, limit_);
}

absl::StatusOr<accounts::v1::Stakeholder> AccountsClient::CreateStakeholder(
    const accounts::v1::CreateStakeholderRequest& request) const {
  return Call(stubs_->people, &PeopleService::Stub::CreateStakeholder, request, limit_);
}

absl::StatusOr<std::vector<accounts::v1::Stakeholder>> AccountsClient::ListStakeholders(
    const std::string& account) const {
  accounts::v1::ListStakeholdersRequest request;
  request.set_parent(account);
  request.set_page_size(1000);
  BANSO_ASSIGN_OR_RETURN(
      const accounts::v1::ListStakeholdersResponse page,
      Call(stubs_->people, &PeopleService::Stub::ListStakeholders, request, limit_));
  return std::vector<accounts::v1::Stakeholder>(page.stakeholders().begin(),
                                                page.stakeholders().end());
}

absl::StatusOr<std::vector<Account>> AccountsClient::List() const {
  std::vector<Account> all;
  accounts::v1::ListAccountsRequest request;
  request.set_page_size(1000);
  do {
    BANSO_ASSIGN_OR_RETURN(
        accounts::v1::ListAccountsResponse page,
        Call(stubs_->accounts, &AccountsService::Stub::ListAccounts, request, limit_));
    for (Account& account : *page.mutable_accounts()) all.push_back(std::move(account));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

absl::StatusOr<int64_t> AccountsClient::Position() const {
  BANSO_ASSIGN_OR_RETURN(const type::v1::GetPositionResponse answer,
                         Call(stubs_->operations, &type::v1::OperationsService::Stub::GetPosition,
                              type::v1::GetPositionRequest(), limit_));
  return answer.position();
}

}  // namespace banso::faults
