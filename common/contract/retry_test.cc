#include "common/contract/retry.h"

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/contract/errors.h"
#include "gtest/gtest.h"

namespace banso::contract {
namespace {

TEST(MayPass, TellsWhatPassesFromAnswers) {
  struct Case {
    const char* name;
    absl::Status status;
    bool passes;
  };
  const Case cases[] = {
      {"not reached", Unavailable("accounts", absl::Seconds(1)), true},
      {"too late", DeadlineExceeded("an answer"), true},
      {"too much to do", Overloaded(absl::Seconds(1)), true},
      {"full disk", Error(absl::StatusCode::kResourceExhausted, "STORAGE_FULL", "full"), true},
      {"disk that takes no writes",
       FailedPrecondition("STORAGE_READ_ONLY", "the disk", "it takes no writes", ""), true},
      {"rule", FailedPrecondition("ACCOUNT_ARCHIVED", "accounts/a", "it is archived", ""), false},
      {"bad request", InvalidField("name", "x", "a name"), false},
      {"nothing there", NotFound("accounts/a"), false},
      {"damaged store", Error(absl::StatusCode::kDataLoss, "STORAGE_DAMAGED", "damaged"), false},
      {"done", absl::OkStatus(), false},
  };
  for (const Case& c : cases) EXPECT_EQ(MayPass(c.status), c.passes) << c.name;
}

}  // namespace
}  // namespace banso::contract
