#include "common/contract/errors.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/contract/text.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"

namespace banso::contract {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(ViolationsTest, IsOkWithoutAny) {
  const Violations violations;
  EXPECT_TRUE(violations.empty());
  EXPECT_THAT(violations.ToStatus(), IsOk());
}

TEST(ViolationsTest, ReportsAllFieldsWithValueAndWhatIsAccepted) {
  Violations violations;
  violations.Add("account.employees", "-3", "0 to 100", "OUT_OF_RANGE");
  violations.Add("account.display_name", "", "one line", "REQUIRED");
  const absl::Status status = violations.ToStatus();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                               "2 fields are not accepted: account.employees: \"-3\" is not "
                               "accepted; accepted: 0 to 100; account.display_name: missing; "
                               "accepted: one line"));
  EXPECT_EQ(Reason(status), kReasonFieldViolation);
  EXPECT_THAT(
      FieldViolations(status),
      ElementsAre(
          FieldViolation{"account.employees", "\"-3\" is not accepted; accepted: 0 to 100",
                         "OUT_OF_RANGE"},
          FieldViolation{"account.display_name", "missing; accepted: one line", "REQUIRED"}));
}

TEST(ViolationsTest, NeverShowsAWithheldValue) {
  Violations violations;
  violations.Add("secret", kWithheld, "5 characters", "TOO_LONG");
  EXPECT_EQ(violations.list()[0].description, "not accepted; accepted: 5 characters");
}

TEST(ViolationsTest, PutsAPrefixBeforeWhatItTakesOver) {
  Violations violations;
  violations.AddAll("rows[2]", InvalidField("mail", "x", "a mail address"));
  violations.AddAll("rows[3]", InvalidField("", "x", "a row"));
  violations.AddAll("rows[4]", absl::InternalError("broken"));
  violations.AddAll("rows[5]", absl::OkStatus());
  ASSERT_EQ(violations.list().size(), 3u);
  EXPECT_EQ(violations.list()[0].field, "rows[2].mail");
  EXPECT_EQ(violations.list()[1].field, "rows[3]");
  EXPECT_EQ(violations.list()[2].field, "rows[4]");
  EXPECT_EQ(violations.list()[2].description, "broken");
}

TEST(ViolationsTest, FitsIntoATrailerHoweverManyThereAre) {
  Violations violations;
  for (int i = 0; i < 5000; ++i) {
    violations.Add(absl::StrCat("rows[", i, "].", std::string(500, 'f')), std::string(9000, 'v'),
                   std::string(900, 'a'), "TOO_LONG");
  }
  const google::rpc::Status rpc = ToRpcStatus(violations.ToStatus());
  EXPECT_LT(rpc.ByteSizeLong(), 5000u);
  const std::vector<FieldViolation> sent = FieldViolations(violations.ToStatus());
  EXPECT_THAT(sent.back().description,
              absl::StrCat("and ", 5000 - (sent.size() - 1), " more violations, not listed"));
}

TEST(ViolationsTest, CutsJapaneseTextBetweenCharacters) {
  std::string long_text;
  for (int i = 0; i < 2000; ++i) absl::StrAppend(&long_text, "客");
  const absl::Status status = InvalidField("名", "", long_text);
  EXPECT_TRUE(ScanText(std::string(status.message())).valid);
  EXPECT_LE(status.message().size(), 600u);
}

struct MakerCase {
  const char* name;
  absl::Status status;
  absl::StatusCode code;
  const char* reason;
  const char* text;
};

class MakerTest : public ::testing::TestWithParam<MakerCase> {};

TEST_P(MakerTest, HasCodeReasonAndText) {
  const MakerCase& test = GetParam();
  EXPECT_THAT(test.status, StatusIs(test.code, HasSubstr(test.text)));
  EXPECT_EQ(Reason(test.status), test.reason);
}

