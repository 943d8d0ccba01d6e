// What one call does in several processes is found in their logs by one id.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "banso/gateway/v1/gateway_service.grpc.pb.h"
#include "banso/kickoff/v1/meetings_service.grpc.pb.h"
#include "common/contract/json.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait.h"
#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "tests/journeys/lapras.h"

namespace banso::journeys {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::WaitUntil;
using ::testing::IsEmpty;

class TraceTest : public ::testing::Test {
 protected:
  // Calls that only read are logged at the level debug.
  TraceTest()
      : suite_(Shape::kFiveProcesses, "2025-04-01T01:00:00Z", {"--log_level=debug"}),
        lapras_(suite_),
        channel_(
            grpc::CreateChannel(suite_.gateway_address(), grpc::InsecureChannelCredentials())) {
    lapras_.ApplyProgram();
    lapras_.ImportAccounts();
    lapras_.WinDeal();
    lapras_.StartOnboarding();
    lapras_.AwaitOnboarding();
    lapras_.GetReadyForKickoff();
  }

  // The context of a call that belongs to a trace of the caller.
  std::unique_ptr<grpc::ClientContext> ContextWith(const std::string& trace_id) const {
    auto context = std::make_unique<grpc::ClientContext>();
    context->AddMetadata("authorization", absl::StrCat("Bearer ", suite_.operator_token()));
    context->AddMetadata("traceparent", absl::StrCat("00-", trace_id, "-00f067aa0ba902b7-01"));
    context->set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
    return context;
  }

  // The lines in the log of a process that have a member `key` with this text.
  std::vector<google::protobuf::Struct> LinesWith(const std::string& process,
                                                  const std::string& key,
                                                  const std::string& text) const {
    std::vector<google::protobuf::Struct> found;
    std::vector<std::string> lines = absl::StrSplit(suite_.Log(process), '\n');
    lines.pop_back();
    for (const std::string& line : lines) {
      // Where it listens is printed, too, and for people.
      if (!absl::StartsWith(line, "{")) continue;
      google::protobuf::Struct members;
      EXPECT_THAT(contract::FromJson(line, &members), IsOk()) << process << ": " << line;
      const auto member = members.fields().find(key);
      if (member != members.fields().end() && member->second.string_value() == text) {
        found.push_back(members);
      }
    }
    return found;
  }

  void ExpectInLog(const std::string& process, const std::string& key,
                   const std::string& text) const {
    EXPECT_TRUE(WaitUntil([&] { return !LinesWith(process, key, text).empty(); }, kPatience))
        << process << " has logged nothing with " << key << " " << text;
  }

  Suite suite_;
  Lapras lapras_;
  const std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(TraceTest, AReadThatAsksAllServicesIsOneTraceInTheirLogs) {
  const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const auto stub = gateway::v1::GatewayService::NewStub(channel_);
  gateway::v1::GetAccountOverviewRequest request;
  request.set_name("accounts/crm-100");
  gateway::v1::AccountOverview overview;
  const auto context = ContextWith(trace);
  ASSERT_THAT(StatusOf(stub->GetAccountOverview(context.get(), request, &overview)), IsOk());
  ASSERT_THAT(overview.missing(), IsEmpty());
  for (const std::string& process : suite_.processes()) ExpectInLog(process, "trace_id", trace);
}

TEST_F(TraceTest, AChangeIsFoundByItsTraceAndByTheRequestIdOfItsCaller) {
  const std::string trace = "0af7651916cd43dd8448eb211c80319c";
  const auto stub = kickoff::v1::MeetingsService::NewStub(channel_);
  kickoff::v1::RecordHearingAnswerRequest request;
  ASSERT_THAT(contract::FromJson(
                  R"({"request_id": "the-answer-again", "hearing_answer": {
              "name": "accounts/crm-100/onboardings/o1/plan/hearingAnswers/why-now",
              "answer": "Two have left", "provenance": "PROVENANCE_CONFIRMED",
              "said_by": "accounts/crm-100/stakeholders/mori"}})",
                  &request),
              IsOk());
  kickoff::v1::HearingAnswer answer;
  const auto context = ContextWith(trace);
  ASSERT_THAT(StatusOf(stub->RecordHearingAnswer(context.get(), request, &answer)), IsOk());
  // The gateway passes the call on as it is, and kickoff asks accounts who said it.
  ExpectInLog("gateway", "trace_id", trace);
  for (const char* process : {"kickoff", "accounts"}) {
    ExpectInLog(process, "request_id", "the-answer-again");
    for (const auto& line : LinesWith(process, "request_id", "the-answer-again")) {
      EXPECT_EQ(line.fields().at("trace_id").string_value(), trace) << process;
    }
  }
  EXPECT_THAT(LinesWith("health", "trace_id", trace), IsEmpty());
}

}  // namespace
}  // namespace banso::journeys
