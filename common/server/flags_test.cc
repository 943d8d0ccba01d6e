#include "common/server/flags.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/flags/reflection.h"
#include "common/contract/errors.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::server {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::IsOkAndHolds;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// Each test reads flags anew, in its own environment.
class FlagsTest : public testing::TempDirTest {
 protected:
  ~FlagsTest() override {
    for (const std::string& name : variables_) unsetenv(name.c_str());
  }

  void SetVariable(const std::string& name, const std::string& value) {
    variables_.push_back(name);
    setenv(name.c_str(), value.c_str(), 1);
  }

  absl::StatusOr<Flags> Parse(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "program");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    return ParseFlags(static_cast<int>(argv.size()), argv.data(), "Serves nothing.");
  }

  std::string Write(const std::string& text) {
    const std::string path = TempFile("file");
    std::ofstream(path) << text;
    return path;
  }

 private:
  absl::FlagSaver saver_;
  std::vector<std::string> variables_;
};

TEST_F(FlagsTest, HaveDefaults) {
  const auto flags = Parse({});
  ASSERT_THAT(flags, IsOk());
  EXPECT_EQ(flags->listen_host, "127.0.0.1");
  EXPECT_EQ(flags->port, 0);
  EXPECT_EQ(flags->ops_port, -1);
  EXPECT_EQ(flags->calendar_dir, "");
  EXPECT_EQ(flags->request_retention, absl::Hours(48));
  EXPECT_EQ(flags->change_retention, absl::InfiniteDuration());
  EXPECT_EQ(flags->tls, TlsFiles());
  EXPECT_FALSE(flags->test_clock);
  EXPECT_FALSE(flags->reflection);
  EXPECT_EQ(flags->addresses.at("health"), "");
}

TEST_F(FlagsTest, ComeFromTheEnvironmentAndTheCommandLineWins) {
  SetVariable("BANSO_PORT", "7001");
  SetVariable("BANSO_DATA_DIR", "/from/environment");
  SetVariable("BANSO_CALENDAR_DIR", "/calendars");
  SetVariable("BANSO_HEALTH_ADDRESS", "10.0.0.1:7");
  const auto flags = Parse({"--data_dir=/from/command/line", "--test_clock"});
  ASSERT_THAT(flags, IsOk());
  EXPECT_EQ(flags->port, 7001);
  EXPECT_EQ(flags->data_dir, "/from/command/line");
  EXPECT_EQ(flags->calendar_dir, "/calendars");
  EXPECT_EQ(flags->addresses.at("health"), "10.0.0.1:7");
  EXPECT_TRUE(flags->test_clock);
}

TEST_F(FlagsTest, ComeFromTheFileWhereNeitherCommandLineNorEnvironmentGivesThem) {
  SetVariable("BANSO_DATA_DIR", "/from/environment");
  const std::string path = Write(
      "# ours\n"
      "port: 7003\n"
      "ops_port: '7004'\n"
      "data_dir: /from/file\n"
      "listen_host: 127.0.0.9\n"
      "test_clock: true\n"
      "reflection: true\n"
      "drain_timeout: 90s\n"
      "health_address: 10.0.0.1:7\n");
  const auto flags = Parse({"--config_file=" + path, "--listen_host=127.0.0.2"});
  ASSERT_THAT(flags, IsOk());
  EXPECT_EQ(flags->listen_host, "127.0.0.2");
  EXPECT_EQ(flags->data_dir, "/from/environment");
  EXPECT_EQ(flags->port, 7003);
  EXPECT_EQ(flags->ops_port, 7004);
  EXPECT_TRUE(flags->test_clock);
  EXPECT_TRUE(flags->reflection);
  EXPECT_EQ(flags->drain_timeout, absl::Seconds(90));
  EXPECT_EQ(flags->addresses.at("health"), "10.0.0.1:7");
}

