#ifndef BANSO_SERVICES_HEALTH_STORE_WORDS_H_
#define BANSO_SERVICES_HEALTH_STORE_WORDS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "common/storage/database.h"

namespace banso::health {

// The numbers under which samples keep texts that come again and again. 0 stands for no text.
// Remembers what has been committed. Thread-safe.
class Words {
 public:
  // The number of a text; 0 when it has none (or is empty).
  absl::StatusOr<int64_t> Find(storage::Reader& reader, absl::string_view text) const;

  // The text of a number; empty for 0 and for a number that nothing has.
  absl::StatusOr<std::string> Text(storage::Reader& reader, int64_t number) const;

  // The texts that begin with `prefix`, which ends with a slash, and their numbers, by text.
  absl::StatusOr<std::vector<std::pair<std::string, int64_t>>> NumbersBelow(
      storage::Reader& reader, absl::string_view prefix) const;

 private:
  friend class WordWriter;

  // Remembers numbers that have been committed.
  void Remember(const absl::flat_hash_map<std::string, int64_t>& words) const;
  int64_t Recall(absl::string_view text) const;

  mutable absl::Mutex mutex_;
  mutable absl::flat_hash_map<std::string, int64_t> numbers_ ABSL_GUARDED_BY(mutex_);
};

// Gives numbers to texts within one transaction. Call Committed after it has been committed, and
// drop it otherwise.
class WordWriter {
 public:
  explicit WordWriter(const Words& words) : words_(words) {}

  // The number of a text, a new one when it has none yet; 0 for an empty text.
  absl::StatusOr<int64_t> Number(storage::Writer& writer, absl::string_view text);

  void Committed() const { words_.Remember(seen_); }

 private:
  absl::StatusOr<int64_t> Add(storage::Writer& writer, absl::string_view text);

  const Words& words_;
  // Numbers read or given in this transaction.
  absl::flat_hash_map<std::string, int64_t> seen_;
  // The highest number in use; 0: not looked up yet.
  int64_t highest_ = 0;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_WORDS_H_
