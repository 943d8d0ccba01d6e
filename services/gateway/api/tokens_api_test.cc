#include "services/gateway/api/tokens_api.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "banso/accounts/v1/member.pb.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/storage/open.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/gateway/domain/permission.h"

namespace banso::gateway {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::_;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kRead[] = "banso.accounts.v1.AccountsService/GetAccount";
constexpr char kWrite[] = "banso.accounts.v1.AccountsService/CreateAccount";

std::string ContentOf(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

class TokensApiTest : public testing::TempDirTest {
 protected:
  TokensApiTest() { Open(); }

  void Open() {
    tokens_.reset();
    database_.reset();
    auto database = storage::OpenSqlite(
        {.path = TempFile("gateway.db"), .service = "gateway", .migrations = Schema()});
    ASSERT_THAT(database, IsOk());
    database_ = *std::move(database);
    tokens_ = std::make_unique<TokensApi>(*database_, store_, ids_);
  }

  Call MakeCall(absl::string_view request_id = "") const {
    Call call = ServiceCall("gateway", now_);
    call.method = "banso.gateway.v1.GatewayService/CreateToken";
    call.actor = "members/operator";
    call.request_id = std::string(request_id);
    return call;
  }

  absl::StatusOr<v1::Token> Create(v1::TokenScope scope, const std::string& subject,
                                   const std::string& request_id = "") {
    v1::CreateTokenRequest request;
    request.mutable_token()->set_subject(subject);
    request.mutable_token()->set_scope(scope);
    request.set_request_id(request_id);
    return tokens_->CreateToken(MakeCall(request_id), request);
  }

  // Calls `method` with a secret; `actor` then says as whom.
  absl::Status Authenticate(const std::string& secret, const std::string& method,
                            std::string* actor = nullptr) {
    server::Incoming incoming;
    incoming.method = method;
    incoming.headers = {{"authorization", "Bearer " + secret}, {"banso-actor", "services/handoff"}};
    Call call = MakeCall();
    call.actor.clear();
    absl::Status status = tokens_->Authenticate(incoming, &call);
    if (actor != nullptr) *actor = call.actor;
    return status;
  }

  // Takes over from accounts' feed what a member has become.
  absl::Status Follow(const accounts::v1::Member& member) {
    type::v1::Change change;
    change.set_operation(type::v1::OPERATION_UPDATED);
    change.set_name(member.name());
    change.mutable_resource()->PackFrom(member);
    return database_
        ->Write(MakeCall(),
                [&](storage::Writer& writer) { return tokens_->FollowMembers(writer, change); })
        .status();
  }

  const Store store_;
  contract::SystemIdSource ids_;
  absl::Time now_ = absl::FromUnixSeconds(1775000000);
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<TokensApi> tokens_;
};

TEST_F(TokensApiTest, NamesTheCallerByTheTokenWhateverTheCallerClaims) {
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Token token, Create(v1::TOKEN_SCOPE_READ, "members/aoki"));
  std::string actor;
  BANSO_EXPECT_OK(Authenticate(token.secret(), kRead, &actor));
  EXPECT_EQ(actor, "members/aoki");
  EXPECT_THAT(Authenticate(token.secret(), kWrite, &actor),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("WRITE")));
  EXPECT_EQ(actor, "");
}

TEST_F(TokensApiTest, RefusesCallersWithoutAKnownToken) {
  EXPECT_THAT(Authenticate("banso_unknown", kRead),
              StatusIs(absl::StatusCode::kUnauthenticated, _));
  Call call = MakeCall();
  server::Incoming incoming;
  incoming.method = kRead;
  const absl::Status status = tokens_->Authenticate(incoming, &call);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnauthenticated, _));
  EXPECT_EQ(contract::Reason(status), kReasonTokenRequired);
}

