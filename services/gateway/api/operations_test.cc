#include "services/gateway/api/operations.h"

#include <memory>
#include <utility>
#include <vector>

#include "banso/type/v1/operations.pb.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/gateway/api/fake_services.h"

namespace banso::gateway {
namespace {

using ::banso::testing::StatusIs;
using ::testing::HasSubstr;

using type::v1::AwaitPositionRequest;
using type::v1::AwaitPositionResponse;
using type::v1::GetPositionRequest;
using type::v1::GetPositionResponse;
using type::v1::SetTimeRequest;
using type::v1::SetTimeResponse;

const absl::Time kStart = absl::FromUnixSeconds(1775000000);
constexpr char kOperations[] = "banso.type.v1.OperationsService";

// A service whose operations are `fake`; all else is missing.
template <typename Request, typename Response>
std::vector<server::Router> Operations(const std::string& method, absl::StatusOr<Response> fake) {
  std::vector<server::Router> routers;
  server::Router& router = routers.emplace_back(kOperations);
  router.Unary<Request, Response>(method, [fake](const Call&, const Request&) { return fake; });
  return routers;
}

std::vector<server::Router> Follows(int64_t position) {
  AwaitPositionResponse response;
  response.set_position(position);
  return Operations<AwaitPositionRequest, AwaitPositionResponse>("AwaitPosition", response);
}

std::vector<server::Router> FollowsNobody() {
  return Operations<AwaitPositionRequest, AwaitPositionResponse>(
      "AwaitPosition", contract::InvalidField("service", "x", "none", "NOT_FOLLOWED"));
}

// The gateway's own follower of accounts, which has come to a position.
class OwnFollower : public server::Follower {
 public:
  void Start() override {}
  void Stop() override {}
  const std::string& source() const override { return source_; }
  int64_t position() const override { return position_; }
  server::FollowerState state() const override { return {}; }
  absl::StatusOr<int64_t> WaitForPosition(int64_t position, absl::Time) override {
    if (position_ >= position) return position_;
    return contract::DeadlineExceeded("the gateway is behind");
  }

  void GoTo(int64_t position) { position_ = position; }

 private:
  const std::string source_ = "accounts";
  int64_t position_ = 8;
};

class OperationsTest : public ::testing::Test {
 protected:
  // Serves the gateway's operations and asks them.
  template <typename Request, typename Response>
  absl::StatusOr<Response> Ask(const std::string& method, const Request& request,
                               absl::Duration limit = absl::Seconds(10)) {
    auto definition = std::make_unique<server::ServiceDefinition>("gateway", &clock_, &clock_);
    definition->Add(OperationsRouter(services_.peers(), own_, &clock_, &clock_));
    server::ServerOptions options;
    options.lame_duck = absl::ZeroDuration();
    auto process = server::ServerProcess::Start(std::move(definition), options);
    if (!process.ok()) return process.status();
    server::Peer gateway({.name = "gateway", .address = (*process)->address()});
    Call call = MemberCall();
    call.deadline = absl::Now() + limit;
    return gateway
        .Start<Request, Response>(call, std::string(kOperations) + "/" + method, request,
                                  server::Patience::kCallers)
        .Await();
  }

  absl::StatusOr<AwaitPositionResponse> Await(const std::string& service) {
    AwaitPositionRequest request;
    request.set_service(service);
    request.set_position(5);
    return Ask<AwaitPositionRequest, AwaitPositionResponse>("AwaitPosition", request);
  }