INSTANTIATE_TEST_SUITE_P(
    Errors, MakerTest,
    ::testing::Values(
        MakerCase{"NotFound", NotFound("accounts/acme"), absl::StatusCode::kNotFound,
                  kReasonNotFound, "accounts/acme does not exist"},
        MakerCase{"AlreadyExists", AlreadyExists("accounts/acme"), absl::StatusCode::kAlreadyExists,
                  kReasonAlreadyExists, "accounts/acme exists already"},
        MakerCase{"AlreadyExistsElsewhere",
                  AlreadyExists("accounts/b", "the CRM id 7 belongs to accounts/a"),
                  absl::StatusCode::kAlreadyExists, kReasonAlreadyExists, "the CRM id 7"},
        MakerCase{"FailedPrecondition",
                  FailedPrecondition("NOT_COMPLETE", "accounts/a/onboardings/o",
                                     "the kickoff has not been held", "Hold it"),
                  absl::StatusCode::kFailedPrecondition, "NOT_COMPLETE",
                  "accounts/a/onboardings/o: the kickoff has not been held. Hold it."},
        MakerCase{"EtagMismatch", EtagMismatch("accounts/acme"), absl::StatusCode::kAborted,
                  kReasonEtagMismatch, "has changed"},
        MakerCase{"RequestIdReused", RequestIdReused("r1"), absl::StatusCode::kInvalidArgument,
                  kReasonRequestIdReused, "\"r1\""},
        MakerCase{"PermissionDenied", PermissionDenied("NOT_OWNER", "members/b may not"),
                  absl::StatusCode::kPermissionDenied, "NOT_OWNER", "members/b may not"},
        MakerCase{"Unauthenticated", Unauthenticated("NO_TOKEN", "no token"),
                  absl::StatusCode::kUnauthenticated, "NO_TOKEN", "no token"},
        MakerCase{"Overloaded", Overloaded(absl::Seconds(2)), absl::StatusCode::kResourceExhausted,
                  kReasonOverloaded, "retry in 2s"},
        MakerCase{"OneBound", Overloaded("TOO_MANY_STREAMS", "x has 5", absl::Seconds(1)),
                  absl::StatusCode::kResourceExhausted, "TOO_MANY_STREAMS", "x has 5; retry in 1s"},
        MakerCase{"Unavailable", Unavailable("health does not answer", absl::Seconds(1)),
                  absl::StatusCode::kUnavailable, kReasonUnavailable, "health"},
        MakerCase{"DeadlineExceeded", DeadlineExceeded("position 7"),
                  absl::StatusCode::kDeadlineExceeded, kReasonDeadlineExceeded, "position 7"},
        MakerCase{"Cancelled", Cancelled(), absl::StatusCode::kCancelled, kReasonCancelled,
                  "cancelled"},
        MakerCase{"OutOfRange", OutOfRange("TOO_OLD", "before 2000"), absl::StatusCode::kOutOfRange,
                  "TOO_OLD", "before 2000"},
        MakerCase{"Unimplemented", Unimplemented("no such method"),
                  absl::StatusCode::kUnimplemented, kReasonUnimplemented, "no such"},
        MakerCase{"Internal", Internal("disk full"), absl::StatusCode::kInternal, kReasonInternal,
                  "the service failed"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(FailedPreconditionTest, ListsSeveralCauses) {
  const std::vector<Precondition> causes = {{"a", "is open", "Close it"}, {"b", "is late", ""}};
  const absl::Status status = FailedPrecondition("OPEN", causes);
  const std::vector<Precondition> found = Preconditions(status);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].subject, "a");
  EXPECT_EQ(found[0].what_is_wrong, "is open. Close it.");
  EXPECT_EQ(found[1].what_is_wrong, "is late.");
  EXPECT_THAT(std::string(status.message()), "a: is open. Close it. b: is late.");
}

TEST(RetryDelayTest, TellsWhenToRetry) {
  EXPECT_EQ(RetryDelay(Overloaded(absl::Milliseconds(1500))), absl::Milliseconds(1500));
  EXPECT_EQ(RetryDelay(Unavailable("x", -absl::InfiniteDuration())), absl::ZeroDuration());
  EXPECT_EQ(RetryDelay(Unavailable("x", absl::InfiniteDuration())), absl::Hours(24));
  EXPECT_EQ(RetryDelay(NotFound("x")), std::nullopt);
}

TEST(InternalTest, KeepsTheCauseFromCallers) {
  const absl::Status status = Internal("disk full");
  EXPECT_EQ(Cause(status), "disk full");
  const google::rpc::Status rpc = ToRpcStatus(status);
  EXPECT_THAT(rpc.DebugString(), Not(HasSubstr("disk full")));
  EXPECT_EQ(Cause(FromRpcStatus(rpc)), "");
}

TEST(RpcStatusTest, PutsTheErrorInfoFirst) {
  const google::rpc::Status rpc = ToRpcStatus(InvalidField("a", "b", "c"));
  ASSERT_EQ(rpc.details_size(), 2);
  EXPECT_EQ(rpc.details(0).type_url(), "type.googleapis.com/google.rpc.ErrorInfo");
  EXPECT_EQ(rpc.details(1).type_url(), "type.googleapis.com/google.rpc.BadRequest");
}

TEST(RpcStatusTest, GivesErrorsOfLibrariesAReason) {
  const google::rpc::Status rpc = ToRpcStatus(absl::DataLossError("torn page"));
  google::rpc::ErrorInfo info;
  ASSERT_EQ(rpc.details_size(), 1);
  ASSERT_TRUE(rpc.details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "DATA_LOSS");
  EXPECT_EQ(info.domain(), "banso");
  EXPECT_EQ(rpc.message(), "torn page");
}

TEST(RpcStatusTest, TravelsThereAndBackForEveryCode) {
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status =
        Error(static_cast<absl::StatusCode>(code), "SOME_REASON", "顧客がいない", {{"k", "v"}});
    EXPECT_EQ(FromRpcStatus(ToRpcStatus(status)), status) << code;
  }
  EXPECT_THAT(FromRpcStatus(ToRpcStatus(absl::OkStatus())), IsOk());
}