TEST_F(FlagsTest, FindTheFileByTheEnvironmentToo) {
  SetVariable("BANSO_CONFIG_FILE", Write("ops_port: 0"));
  const auto flags = Parse({});
  ASSERT_THAT(flags, IsOk());
  EXPECT_EQ(flags->ops_port, 0);
}

TEST_F(FlagsTest, TakeAnEmptyFile) {
  EXPECT_THAT(Parse({"--config_file=" + Write("")}), IsOk());
  EXPECT_THAT(Parse({"--config_file=" + Write("# nothing yet\n")}), IsOk());
}

TEST_F(FlagsTest, RefuseAFileWithFaultsAndNameThem) {
  struct Case {
    const char* name;
    const char* text;
    const char* named;
  };
  for (const Case& c :
       {Case{"a misspelt flag", "data_dirr: x", "did you mean data_dir?"},
        Case{"a flag that is far from any", "colour: red", "one of listen_host, port"},
        Case{"a file within the file", "config_file: x", "config_file"},
        Case{"a library's flag", "flagfile: x", "flagfile"},
        Case{"a command", "backup_to: x", "backup_to"},
        Case{"a value that is none", "port: many", "port"},
        Case{"a list", "port: [1, 2]", "a single value"}, Case{"no value", "port:", "single value"},
        Case{"a key twice", "port: 1\nport: 2", "port"}, Case{"no mapping", "- port", "file"},
        Case{"no YAML", "port: [", "file"}, Case{"out of range", "port: 70000", "65535"}}) {
    SCOPED_TRACE(c.name);
    absl::FlagSaver saver;
    const absl::Status status = Parse({"--config_file=" + Write(c.text)}).status();
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
    const auto violations = contract::FieldViolations(status);
    ASSERT_EQ(violations.size(), 1u);
    EXPECT_THAT(violations[0].field + " " + violations[0].description, HasSubstr(c.named));
  }
  EXPECT_THAT(Parse({"--config_file=" + TempFile("none")}).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("--config_file")));
  EXPECT_THAT(Parse({"--config_file=" + temp_dir().path().string()}).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(FlagsTest, RefuseWhatMakesNoSense) {
  struct Case {
    const char* name;
    std::vector<std::string> arguments;
    const char* named;
  };
  for (const Case& c :
       {Case{"a port that is none", {"--port=70000"}, "--port"},
        Case{"an ops port that is none", {"--ops_port=-2"}, "--ops_port"},
        Case{"a level that is none", {"--log_level=loud"}, "--log_level"},
        Case{"a time that is none",
             {"--test_clock", "--test_clock_start=tomorrow"},
             "--test_clock_start"},
        Case{"a start without a test clock",
             {"--test_clock_start=2025-04-01T00:00:00Z"},
             "--test_clock"},
        Case{"answers forgotten too soon", {"--request_retention=1h"}, "--request_retention"},
        Case{"changes forgotten too soon", {"--change_retention=-24h"}, "--change_retention"},
        Case{"two commands at once", {"--backup_to=a", "--restore_from=b"}, "--restore_from"},
        Case{"two other commands", {"--mirror_hash", "--rebuild_mirrors"}, "--mirror_hash"},
        Case{"an argument that is no flag", {"serve"}, "serve"}}) {
    SCOPED_TRACE(c.name);
    absl::FlagSaver saver;
    const absl::Status status = Parse(c.arguments).status();
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
    const auto violations = contract::FieldViolations(status);
    ASSERT_EQ(violations.size(), 1u);
    EXPECT_THAT(violations[0].field + " " + violations[0].description, HasSubstr(c.named));
  }
}

TEST_F(FlagsTest, RefuseAVariableThatCannotBeRead) {
  SetVariable("BANSO_PORT", "many");
  const auto violations = contract::FieldViolations(Parse({}).status());
  ASSERT_EQ(violations.size(), 1u);
  EXPECT_EQ(violations[0].field, "BANSO_PORT");
}

TEST_F(FlagsTest, RefuseUnknownVariablesWithoutShowingTheirValues) {
  struct Case {
    const char* variable;
    const char* named;
  };
  for (const Case& c :
       {Case{"BANSO_DATA_DIRR", "did you mean BANSO_DATA_DIR?"},
        Case{"BANSO_COLOUR", "one of BANSO_LISTEN_HOST, BANSO_PORT"},
        Case{"BANSO_BACKUP_TO", "a flag of the command line, for one run"},
        Case{"BANSO_REBUILD_MIRRORS", "a flag of the command line, for one run"},
        Case{"BANSO_TEST_CLOCK_START_", "did you mean BANSO_TEST_CLOCK_START?"},
        Case{"BANSO_port", "did you mean BANSO_PORT?"}, Case{"BANSO_", "one of "}}) {
    SCOPED_TRACE(c.variable);
    SetVariable(c.variable, "canary");
    const absl::Status status = Parse({}).status();
    unsetenv(c.variable);
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
    const auto violations = contract::FieldViolations(status);
    ASSERT_EQ(violations.size(), 1u);
    EXPECT_EQ(violations[0].field, c.variable);
    EXPECT_EQ(violations[0].reason, "UNKNOWN_VARIABLE");
    EXPECT_THAT(violations[0].description, HasSubstr(c.named));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("canary")));
  }
}

