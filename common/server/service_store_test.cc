#include "common/server/service_store.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "banso/type/v1/change.pb.h"
#include "common/contract/errors.h"
#include "common/server/testdata/echo.pb.h"
#include "common/storage/collection.h"
#include "common/storage/feed.h"
#include "common/storage/mutate.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::server {
namespace {

using ::banso::testing::IsOk;
using testdata::Note;
using ::testing::ElementsAre;

const absl::Time kStart = absl::FromUnixSeconds(1743465600);

const storage::Collection<Note>& Notes() {
  static const auto& notes =
      *new storage::Collection<Note>({.table = "note", .pattern = "notes/{note}", .columns = {}});
  return notes;
}

class ServiceStoreTest : public testing::TempDirTest {
 protected:
  ServiceStoreTest() {
    environment_.service = "notes";
    environment_.flags.data_dir = temp_dir().path().string();
    environment_.clock = &clock_;
  }

  void Open() {
    definition_ = std::make_unique<ServiceDefinition>(environment_);
    const auto opened = OpenStore(
        environment_, {{1, "notes", "CREATE TABLE note ({resource});"}},
        [](storage::Reader& reader) { return Notes().CheckSchema(reader); }, definition_.get());
    ASSERT_THAT(opened, IsOk());
    database_ = *opened;
  }

  // Writes `notes/{id}` at `now`, under a request id of the same name.
  absl::Status Put(const std::string& id, absl::Time now, int* runs = nullptr) {
    Call call = ServiceCall("notes", now);
    call.method = "notes/Put";
    call.request_id = id;
    Note note;
    note.set_name(absl::StrCat("notes/", id));
    return storage::Mutate<Note>(*database_, call, note,
                                 [&](storage::Writer& writer) {
                                   if (runs != nullptr) ++*runs;
                                   return Notes().Put(writer, note);
                                 })
        .status();
  }

  void RunSweeps(absl::Time now) {
    for (const Sweep& sweep : definition_->sweeps()) {
      EXPECT_THAT(sweep.run(ServiceCall("notes", now)), IsOk()) << sweep.name;
    }
  }

  std::vector<std::string> SweepNames() {
    std::vector<std::string> names;
    for (const Sweep& sweep : definition_->sweeps()) names.push_back(sweep.name);
    return names;
  }

  calendar::TestClock clock_{kStart};
  Environment environment_;
  std::unique_ptr<ServiceDefinition> definition_;
  storage::Database* database_ = nullptr;
};

TEST_F(ServiceStoreTest, KeepsChangesForEverUnlessToldOtherwise) {
  Open();
  EXPECT_THAT(SweepNames(), ElementsAre("forget_answers"));
}

TEST_F(ServiceStoreTest, ForgetsAnswersAfterTheirRetention) {
  environment_.flags.request_retention = absl::Hours(30);
  Open();
  ASSERT_THAT(Put("old", kStart), IsOk());
  ASSERT_THAT(Put("new", kStart + absl::Hours(2)), IsOk());
  RunSweeps(kStart + absl::Hours(31));
  int runs = 0;
  ASSERT_THAT(Put("new", kStart + absl::Hours(31), &runs), IsOk());
  EXPECT_EQ(runs, 0);
  ASSERT_THAT(Put("old", kStart + absl::Hours(31), &runs), IsOk());
  EXPECT_EQ(runs, 1);
}

TEST_F(ServiceStoreTest, ForgetsChangesAfterTheirRetentionAndTellsWatchersWhoStandBeforeThem) {
  environment_.flags.change_retention = absl::Hours(24);
  Open();
  const auto watch = [&](const std::string& token) {
    type::v1::WatchChangesRequest request;
    request.set_start(type::v1::WATCH_START_NOW);
    request.set_resume_token(token);
    return storage::ChangeFeed::Open(*database_, {Notes().source()}, request);
  };
  BANSO_ASSERT_OK_AND_ASSIGN(const auto early, watch(""));
  const std::string early_token = early->Bookmark().resume_token();
  ASSERT_THAT(Put("old", kStart), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const auto late, watch(""));
  const std::string late_token = late->Bookmark().resume_token();
  ASSERT_THAT(Put("new", kStart + absl::Hours(10)), IsOk());
  RunSweeps(kStart + absl::Hours(23));
  EXPECT_THAT(watch(early_token), IsOk());
  RunSweeps(kStart + absl::Hours(25));
  EXPECT_EQ(contract::Reason(watch(early_token).status()), contract::kReasonResumeTokenExpired);
  EXPECT_THAT(watch(late_token), IsOk());
}

}  // namespace
}  // namespace banso::server