TEST(RpcStatusTest, TakesCodesThatDoNotExistAsUnknown) {
  for (const int code : {-1, 17, 1 << 30}) {
    google::rpc::Status rpc;
    rpc.set_code(code);
    EXPECT_THAT(FromRpcStatus(rpc), StatusIs(absl::StatusCode::kUnknown)) << code;
  }
}

TEST(RpcStatusTest, TakesNoCauseFromOutside) {
  google::rpc::Status rpc;
  rpc.set_code(13);
  rpc.add_details()->set_type_url("banso.internal/cause");
  rpc.mutable_details(0)->set_value("forged log line");
  EXPECT_EQ(Cause(FromRpcStatus(rpc)), "");
}

TEST(ReasonTest, IsEmptyWithoutErrorInfoOrWithADamagedOne) {
  EXPECT_EQ(Reason(absl::NotFoundError("x")), "");
  absl::Status damaged = absl::NotFoundError("x");
  damaged.SetPayload("type.googleapis.com/google.rpc.ErrorInfo", absl::Cord("\xFF\xFF\xFF"));
  EXPECT_EQ(Reason(damaged), "");
  EXPECT_THAT(FieldViolations(damaged), IsEmpty());
}

struct QuoteCase {
  const char* name;
  std::string text;
  std::string quoted;
};

class QuoteTest : public ::testing::TestWithParam<QuoteCase> {};

TEST_P(QuoteTest, IsOneReadableLineOfValidText) {
  EXPECT_EQ(Quote(GetParam().text), GetParam().quoted);
  EXPECT_TRUE(ScanText(Quote(GetParam().text)).valid);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, QuoteTest,
    ::testing::Values(QuoteCase{"Empty", "", "\"\""}, QuoteCase{"Plain", "acme", "\"acme\""},
                      QuoteCase{"Japanese", "株式会社", "\"株式会社\""},
                      QuoteCase{"QuoteAndBackslash", "a\"b\\c", "\"a\\\"b\\\\c\""},
                      QuoteCase{"LineBreak", "a\nb\tc", "\"a\\nb\\tc\""},
                      QuoteCase{"Nul", std::string("a\0b", 3), "\"a\\x00b\""},
                      QuoteCase{"C1",
                                "a\xC2\x85"
                                "b",
                                "\"a\\xc2\\x85b\""},
                      QuoteCase{"InvalidUtf8", "a\xFFz\xE5", "\"a\\xffz\\xe5\""},
                      QuoteCase{"LineSeparator",
                                "a\xE2\x80\xA8"
                                "b",
                                "\"a\\xe2\\x80\\xa8b\""},
                      QuoteCase{"Long", std::string(61, 'x'),
                                "\"" + std::string(60, 'x') + "...\""}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace banso::contract
