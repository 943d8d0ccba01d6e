#include "services/accounts/api/router.h"

#include <string>
#include <variant>

#include "banso/fact/v1/fact.pb.h"
#include "common/testing/nth.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"

namespace banso::accounts {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::Nth;
using ::banso::testing::ParseProto;
using ::banso::testing::StatusIs;
using ::testing::IsEmpty;

class RouterTest : public ApiTest {
 protected:
  // Calls a unary method of the facts service.
  template <class Response, class Request>
  absl::StatusOr<Response> Facts(const std::string& method, const Request& request) {
    const server::Router router = FactsRouter(*database_, store_);
    for (const auto& candidate : router.methods()) {
      if (candidate.descriptor->name() != method) continue;
      Response response;
      const auto& handler = std::get<server::internal::UnaryFunction>(candidate.handler);
      BANSO_RETURN_IF_ERROR(handler(NewCall(method), request, &response));
      return response;
    }
    return absl::UnimplementedError(method);
  }

  absl::StatusOr<fact::v1::GetFactsResponse> GetFacts(const std::string& request) {
    return Facts<fact::v1::GetFactsResponse>("GetFacts",
                                             ParseProto<fact::v1::GetFactsRequest>(request));
  }
};

TEST_F(RouterTest, HandlesEveryMethod) {
  EXPECT_THAT(AccountsRouter(*api_, *database_, store_).Unhandled(), IsEmpty());
  EXPECT_THAT(FactsRouter(*database_, store_).Unhandled(), IsEmpty());
  EXPECT_THAT(DealsRouter(Service<DealsApi>()).Unhandled(), IsEmpty());
  EXPECT_THAT(OnboardingsRouter(Service<OnboardingsApi>()).Unhandled(), IsEmpty());
  EXPECT_THAT(ClassificationRouter(Service<ClassificationApi>()).Unhandled(), IsEmpty());
  EXPECT_THAT(RelationsRouter(Service<RelationsApi>()).Unhandled(), IsEmpty());
  EXPECT_THAT(PeopleRouter(Service<PeopleApi>()).Unhandled(), IsEmpty());
  EXPECT_THAT(TeamRouter(Service<TeamApi>()).Unhandled(), IsEmpty());
}

TEST_F(RouterTest, AnswersFactsOfAccountsAndOnboardings) {
  CreateWonAccount("a");
  StartOnboarding("a", "o1");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto response, GetFacts(R"pb(
                               subjects: "accounts/a"
                               subjects: "accounts/a/onboardings/o1"
                               queries { fact: "account.lifecycle_stage" }
                               queries { fact: "account.onboarding.clock.contract_start" }
                             )pb"));
  ASSERT_EQ(response.readings_size(), 4);
  EXPECT_EQ(response.readings(0).value().text(), "onboarding");
  EXPECT_EQ(response.readings(1).unknown(), fact::v1::UNKNOWN_REASON_OTHER_SUBJECT);
  EXPECT_EQ(response.readings(2).unknown(), fact::v1::UNKNOWN_REASON_OTHER_SUBJECT);
  EXPECT_EQ(response.readings(3).value().date().day(), 1);
}

TEST_F(RouterTest, AnswersAttributesAlsoWhereNobodyHasThemYet) {
  BANSO_ASSERT_OK(Do(&AccountsApi::CreateAccount,
                     "account_id: 'a' account { display_name: 'A' "
                     "attributes { key: 'shops' value { number: 3 } } }"));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto response,
                             GetFacts("subjects: 'accounts/a' "
                                      "queries { fact: 'account.attribute.shops' } "
                                      "queries { fact: 'account.attribute.plan' }"));
  EXPECT_EQ(Nth(response.readings(), 0).value().number(), 3);
  EXPECT_EQ(Nth(response.readings(), 1).unknown(), fact::v1::UNKNOWN_REASON_NEVER_RECORDED);
  EXPECT_THAT(GetFacts("subjects: 'accounts/a' queries { fact: 'account.shops' }"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(RouterTest, ListsTheTypesOfAttributesInUse) {
  const auto has_shops = [&] {
    const auto types =
        Facts<fact::v1::ListFactTypesResponse>("ListFactTypes", fact::v1::ListFactTypesRequest());
    EXPECT_THAT(types, IsOk());
    for (const fact::v1::FactType& type : types->fact_types()) {
      if (type.name() == "account.attribute.shops") return true;
    }
    return false;
  };
  EXPECT_FALSE(has_shops());
  BANSO_ASSERT_OK(Do(&AccountsApi::CreateAccount,
                     "account_id: 'a' account { display_name: 'A' "
                     "attributes { key: 'shops' value { number: 3 } } }"));
  EXPECT_TRUE(has_shops());
  BANSO_ASSERT_OK(Do(&AccountsApi::UpdateAccount,
                     "account { name: 'accounts/a' } update_mask { paths: 'attributes' }"));
  EXPECT_FALSE(has_shops());
}

}  // namespace
}  // namespace banso::accounts
