#include "common/server/log.h"

#include <fstream>
#include <limits>
#include <sstream>
#include <string>

#include "common/contract/json.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "gtest/gtest.h"

namespace banso::server {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::HasSubstr;

TEST(LogTest, WritesOneJsonObjectWithTypedFields) {
  EXPECT_EQ(
      FormatLogLine("T", LogLevel::kWarning, "m", {{"a", "x"}, {"n", 3}, {"r", 0.5}, {"b", true}}),
      R"({"time":"T","level":"warning","message":"m","a":"x","n":3,"r":0.5,"b":true})");
}

TEST(LogTest, EscapesWhatWouldBreakTheLine) {
  const std::string line =
      FormatLogLine("T", LogLevel::kInfo, "quote \" slash \\ line \n bell \x07", {});
  EXPECT_EQ(line.find('\n'), std::string::npos);
  google::protobuf::Struct parsed;
  ASSERT_THAT(contract::FromJson(line, &parsed), IsOk());
  EXPECT_EQ(parsed.fields().at("message").string_value(), "quote \" slash \\ line \n bell \x07");
}

TEST(LogTest, LeavesOutEmptyTextAndWritesNoInfinity) {
  EXPECT_EQ(FormatLogLine("T", LogLevel::kInfo, "m",
                          {{"a", ""}, {"r", std::numeric_limits<double>::infinity()}}),
            R"({"time":"T","level":"info","message":"m","r":null})");
}

TEST(LogTest, ReadsTheLevelsItWrites) {
  EXPECT_EQ(ParseLogLevel("debug"), LogLevel::kDebug);
  EXPECT_EQ(ParseLogLevel("error"), LogLevel::kError);
  EXPECT_EQ(ParseLogLevel("loud"), std::nullopt);
}

TEST(LogTest, SaysWhyAFileCannotBeOpened) {
  EXPECT_THAT(OpenLogFile("/nonexistent/banso.log"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("--log_file")));
}

// Also the protobuf library's complaints. In a process of its own, since the log is the process's.
TEST(LogDeathTest, WritesToAFileWhatIsLoudEnough) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const testing::TempDir folder;
  const std::string path = folder.File("banso.log");
  const auto write = [&] {
    if (!OpenLogFile(path).ok()) exit(2);
    TakeOverProtobufLog();
    SetLogLevel(LogLevel::kInfo);
    Log(LogLevel::kDebug, "too quiet");
    Log(LogLevel::kInfo, "heard", {{"service", "echo"}});
    google::protobuf::Value value;
    value.set_string_value("\xff");
    value.SerializeAsString();
    // The parent has another folder: it reads what this one prints.
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    fprintf(stderr, "%s", text.str().c_str());
    exit(text.str().find("too quiet") == std::string::npos ? 0 : 3);
  };
  EXPECT_EXIT(write(), ::testing::ExitedWithCode(0),
              ::testing::AllOf(HasSubstr(R"("message":"heard","service":"echo"})"),
                               HasSubstr(R"("library":"protobuf")")));
}

}  // namespace
}  // namespace banso::server
