#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "banso/accounts/v1/accounts_service.grpc.pb.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/fact/v1/fact.grpc.pb.h"
#include "banso/gateway/v1/gateway_service.grpc.pb.h"
#include "common/calendar/clock.h"
#include "common/contract/errors.h"
#include "common/contract/ids.h"
#include "common/server/router.h"
#include "common/server/server.h"
#include "common/server/service_definition.h"
#include "common/storage/open.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "services/gateway/api/programs_api.h"
#include "services/gateway/api/router.h"
#include "services/gateway/api/tokens_api.h"
#include "services/gateway/store/store.h"

namespace banso::gateway {
namespace {

using ::banso::testing::IsOk;
using ::testing::HasSubstr;

namespace av1 = accounts::v1;
using type::v1::WatchChangesRequest;
using type::v1::WatchChangesResponse;

// Two changes, then silence.
class TwoChanges : public server::Feed<WatchChangesResponse> {
 public:
  absl::StatusOr<bool> Next(WatchChangesResponse* message) override {
    if (sent_ == 2) return false;
    message->mutable_change()->set_name(absl::StrCat("accounts/", ++sent_));
    return true;
  }
  void NotifyWhenReady(std::function<void()>) override {}

 private:
  int sent_ = 0;
};

// An accounts service that answers with what it was told.
server::Router EchoingAccounts(server::Peer& nobody) {
  server::Router router("banso.accounts.v1.AccountsService");
  router.Unary(
      "GetAccount",
      [](const Call& call, const av1::GetAccountRequest& request) -> absl::StatusOr<av1::Account> {
        if (request.name() == "accounts/nobody") return contract::NotFound(request.name());
        av1::Account account;
        account.set_name(request.name());
        account.set_display_name(call.actor);
        account.set_name_kana(call.trace_parent);
        account.set_employees(absl::ToInt64Seconds(call.deadline - absl::Now()));
        return account;
      });
  router.Unary("CreateAccount",
               [](const Call& call,
                  const av1::CreateAccountRequest& request) -> absl::StatusOr<av1::Account> {
                 av1::Account account = request.account();
                 account.set_country(call.request_id);
                 return account;
               });
  router.ClientStream<av1::ImportAccountsRequest, av1::ImportAccountsResponse>(
      "ImportAccounts",
      [](const Call&, server::Source<av1::ImportAccountsRequest>& source)
          -> absl::StatusOr<av1::ImportAccountsResponse> {
        av1::ImportAccountsResponse response;
        av1::ImportAccountsRequest request;
        while (true) {
          const absl::StatusOr<bool> more = source.Read(&request);
          if (!more.ok()) return more.status();
          if (!*more) return response;
          response.set_received(response.received() + request.accounts_size());
        }
      });
  router.Watch<WatchChangesRequest, WatchChangesResponse>(
      "WatchChanges",
      [](const Call&, const WatchChangesRequest&)
          -> absl::StatusOr<std::unique_ptr<server::Feed<WatchChangesResponse>>> {
        return std::make_unique<TwoChanges>();
      });
  router.Forward(nobody);
  return router;
}

class PassThroughTest : public testing::TempDirTest {
 protected:
  PassThroughTest() {
    auto accounts = std::make_unique<server::ServiceDefinition>("accounts", &clock_, nullptr);
    accounts->SetRoleSource(server::NoMembers());
    accounts->Add(EchoingAccounts(nobody_));
    accounts_ = Start(std::move(accounts));
    peers_.SetAddresses({{"accounts", accounts_->address()}});

    auto database = storage::OpenSqlite(
        {.path = TempFile("gateway.db"), .service = "gateway", .migrations = Schema()});
    EXPECT_THAT(database, IsOk());
    database_ = *std::move(database);
    tokens_ = std::make_unique<TokensApi>(*database_, store_, ids_);
    programs_ = std::make_unique<ProgramsApi>(*database_, store_, peers_, ids_);
    EXPECT_THAT(tokens_->EnsureOperatorToken(ServiceCall("gateway", clock_.TimeNow()),
                                             TempFile("operator.token")),
                IsOk());
    gateway_ = Start(MakeGateway());
    channel_ = grpc::CreateChannel(gateway_->address(), grpc::InsecureChannelCredentials());
    std::ifstream(TempFile("operator.token")) >> operator_;
  }

