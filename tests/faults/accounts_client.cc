#include "tests/faults/accounts_client.h"

#include <utility>

#include "absl/time/clock.h"
#include "banso/accounts/v1/accounts_service.grpc.pb.h"
#include "banso/type/v1/operations.grpc.pb.h"
#include "common/status_macros.h"
#include "grpcpp/grpcpp.h"
#include "tests/journeys/client.h"

namespace banso::faults {
namespace {

using accounts::v1::Account;
using accounts::v1::AccountsService;

// Calls `method` of `stub`.
template <class Stub, class Request, class Response>
absl::StatusOr<Response> Call(Stub& stub,
                              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                              const Request& request, absl::Duration limit) {
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  context.set_deadline(absl::ToChronoTime(absl::Now() + limit));
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
      : accounts(channel), operations(channel) {}

  AccountsService::Stub accounts;
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
