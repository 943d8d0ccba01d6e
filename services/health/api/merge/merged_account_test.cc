#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "banso/type/v1/rules.pb.h"
#include "common/contract/errors.h"
#include "common/contract/json.h"
#include "common/contract/proto_services.h"
#include "google/protobuf/descriptor.h"
#include "services/health/api/health_fixture.h"
#include "services/health/api/router.h"

namespace banso::health {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;

// What is asked for under the name of an account that is no more, and is not refused.
const std::set<std::string>& FollowedOrStaying() {
  static const auto* const kNames = new std::set<std::string>{
      // The link that was sent goes on to work.
      "AnswerSurvey",
      // Messages stay under the name with which they were handed out.
      "AcknowledgeOutboxMessage",
      "RetryOutboxMessage",
  };
  return *kNames;
}

// Whether a caller may name an account, or something that belongs to one, somewhere in `type`.
bool MayNameAccount(const Descriptor& type, std::set<const Descriptor*>& seen) {
  if (!seen.insert(&type).second) return false;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const type::v1::FieldRules& rules = field.options().GetExtension(type::v1::rules);
    if (rules.output_only()) continue;
    for (const std::string& pattern : rules.resource()) {
      if (absl::StartsWith(pattern, "accounts/{account}")) return true;
    }
    if (field.message_type() != nullptr && MayNameAccount(*field.message_type(), seen)) return true;
  }
  return false;
}

// The account `twin` was merged into `acme`.
class MergedAccountTest : public HealthFixture {
 protected:
  MergedAccountTest() {
    now_ = Noon(absl::CivilDay(2026, 4, 25));
    Follow("twin");
    accounts::v1::Account twin;
    twin.set_name("accounts/twin");
    twin.set_merged_into("accounts/acme");
    v1::Hypothesis hypothesis;
    hypothesis.set_name("hypotheses/empty-page");
    EXPECT_THAT(database_->Write(Now(),
                                 [&](storage::Writer& writer) -> absl::Status {
                                   BANSO_RETURN_IF_ERROR(store_.FollowAccount(writer, twin));
                                   return store_.hypotheses.Create(writer, hypothesis).status();
                                 }),
                banso::testing::IsOk());
    routers_.push_back(ScoringRouter(scoring_));
    routers_.push_back(MetricsRouter(*metrics_));
    routers_.push_back(ExpectedUsesRouter(uses_));
    routers_.push_back(AssessmentsRouter(*assessments_));
    routers_.push_back(SurveysRouter(surveys_));
    routers_.push_back(ForecastsRouter(forecasts_));
    routers_.push_back(OutcomesRouter(outcomes_));
    routers_.push_back(SignalsRouter(signals_));
    routers_.push_back(OutboxRouter(outbox_));
    routers_.push_back(HypothesesRouter(hypotheses_));
  }

  // The example of an RPC with `twin` in the place of its account; empty without an account.
  static std::string ExampleAboutTwin(const MethodDescriptor& method) {
    const std::string path =
        absl::StrCat(std::getenv("BANSO_SOURCE_DIR"), "/proto/banso/health/v1/examples/",
                     method.options().GetExtension(type::v1::rpc).example());
    std::ifstream file(path);
    EXPECT_TRUE(file) << path;
    std::stringstream text;
    text << file.rdbuf();
    const std::string about_twin =
        absl::StrReplaceAll(text.str(), {{"accounts/acme", "accounts/twin"}});
    return about_twin == text.str() ? "" : about_twin;
  }

  absl::Status DoAs(const MethodDescriptor& method, const std::string& json) {
    for (const server::Router& router : routers_) {
      for (const server::internal::Method& candidate : router.methods()) {
        if (candidate.descriptor != &method) continue;
        const std::unique_ptr<google::protobuf::Message> request(candidate.request->New());
        const std::unique_ptr<google::protobuf::Message> response(candidate.response->New());
        BANSO_RETURN_IF_ERROR(contract::FromJson(json, request.get()));
        BANSO_RETURN_IF_ERROR(contract::Check(request.get()));
        const auto& handler = std::get<server::internal::UnaryFunction>(candidate.handler);
        return handler(Now(), *request, response.get());
      }
    }
    return absl::UnimplementedError("give this test the router of the method");
  }

  contract::CountingIdSource more_ids_;
  ScoringApi scoring_{*database_, store_, more_ids_};
  ExpectedUsesApi uses_{*database_, store_};
  SurveysApi surveys_{*database_, store_, more_ids_};
  ForecastsApi forecasts_{*database_, store_, more_ids_};
  OutcomesApi outcomes_{*database_, store_, more_ids_};
  SignalsApi signals_{*database_, store_};
  OutboxApi outbox_{*database_, store_};
  HypothesesApi hypotheses_{*database_, store_, more_ids_};
  std::vector<server::Router> routers_;
};

TEST_F(MergedAccountTest, EveryChangeUnderTheOldNameIsToldWhereTheAccountWent) {
  if (std::getenv("BANSO_SOURCE_DIR") == nullptr) GTEST_SKIP() << "BANSO_SOURCE_DIR is not set";
  int called = 0;
  std::set<std::string> exceptions = FollowedOrStaying();
  for (const auto* service : contract::ServicesOf("banso.health.v1")) {
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor& method = *service->method(i);
      if (!method.options().GetExtension(type::v1::rpc).mutates()) continue;
      // Rows of streams land on the account that is kept: see JoinAccountsTest.
      if (method.client_streaming() || exceptions.erase(method.name()) > 0) continue;
      std::set<const Descriptor*> seen;
      const bool may_name_account = MayNameAccount(*method.input_type(), seen);
      const std::string example = ExampleAboutTwin(method);
      EXPECT_EQ(may_name_account, !example.empty()) << method.full_name();
      if (example.empty()) continue;
      ++called;
      const absl::Status status = DoAs(method, example);
      EXPECT_EQ(contract::Reason(status), "ACCOUNT_MERGED") << method.name() << ": " << status;
      const std::vector<contract::Precondition> causes = contract::Preconditions(status);
      ASSERT_EQ(causes.size(), 1u) << method.name();
      EXPECT_EQ(causes[0].subject, "accounts/twin") << method.name();
      EXPECT_THAT(causes[0].what_is_wrong, ::testing::HasSubstr("accounts/acme")) << method.name();
    }
  }
  EXPECT_GE(called, 16);
  EXPECT_THAT(exceptions, ::testing::IsEmpty()) << "no such methods";
}

}  // namespace
}  // namespace banso::health