  std::unique_ptr<server::ServiceDefinition> MakeGateway() {
    auto gateway = std::make_unique<server::ServiceDefinition>("gateway", &clock_, nullptr);
    gateway->SetAuthenticator([this](const server::Incoming& incoming, Call* call) {
      return tokens_->Authenticate(incoming, call);
    });
    gateway->Add(GatewayRouter(*tokens_, *programs_, peers_));
    for (server::Router& router : PassedOnRouters(peers_)) gateway->Add(std::move(router));
    return gateway;
  }

  static std::unique_ptr<server::ServerProcess> Start(
      std::unique_ptr<server::ServiceDefinition> definition) {
    server::ServerOptions options;
    options.lame_duck = absl::ZeroDuration();
    options.drain_timeout = absl::Seconds(5);
    // Open streams are looked after often.
    options.idle_period = absl::Milliseconds(100);
    auto process = server::ServerProcess::Start(std::move(definition), options);
    EXPECT_THAT(process, IsOk());
    return *std::move(process);
  }

  // A call with the operator's token, or with another secret.
  std::unique_ptr<grpc::ClientContext> Context(const std::string& secret = "") {
    auto context = std::make_unique<grpc::ClientContext>();
    context->set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(10)));
    context->AddMetadata("authorization", "Bearer " + (secret.empty() ? operator_ : secret));
    return context;
  }

  // The secret of a new token.
  std::string NewToken(const std::string& subject, v1::TokenScope scope) {
    v1::CreateTokenRequest request;
    request.mutable_token()->set_subject(subject);
    request.mutable_token()->set_scope(scope);
    v1::Token token;
    const grpc::Status status =
        v1::GatewayService::NewStub(channel_)->CreateToken(Context().get(), request, &token);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return token.secret();
  }

  grpc::Status GetAccount(grpc::ClientContext* context, const std::string& name,
                          av1::Account* account) {
    av1::GetAccountRequest request;
    request.set_name(name);
    return accounts_stub()->GetAccount(context, request, account);
  }

  std::unique_ptr<av1::AccountsService::Stub> accounts_stub() {
    return av1::AccountsService::NewStub(channel_);
  }

  const Store store_;
  contract::SystemIdSource ids_;
  calendar::SystemClock clock_;
  server::Peer nobody_{{.name = "nobody"}};
  server::Peers peers_{{}, ""};
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<TokensApi> tokens_;
  std::unique_ptr<ProgramsApi> programs_;
  std::unique_ptr<server::ServerProcess> accounts_;
  std::unique_ptr<server::ServerProcess> gateway_;
  std::shared_ptr<grpc::Channel> channel_;
  std::string operator_;
};