TEST_F(FlagsTest, NameEveryUnknownVariableAtOnce) {
  SetVariable("BANSO_TOKN", "x");
  SetVariable("BANSO_HTTPPORT", "1");
  SetVariable("BANSO_PORT", "many");
  std::vector<std::string> fields;
  for (const auto& violation : contract::FieldViolations(Parse({}).status())) {
    fields.push_back(violation.field);
  }
  EXPECT_THAT(fields, ElementsAre("BANSO_HTTPPORT", "BANSO_TOKN", "BANSO_PORT"));
}

TEST_F(FlagsTest, LeaveAloneWhatOthersRead) {
  for (const char* variable :
       {"BANSO_ADDRESS", "BANSO_TOKEN", "BANSO_TOKEN_FILE", "BANSO_SOURCE_DIR", "BANSO_BIN_DIR",
        "BANSO_RESULT_XML", "BANSO_FUZZ", "BANSO_FUZZ_SEEDS"}) {
    // Those that the tests themselves need stay as they are.
    if (std::getenv(variable) == nullptr) SetVariable(variable, "x");
  }
  SetVariable("BANSOX_PORT", "x");
  SetVariable("banso_port", "x");
  EXPECT_THAT(Parse({}), IsOk());
}

TEST_F(FlagsTest, ReadTheSuiteKeyWithoutWhiteSpace) {
  EXPECT_THAT(ReadSuiteKey(Write("0123456789abcdef\n")), IsOkAndHolds("0123456789abcdef"));
  EXPECT_THAT(ReadSuiteKey(""), IsOkAndHolds(""));
}

TEST_F(FlagsTest, RefuseASuiteKeyThatIsMissingShortOrNoWord) {
  EXPECT_THAT(ReadSuiteKey(TempFile("none")), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(ReadSuiteKey(Write("short")),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("16")));
  EXPECT_THAT(ReadSuiteKey(Write("two words of a secret")),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(FlagsTest, WriteThePortFileWhole) {
  const std::string path = TempFile("ports.json");
  ASSERT_THAT(WritePortFile(path, {{"health", 2}, {"accounts", 1}}), IsOk());
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_EQ(text.str(), "{\"accounts\": 1, \"health\": 2}\n");
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(temp_dir().path())) {
    files.push_back(entry.path().filename());
  }
  EXPECT_THAT(files, ElementsAre("ports.json"));
  EXPECT_THAT(WritePortFile("/nonexistent/ports", {}),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("/nonexistent/ports")));
}

}  // namespace
}  // namespace banso::server