TEST_F(TokensApiTest, RefusesARevokedTokenFromTheAnswerOn) {
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Token token, Create(v1::TOKEN_SCOPE_READ, "members/aoki"));
  BANSO_ASSERT_OK(Authenticate(token.secret(), kRead));
  v1::RevokeTokenRequest revoke;
  revoke.set_name(token.name());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Token revoked, tokens_->RevokeToken(MakeCall(), revoke));
  EXPECT_TRUE(revoked.has_revoke_time());
  EXPECT_EQ(contract::Reason(Authenticate(token.secret(), kRead)), kReasonTokenRevoked);
  // Again it changes nothing.
  now_ += absl::Hours(1);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Token again, tokens_->RevokeToken(MakeCall(), revoke));
  EXPECT_EQ(again.etag(), revoked.etag());
}

TEST_F(TokensApiTest, RevokesTheTokensOfAMemberWhoIsErasedAndMakesNoMore) {
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Token first, Create(v1::TOKEN_SCOPE_READ, "members/aoki"));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Token second, Create(v1::TOKEN_SCOPE_WRITE, "members/aoki"));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Token other, Create(v1::TOKEN_SCOPE_READ, "members/aok"));
  // Known by now, so that what is remembered of them has to be forgotten.
  for (const v1::Token& token : {first, second, other}) {
    BANSO_ASSERT_OK(Authenticate(token.secret(), kRead));
  }
  accounts::v1::Member member;
  member.set_name("members/aoki");
  BANSO_ASSERT_OK(Follow(member));
  BANSO_EXPECT_OK(Authenticate(first.secret(), kRead));
  *member.mutable_erase_time() = calendar::ToTimestamp(now_);
  for (int twice = 0; twice < 2; ++twice) {
    BANSO_ASSERT_OK(Follow(member));
    EXPECT_EQ(contract::Reason(Authenticate(first.secret(), kRead)), kReasonTokenRevoked);
    EXPECT_EQ(contract::Reason(Authenticate(second.secret(), kRead)), kReasonTokenRevoked);
  }
  BANSO_EXPECT_OK(Authenticate(other.secret(), kRead));
  const absl::Status refused = Create(v1::TOKEN_SCOPE_READ, "members/aoki").status();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("erased")));
  EXPECT_EQ(contract::Reason(refused), kReasonPersonErased);
  // It stays so after a restart, until accounts begins anew.
  Open();
  EXPECT_EQ(contract::Reason(Create(v1::TOKEN_SCOPE_READ, "members/aoki").status()),
            kReasonPersonErased);
  BANSO_ASSERT_OK(database_->Write(
      MakeCall(), [&](storage::Writer& writer) { return store_.LiftAllBars(writer); }));
  BANSO_EXPECT_OK(Create(v1::TOKEN_SCOPE_READ, "members/aoki"));
  EXPECT_EQ(contract::Reason(Authenticate(first.secret(), kRead)), kReasonTokenRevoked);
}

TEST_F(TokensApiTest, RevokesTheTokensOfAMemberWhoLeavesUntilTheMemberComesBack) {
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Token token, Create(v1::TOKEN_SCOPE_READ, "members/aoki"));
  BANSO_ASSERT_OK(Authenticate(token.secret(), kRead));
  accounts::v1::Member member;
  member.set_name("members/aoki");
  *member.mutable_last_day() = calendar::ToDate(absl::CivilDay(2026, 3, 31));
  BANSO_ASSERT_OK(Follow(member));
  EXPECT_EQ(contract::Reason(Authenticate(token.secret(), kRead)), kReasonTokenRevoked);
  const absl::Status refused = Create(v1::TOKEN_SCOPE_READ, "members/aoki").status();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("left")));
  EXPECT_EQ(contract::Reason(refused), kReasonMemberLeft);

  member.clear_last_day();
  BANSO_ASSERT_OK(Follow(member));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Token anew, Create(v1::TOKEN_SCOPE_READ, "members/aoki"));
  BANSO_EXPECT_OK(Authenticate(anew.secret(), kRead));
  EXPECT_EQ(contract::Reason(Authenticate(token.secret(), kRead)), kReasonTokenRevoked)
      << "what was revoked stays so";
}