TEST_F(PassThroughTest, PassesACallOnInTheNameOfTheTokensSubject) {
  const auto context = Context(NewToken("members/aoki", v1::TOKEN_SCOPE_READ));
  context->AddMetadata("banso-actor", "services/handoff");
  context->AddMetadata("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  av1::Account account;
  const grpc::Status status = GetAccount(context.get(), "accounts/acme", &account);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(account.name(), "accounts/acme");
  EXPECT_EQ(account.display_name(), "members/aoki");
  EXPECT_THAT(account.name_kana(), HasSubstr("0af7651916cd43dd8448eb211c80319c"));
  EXPECT_LE(account.employees(), 10);
}

TEST_F(PassThroughTest, PassesAnErrorBackWithItsDetails) {
  av1::Account account;
  const grpc::Status status = GetAccount(Context().get(), "accounts/nobody", &account);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(contract::Reason(contract::FromRpcStatus(details)), contract::kReasonNotFound);
}

TEST_F(PassThroughTest, PassesRequestsOnUntouched) {
  av1::CreateAccountRequest request;
  request.mutable_account()->set_display_name("Acme");
  request.set_request_id("r-1");
  av1::Account account;
  const grpc::Status status = accounts_stub()->CreateAccount(Context().get(), request, &account);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(account.display_name(), "Acme");
  EXPECT_EQ(account.country(), "r-1");
}

TEST_F(PassThroughTest, PassesStreamsInBothDirections) {
  const auto import_context = Context();
  av1::ImportAccountsResponse imported;
  const auto writer = accounts_stub()->ImportAccounts(import_context.get(), &imported);
  av1::ImportAccountsRequest rows;
  rows.add_accounts();
  rows.add_accounts();
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(writer->Write(rows));
  writer->WritesDone();
  const grpc::Status status = writer->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(imported.received(), 100);

  const auto watch_context = Context();
  const auto reader = accounts_stub()->WatchChanges(watch_context.get(), WatchChangesRequest());
  WatchChangesResponse change;
  ASSERT_TRUE(reader->Read(&change));
  EXPECT_EQ(change.change().name(), "accounts/1");
  ASSERT_TRUE(reader->Read(&change));
  EXPECT_EQ(change.change().name(), "accounts/2");
  watch_context->TryCancel();
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(PassThroughTest, AnswersNobodyWithoutAToken) {
  av1::Account account;
  grpc::ClientContext nobody;
  nobody.AddMetadata("banso-actor", "members/operator");
  EXPECT_EQ(GetAccount(&nobody, "accounts/acme", &account).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
  grpc::ClientContext stream_context;
  av1::ImportAccountsResponse imported;
  const auto writer = accounts_stub()->ImportAccounts(&stream_context, &imported);
  writer->WritesDone();
  EXPECT_EQ(writer->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(PassThroughTest, LetsATokenDoNoMoreThanItsScope) {
  av1::Account account;
  const std::string reader = NewToken("members/aoki", v1::TOKEN_SCOPE_READ);
  av1::CreateAccountRequest create;
  create.mutable_account()->set_display_name("Acme");
  EXPECT_EQ(accounts_stub()->CreateAccount(Context(reader).get(), create, &account).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  const std::string writer = NewToken("members/aoki", v1::TOKEN_SCOPE_WRITE);
  EXPECT_TRUE(accounts_stub()->CreateAccount(Context(writer).get(), create, &account).ok());
  v1::ListTokensResponse tokens;
  EXPECT_EQ(v1::GatewayService::NewStub(channel_)
                ->ListTokens(Context(writer).get(), v1::ListTokensRequest(), &tokens)
                .error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(PassThroughTest, StopsServingATokenOnceItIsRevoked) {
  v1::CreateTokenRequest create;
  create.set_token_id("laptop");
  create.mutable_token()->set_subject("members/aoki");
  create.mutable_token()->set_scope(v1::TOKEN_SCOPE_READ);
  v1::Token token;
  const auto gateway = v1::GatewayService::NewStub(channel_);
  ASSERT_TRUE(gateway->CreateToken(Context().get(), create, &token).ok());
  av1::Account account;
  EXPECT_TRUE(GetAccount(Context(token.secret()).get(), "accounts/acme", &account).ok());
  v1::RevokeTokenRequest revoke;
  revoke.set_name("tokens/laptop");
  v1::Token revoked;
  ASSERT_TRUE(gateway->RevokeToken(Context().get(), revoke, &revoked).ok());
  EXPECT_EQ(GetAccount(Context(token.secret()).get(), "accounts/acme", &account).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(PassThroughTest, EndsTheOpenStreamsOfARevokedTokenAndNoOthers) {
  v1::CreateTokenRequest create;
  create.set_token_id("laptop");
  create.mutable_token()->set_subject("members/aoki");
  create.mutable_token()->set_scope(v1::TOKEN_SCOPE_READ);
  v1::Token token;
  const auto gateway = v1::GatewayService::NewStub(channel_);
  ASSERT_TRUE(gateway->CreateToken(Context().get(), create, &token).ok());
  const auto context = Context(token.secret());
  const auto others_context = Context();
  const auto reader = accounts_stub()->WatchChanges(context.get(), WatchChangesRequest());
  const auto others = accounts_stub()->WatchChanges(others_context.get(), WatchChangesRequest());
  WatchChangesResponse change;
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(reader->Read(&change));
    ASSERT_TRUE(others->Read(&change));
  }
  v1::RevokeTokenRequest revoke;
  revoke.set_name("tokens/laptop");
  v1::Token revoked;
  ASSERT_TRUE(gateway->RevokeToken(Context().get(), revoke, &revoked).ok());
  EXPECT_FALSE(reader->Read(&change));
  const grpc::Status status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED) << status.error_message();
  others_context->TryCancel();
  EXPECT_EQ(others->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(PassThroughTest, DoesNotOfferFactsToClients) {
  fact::v1::ListFactTypesResponse types;
  EXPECT_EQ(fact::v1::FactsService::NewStub(channel_)
                ->ListFactTypes(Context().get(), fact::v1::ListFactTypesRequest(), &types)
                .error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

}  // namespace
}  // namespace banso::gateway
