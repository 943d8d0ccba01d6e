#include "common/server/operations_service.h"

#include <memory>
#include <string>
#include <vector>

#include "banso/type/v1/operations.pb.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/server/echo_server.h"
#include "common/server/notes_server.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::server {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::HasSubstr;
using type::v1::AwaitPositionRequest;
using type::v1::AwaitPositionResponse;
using type::v1::GetPositionRequest;
using type::v1::GetPositionResponse;
using type::v1::GetTimeRequest;
using type::v1::GetTimeResponse;
using type::v1::SetTimeRequest;
using type::v1::SetTimeResponse;

// Follows nobody, and is where it is told to be.
class FixedFollower : public Follower {
 public:
  explicit FixedFollower(int64_t position) : position_(position) {}
  void Start() override {}
  void Stop() override {}
  const std::string& source() const override { return source_; }
  int64_t position() const override { return position_; }
  FollowerState state() const override { return {.name = "fixed", .source = source_}; }
  absl::StatusOr<int64_t> WaitForPosition(int64_t position, absl::Time) override {
    if (position_ < position) return contract::DeadlineExceeded("not there");
    return position_;
  }

 private:
  const std::string source_ = "accounts";
  const int64_t position_;
};

class OperationsTest : public testing::TempDirTest {
 protected:
  // `configure` may add sweeps and followers.
  void Serve(bool test_clock, const std::function<void(ServiceDefinition&)>& configure) {
    auto definition = std::make_unique<ServiceDefinition>(
        "notes", test_clock ? static_cast<calendar::Clock*>(&test_clock_) : &system_clock_,
        test_clock ? &test_clock_ : nullptr);
    configure(*definition);
    auto process = ServerProcess::Start(std::move(definition), EchoServer::FastOptions());
    ASSERT_THAT(process, IsOk());
    process_ = *std::move(process);
    peer_.SetAddress(process_->address());
  }

  template <class Request, class Response>
  absl::StatusOr<Response> Ask(const std::string& method, const Request& request) {
    return peer_.Call<Request, Response>(TestCall(), "banso.type.v1.OperationsService/" + method,
                                         request);
  }

  absl::StatusOr<SetTimeResponse> SetTime(absl::Time time) {
    SetTimeRequest request;
    *request.mutable_time() = calendar::ToTimestamp(time);
    return Ask<SetTimeRequest, SetTimeResponse>("SetTime", request);
  }

  absl::StatusOr<AwaitPositionResponse> Await(const std::string& service, int64_t position) {
    AwaitPositionRequest request;
    request.set_service(service);
    request.set_position(position);
    return Ask<AwaitPositionRequest, AwaitPositionResponse>("AwaitPosition", request);
  }

  const absl::Time start_ = absl::FromUnixSeconds(1743465600);
  calendar::TestClock test_clock_{start_};
  calendar::SystemClock system_clock_;
  std::unique_ptr<ServerProcess> process_;
  Peer peer_{{.name = "notes"}};
};

TEST_F(OperationsTest, TellsAndSetsTheTestClockAndRunsSweepsFirst) {
  std::vector<absl::Time> swept;
  Serve(true, [&](ServiceDefinition& definition) {
    definition.AddSweep({"sweep", absl::Hours(1), [&](const Call& call) {
                           swept.push_back(call.now);
                           return absl::OkStatus();
                         }});
  });
  const auto before = Ask<GetTimeRequest, GetTimeResponse>("GetTime", {});
  ASSERT_THAT(before, IsOk());
  EXPECT_TRUE(before->test_clock());
  EXPECT_EQ(calendar::ToTime(before->time()), start_);
  const auto after = SetTime(start_ + absl::Hours(24));
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(calendar::ToTime(after->time()), start_ + absl::Hours(24));
  EXPECT_EQ(swept, (std::vector<absl::Time>{start_ + absl::Hours(24)}));
  EXPECT_THAT(SetTime(start_), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(OperationsTest, DoesNotSetTheSystemsTime) {
  Serve(false, [](ServiceDefinition&) {});
  const auto now = Ask<GetTimeRequest, GetTimeResponse>("GetTime", {});
  ASSERT_THAT(now, IsOk());
  EXPECT_FALSE(now->test_clock());
  const absl::Status status = SetTime(absl::Now() + absl::Hours(1)).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("--test_clock")));
  EXPECT_EQ(contract::Reason(status), "TEST_CLOCK_OFF");
}

TEST_F(OperationsTest, TellsThePositionOfTheStore) {
  const auto database = OpenNotes(TempFile("notes.db"), "notes");
  Serve(true, [&](ServiceDefinition& definition) { definition.SetDatabase(database.get()); });
  const int64_t position = PutNote(*database, "a", "x");
  const auto response = Ask<GetPositionRequest, GetPositionResponse>("GetPosition", {});
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->position(), position);
  EXPECT_EQ(response->epoch(), database->epoch());
  process_->Stop();
}

TEST_F(OperationsTest, HasNoPositionWithoutAStore) {
  Serve(true, [](ServiceDefinition&) {});
  EXPECT_THAT((Ask<GetPositionRequest, GetPositionResponse>("GetPosition", {})),
              StatusIs(absl::StatusCode::kUnimplemented));
}

TEST_F(OperationsTest, AwaitsTheSlowestOfTheFollowersOfAService) {
  Serve(true, [](ServiceDefinition& definition) {
    definition.AddFollower(std::make_unique<FixedFollower>(9));
    definition.AddFollower(std::make_unique<FixedFollower>(7));
  });
  const auto response = Await("accounts", 6);
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->position(), 7);
  EXPECT_THAT(Await("accounts", 8), StatusIs(absl::StatusCode::kDeadlineExceeded));
  const absl::Status status = Await("kickoff", 1).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("accounts")));
}

}  // namespace
}  // namespace banso::server