  calendar::TestClock clock_{kStart};
  FakeServices services_{kStart};
  OwnFollower own_;
};

TEST_F(OperationsTest, SetsTheTimeOfTheWholeSuite) {
  for (const char* name : {"accounts", "health", "kickoff", "handoff"}) services_.Serve(name, {});
  const absl::Time later = kStart + absl::Hours(48);
  SetTimeRequest request;
  *request.mutable_time() = calendar::ToTimestamp(later);
  BANSO_EXPECT_OK((Ask<SetTimeRequest, SetTimeResponse>("SetTime", request)));
  EXPECT_EQ(clock_.TimeNow(), later);
  for (const char* name : {"accounts", "health", "kickoff", "handoff"}) {
    EXPECT_EQ(services_.clock(name).TimeNow(), later) << name;
  }
}

// A service may take longer than others are given to answer: its sweeps run first.
TEST_F(OperationsTest, LetsTheCallersDeadlineRuleWhileTheTimeIsSet) {
  absl::Time deadline;
  std::vector<server::Router> routers;
  routers.emplace_back(kOperations)
      .Unary<SetTimeRequest, SetTimeResponse>(
          "SetTime",
          [&](const Call& call, const SetTimeRequest&) -> absl::StatusOr<SetTimeResponse> {
            deadline = call.deadline;
            return SetTimeResponse();
          });
  services_.Serve("accounts", std::move(routers));
  for (const char* name : {"health", "kickoff", "handoff"}) services_.Serve(name, {});
  SetTimeRequest request;
  *request.mutable_time() = calendar::ToTimestamp(kStart + absl::Hours(1));
  const absl::Time start = absl::Now();
  BANSO_EXPECT_OK((Ask<SetTimeRequest, SetTimeResponse>("SetTime", request, absl::Minutes(5))));
  EXPECT_GT(deadline, start + absl::Minutes(4));
}

TEST_F(OperationsTest, KeepsItsTimeWhenAServiceCannotFollow) {
  for (const char* name : {"accounts", "health", "kickoff"}) services_.Serve(name, {});
  SetTimeRequest request;
  *request.mutable_time() = calendar::ToTimestamp(kStart + absl::Hours(48));
  EXPECT_THAT((Ask<SetTimeRequest, SetTimeResponse>("SetTime", request)),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("handoff")));
  EXPECT_EQ(clock_.TimeNow(), kStart);
}

TEST_F(OperationsTest, TellsThePositionOfTheServiceThatIsNamed) {
  GetPositionResponse position;
  position.set_position(42);
  position.set_epoch("e");
  services_.Serve("health",
                  Operations<GetPositionRequest, GetPositionResponse>("GetPosition", position));
  GetPositionRequest request;
  request.set_service("health");
  BANSO_ASSERT_OK_AND_ASSIGN(
      const GetPositionResponse response,
      (Ask<GetPositionRequest, GetPositionResponse>("GetPosition", request)));
  EXPECT_EQ(response.position(), 42);
  request.set_service("sales");
  EXPECT_THAT((Ask<GetPositionRequest, GetPositionResponse>("GetPosition", request)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`handoff`")));
}

TEST_F(OperationsTest, AwaitsEverybodyWhoFollows) {
  services_.Serve("health", Follows(9));
  services_.Serve("kickoff", Follows(7));
  services_.Serve("handoff", FollowsNobody());
  BANSO_ASSERT_OK_AND_ASSIGN(const AwaitPositionResponse response, Await("accounts"));
  EXPECT_EQ(response.position(), 7);
}

TEST_F(OperationsTest, AwaitsTheGatewayItself) {
  for (const char* name : {"health", "kickoff", "handoff"}) services_.Serve(name, Follows(9));
  BANSO_ASSERT_OK_AND_ASSIGN(const AwaitPositionResponse response, Await("accounts"));
  EXPECT_EQ(response.position(), 8);
  own_.GoTo(4);
  EXPECT_THAT(Await("accounts"),
              StatusIs(absl::StatusCode::kDeadlineExceeded, HasSubstr("the gateway is behind")));
}

TEST_F(OperationsTest, SaysWhenAFollowerIsNotThereYet) {
  services_.Serve("health", Follows(9));
  services_.Serve("kickoff", Operations<AwaitPositionRequest, AwaitPositionResponse>(
                                 "AwaitPosition", contract::DeadlineExceeded("kickoff is behind")));
  services_.Serve("handoff", FollowsNobody());
  EXPECT_THAT(Await("accounts"),
              StatusIs(absl::StatusCode::kDeadlineExceeded, HasSubstr("kickoff is behind")));
}

TEST_F(OperationsTest, RefusesToAwaitWhatNobodyFollows) {
  for (const char* name : {"accounts", "kickoff", "handoff"}) {
    services_.Serve(name, FollowsNobody());
  }
  EXPECT_THAT(Await("health"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("nobody follows")));
}

}  // namespace
}  // namespace banso::gateway
