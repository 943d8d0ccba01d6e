#include "services/gateway/domain/permission.h"

#include <string>

#include "absl/time/civil_time.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/gateway/v1/gateway_service.pb.h"
#include "banso/type/v1/operations.pb.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::gateway {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::IsOkAndHolds;
using ::banso::testing::StatusIs;
using ::testing::HasSubstr;

const absl::Time kNow = absl::FromCivil(absl::CivilDay(2026, 4, 1), absl::UTCTimeZone());

const google::protobuf::MethodDescriptor& Method(const std::string& name) {
  // Names a message of the file, so that it is linked in.
  static_cast<void>(accounts::v1::GetAccountRequest::descriptor());
  static_cast<void>(v1::ApplyProgramRequest::descriptor());
  static_cast<void>(type::v1::SetTimeRequest::descriptor());
  const auto* method =
      google::protobuf::DescriptorPool::generated_pool()->FindMethodByName("banso." + name);
  EXPECT_NE(method, nullptr) << name;
  return *method;
}

v1::Token TokenOf(v1::TokenScope scope) {
  v1::Token token;
  token.set_name("tokens/t");
  token.set_subject("members/aoki");
  token.set_scope(scope);
  return token;
}

struct ScopeCase {
  std::string method;
  v1::TokenScope needs;
};

class RequiredScopeTest : public ::testing::TestWithParam<ScopeCase> {};

TEST_P(RequiredScopeTest, FollowsWhatTheMethodDoes) {
  const auto& method = Method(GetParam().method);
  EXPECT_EQ(RequiredScope(method), GetParam().needs);
  for (int scope = v1::TOKEN_SCOPE_READ; scope <= v1::TOKEN_SCOPE_OPERATE; ++scope) {
    const absl::Status status =
        CheckToken(TokenOf(static_cast<v1::TokenScope>(scope)), method, kNow);
    if (scope >= GetParam().needs) {
      EXPECT_THAT(status, IsOk());
    } else {
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("tokens/t")));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    , RequiredScopeTest,
    ::testing::Values(
        ScopeCase{"accounts.v1.AccountsService.GetAccount", v1::TOKEN_SCOPE_READ},
        ScopeCase{"accounts.v1.AccountsService.CreateAccount", v1::TOKEN_SCOPE_WRITE},
        ScopeCase{"accounts.v1.AccountsService.ImportAccounts", v1::TOKEN_SCOPE_WRITE},
        ScopeCase{"gateway.v1.GatewayService.GetAccountOverview", v1::TOKEN_SCOPE_READ},
        ScopeCase{"gateway.v1.GatewayService.GetProgramApplication", v1::TOKEN_SCOPE_READ},
        ScopeCase{"gateway.v1.GatewayService.ApplyProgram", v1::TOKEN_SCOPE_OPERATE},
        ScopeCase{"gateway.v1.GatewayService.CreateToken", v1::TOKEN_SCOPE_OPERATE},
        ScopeCase{"gateway.v1.GatewayService.ListTokens", v1::TOKEN_SCOPE_OPERATE},
        ScopeCase{"gateway.v1.GatewayService.RevokeToken", v1::TOKEN_SCOPE_OPERATE},
        ScopeCase{"type.v1.OperationsService.GetTime", v1::TOKEN_SCOPE_READ},
        ScopeCase{"type.v1.OperationsService.SetTime", v1::TOKEN_SCOPE_OPERATE}),
    [](const ::testing::TestParamInfo<ScopeCase>& info) {
      return info.param.method.substr(info.param.method.rfind('.') + 1);
    });

TEST(PermissionTest, RefusesATokenFromItsExpiryOn) {
  const auto& method = Method("accounts.v1.AccountsService.GetAccount");
  v1::Token token = TokenOf(v1::TOKEN_SCOPE_READ);
  *token.mutable_expire_time() = calendar::ToTimestamp(kNow);
  EXPECT_THAT(CheckToken(token, method, kNow - absl::Seconds(1)), IsOk());
  EXPECT_EQ(contract::Reason(CheckToken(token, method, kNow)), kReasonTokenExpired);
}

TEST(PermissionTest, RefusesARevokedToken) {
  v1::Token token = TokenOf(v1::TOKEN_SCOPE_OPERATE);
  *token.mutable_revoke_time() = calendar::ToTimestamp(kNow + absl::Hours(1));
  const absl::Status status =
      CheckToken(token, Method("accounts.v1.AccountsService.GetAccount"), kNow);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("revoked")));
}

TEST(PermissionTest, LetsNoTokenActAsAServiceOfTheSuite) {
  EXPECT_TRUE(IsSuiteService("services/handoff"));
  EXPECT_TRUE(IsSuiteService("services/gateway"));
  EXPECT_FALSE(IsSuiteService("services/crm"));
  EXPECT_FALSE(IsSuiteService("members/handoff"));
  v1::Token token = TokenOf(v1::TOKEN_SCOPE_OPERATE);
  token.set_subject("services/handoff");
  EXPECT_THAT(CheckToken(token, Method("accounts.v1.AccountsService.GetAccount"), kNow),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("services/handoff")));
}

TEST(PermissionTest, ReadsTheSecretOfABearer) {
  EXPECT_THAT(BearerSecret("Bearer abc"), IsOkAndHolds("abc"));
  EXPECT_THAT(BearerSecret("bearer  abc "), IsOkAndHolds("abc"));
  for (const char* header : {"", "abc", "Bearer ", "Basic abc"}) {
    EXPECT_THAT(BearerSecret(header),
                StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("authorization: Bearer")))
        << header;
  }
}

}  // namespace
}  // namespace banso::gateway
