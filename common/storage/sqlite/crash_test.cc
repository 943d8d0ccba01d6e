// Kills a process that writes, again and again: what it was told is stored must be there.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status_macros.h"
#include "common/storage/conformance.h"
#include "common/storage/open.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::storage {
namespace {

using conformance::MakeCall;
using conformance::MakeNote;
using conformance::Notes;

class CrashTest : public testing::TempDirTest {
 protected:
  CrashTest() {
    options_.path = TempFile("store.db");
    options_.service = "notes";
    options_.migrations = conformance::Schema();
  }

  // Writes pairs of notes from eight threads until it is killed, and reports each acknowledged pair
  // to `report`.
  [[noreturn]] void WriteForEver(int round, int report) const {
    absl::StatusOr<std::unique_ptr<Database>> database = OpenSqlite(options_);
    if (!database.ok()) _exit(1);
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0;; ++i) {
          const std::string id = absl::StrCat("r", round, "t", t, "i", i);
          const auto pair = [&id](Writer& writer) -> absl::Status {
            BANSO_RETURN_IF_ERROR(Notes().Create(writer, MakeNote("left", id)).status());
            return Notes().Create(writer, MakeNote("right", id)).status();
          };
          if (!(*database)->Write(MakeCall(), pair).ok()) _exit(2);
          const std::string line = absl::StrCat(id, "\n");
          if (write(report, line.data(), line.size()) < 0) _exit(3);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    _exit(4);
  }

  // Lets a child write until it has acknowledged `enough` pairs, then kills it. Adds what it
  // acknowledged to `acknowledged`.
  void WriteAndKill(int round, size_t enough, std::set<std::string>& acknowledged) const {
    int report[2];
    ASSERT_EQ(pipe(report), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) WriteForEver(round, report[1]);
    close(report[1]);
    std::string text;
    char buffer[4096];
    bool killed = false;
    ssize_t size = 0;
    while ((size = read(report[0], buffer, sizeof(buffer))) > 0) {
      text.append(buffer, static_cast<size_t>(size));
      const auto lines = std::count(text.begin(), text.end(), '\n');
      if (!killed && static_cast<size_t>(lines) >= enough) {
        killed = true;
        kill(child, SIGKILL);
      }
    }
    close(report[0]);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself with " << status;
    for (const auto& line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
      acknowledged.insert(std::string(line));
    }
  }

  std::set<std::string> Ids(Database& database, absl::string_view shelf) const {
    std::set<std::string> ids;
    EXPECT_THAT(database.Read([&](Reader& reader) {
      return Notes().ForEach(reader, absl::StrCat("shelves/", shelf), {},
                             [&ids](conformance::Note& note) {
                               ids.insert(note.name().substr(note.name().rfind('/') + 1));
                               return absl::OkStatus();
                             });
    }),
                testing::IsOk());
    return ids;
  }

  OpenOptions options_;
};

TEST_F(CrashTest, AcknowledgedWritesSurviveKill) {
  std::set<std::string> acknowledged;
  for (int round = 0; round < 5; ++round) {
    WriteAndKill(round, 50 + 40 * static_cast<size_t>(round), acknowledged);
    BANSO_ASSERT_OK_AND_ASSIGN(const auto database, OpenSqlite(options_));
    const std::set<std::string> left = Ids(*database, "left");
    const std::set<std::string> right = Ids(*database, "right");
    EXPECT_EQ(left, right) << "half a transaction is there";
    EXPECT_TRUE(std::includes(left.begin(), left.end(), acknowledged.begin(), acknowledged.end()))
        << "an acknowledged write is lost";
    EXPECT_EQ(database->position(), static_cast<int64_t>(2 * left.size()));
  }
  EXPECT_GE(acknowledged.size(), 50u);
}

}  // namespace
}  // namespace banso::storage
