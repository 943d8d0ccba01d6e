#ifndef BANSO_SERVICES_HEALTH_STORE_SAMPLE_FEED_H_
#define BANSO_SERVICES_HEALTH_STORE_SAMPLE_FEED_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/contract/call.h"
#include "common/storage/database.h"

// Which days' values each commit of samples changed: what the stream of facts is made from. The
// values themselves are read when they are sent.
namespace banso::health {

// A value of the stream: that of an account, metric, day (from 1970-01-01) and object, by the
// numbers of words.
struct TouchedDay {
  int64_t account = 0;
  int64_t metric = 0;
  int64_t day = 0;
  int64_t object = 0;

  // clang-tidy takes the zero that the compiler compares with for a pointer.
  auto operator<=>(const TouchedDay&) const = default;  // NOLINT(modernize-use-nullptr)
};

// The values that one commit changed.
struct SampleCommit {
  int64_t position = 0;
  std::vector<TouchedDay> touched;
};

// Stores what a commit changed under the next position of the store. `touched` is in order, each
// once, as in all of these.
absl::Status SaveTouched(storage::Writer& writer, absl::Span<const TouchedDay> touched);

// Up to `limit` commits after `position`, in commit order.
absl::StatusOr<std::vector<SampleCommit>> TailSamples(storage::Reader& reader, int64_t position,
                                                      int limit);

// Joins commits that follow each other, as far as they changed at most as many values as one
// message of samples may, to one under the position of the last. A value that several of them
// changed is then told once: what is sent of a value is what it is by then, so nothing is lost to
// whoever watches from anywhere. So the table grows with the values that there are, not with how
// often samples come in. Leaves the `newest` commits alone: who watches has just been told them.
// `from` is the position behind which there is something to do; it is moved on, so that the next
// run need not begin anew.
absl::Status JoinCommits(storage::Database& database, const Call& call, int64_t newest,
                         int64_t& from);

// The form in which touched days are stored.
std::string EncodeTouched(absl::Span<const TouchedDay> touched);
// DATA_LOSS when the bytes are not such a form.
absl::StatusOr<std::vector<TouchedDay>> DecodeTouched(absl::string_view bytes);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_SAMPLE_FEED_H_
