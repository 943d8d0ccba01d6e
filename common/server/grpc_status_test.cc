#include "common/server/grpc_status.h"

#include <string>

#include "common/contract/errors.h"
#include "gtest/gtest.h"

namespace banso::server::internal {
namespace {

TEST(GrpcStatusTest, KeepsEveryCodeAndMessageBothWays) {
  for (int code = 0; code <= static_cast<int>(absl::StatusCode::kUnauthenticated); ++code) {
    const auto ours = static_cast<absl::StatusCode>(code);
    SCOPED_TRACE(absl::StatusCodeToString(ours));
    const absl::Status status =
        code == 0 ? absl::OkStatus() : contract::Error(ours, "SOME_REASON", "some words");
    const grpc::Status sent = ToGrpcStatus(status);
    // The numbers are the same on the wire.
    EXPECT_EQ(static_cast<int>(sent.error_code()), code);
    const absl::Status received = FromGrpcStatus(sent);
    EXPECT_EQ(received.code(), ours);
    if (code == 0) continue;
    EXPECT_EQ(contract::Reason(received), "SOME_REASON");
    // An internal error's words stay with us.
    if (ours != absl::StatusCode::kInternal) {
      EXPECT_EQ(received.message(), "some words");
    }
  }
}

TEST(GrpcStatusTest, NamesAReasonForErrorsThatHaveNone) {
  const absl::Status received = FromGrpcStatus(ToGrpcStatus(absl::AbortedError("x")));
  EXPECT_EQ(contract::Reason(received), "ABORTED");
}

TEST(GrpcStatusTest, KeepsCodeAndMessageWhenTheDetailsCannotBeRead) {
  const grpc::Status broken(grpc::StatusCode::NOT_FOUND, "gone", std::string("\xff\xff"));
  const absl::Status received = FromGrpcStatus(broken);
  EXPECT_EQ(received.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(received.message(), "gone");
}

TEST(GrpcStatusTest, BelievesTheTransportBeforeTheDetails) {
  const grpc::Status mixed(
      grpc::StatusCode::NOT_FOUND, "gone",
      contract::ToRpcStatus(contract::EtagMismatch("accounts/acme")).SerializeAsString());
  EXPECT_EQ(FromGrpcStatus(mixed).code(), absl::StatusCode::kNotFound);
}

TEST(GrpcStatusTest, MakesCodesThatDoNotExistUnknown) {
  EXPECT_EQ(FromGrpcStatus(grpc::Status(static_cast<grpc::StatusCode>(31), "x")).code(),
            absl::StatusCode::kUnknown);
  EXPECT_EQ(ToGrpcStatus(absl::Status(static_cast<absl::StatusCode>(99), "x")).error_code(),
            grpc::StatusCode::UNKNOWN);
}

}  // namespace
}  // namespace banso::server::internal