TEST_F(TokensApiTest, RefusesATokenOnceItHasExpired) {
  v1::CreateTokenRequest request;
  request.mutable_token()->set_subject("services/crm");
  request.mutable_token()->set_scope(v1::TOKEN_SCOPE_WRITE);
  *request.mutable_token()->mutable_expire_time() = calendar::ToTimestamp(now_ + absl::Hours(1));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Token token, tokens_->CreateToken(MakeCall(), request));
  std::string actor;
  BANSO_EXPECT_OK(Authenticate(token.secret(), kWrite, &actor));
  EXPECT_EQ(actor, "services/crm");
  now_ += absl::Hours(1);
  EXPECT_EQ(contract::Reason(Authenticate(token.secret(), kWrite)), kReasonTokenExpired);
  EXPECT_THAT(tokens_->CreateToken(MakeCall(), request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("expire_time")));
}

TEST_F(TokensApiTest, MakesNoTokenForAServiceOfTheSuite) {
  EXPECT_THAT(Create(v1::TOKEN_SCOPE_OPERATE, "services/handoff"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("token.subject")));
}

TEST_F(TokensApiTest, ShowsASecretOnceAndKeepsItNowhere) {
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Token first,
                             Create(v1::TOKEN_SCOPE_READ, "members/aoki", "request-1"));
  EXPECT_THAT(first.secret(), SizeIs(49));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Token repeated,
                             Create(v1::TOKEN_SCOPE_READ, "members/aoki", "request-1"));
  EXPECT_EQ(repeated.name(), first.name());
  EXPECT_EQ(repeated.secret(), "");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ListTokensResponse list,
                             tokens_->ListTokens(MakeCall(), {}));
  ASSERT_THAT(list.tokens(), SizeIs(1));
  EXPECT_EQ(list.tokens(0).secret(), "");
  for (const auto& file : std::filesystem::directory_iterator(temp_dir().path())) {
    EXPECT_THAT(ContentOf(file.path()), Not(HasSubstr(first.secret()))) << file.path();
  }
}

TEST_F(TokensApiTest, MakesTheOperatorsTokenAtTheFirstStartOnly) {
  const std::string path = TempFile("operator.token");
  BANSO_ASSERT_OK(tokens_->EnsureOperatorToken(MakeCall(), path));
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600);
  const std::string content = ContentOf(path);
  const std::string secret = content.substr(0, content.size() - 1);
  std::string actor;
  BANSO_EXPECT_OK(Authenticate(secret, "banso.gateway.v1.GatewayService/ApplyProgram", &actor));
  EXPECT_EQ(actor, "members/operator");

  Open();
  BANSO_ASSERT_OK(tokens_->EnsureOperatorToken(MakeCall(), path));
  EXPECT_EQ(ContentOf(path), content);
  BANSO_EXPECT_OK(Authenticate(secret, kRead));

  // Somebody took the file away after reading it.
  std::filesystem::remove(path);
  Open();
  BANSO_ASSERT_OK(tokens_->EnsureOperatorToken(MakeCall(), path));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(TokensApiTest, TakesTheOperatorsSecretFromAFileThatIsThere) {
  const std::string path = TempFile("operator.token");
  const std::string secret = "a-secret-that-somebody-chose-for-the-operator";
  std::ofstream(path) << secret << "\n";
  BANSO_ASSERT_OK(tokens_->EnsureOperatorToken(MakeCall(), path));
  EXPECT_EQ(ContentOf(path), secret + "\n");
  BANSO_EXPECT_OK(Authenticate(secret, kRead));
}

TEST_F(TokensApiTest, SaysWhatIsWrongWithTheOperatorsFile) {
  const std::string path = TempFile("operator.token");
  std::ofstream(path) << "short\n";
  EXPECT_THAT(tokens_->EnsureOperatorToken(MakeCall(), path),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("32 characters")));
  EXPECT_THAT(tokens_->EnsureOperatorToken(MakeCall(), TempFile("no-such-folder/operator.token")),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("operator's token")));
}

}  // namespace
}  // namespace banso::gateway
