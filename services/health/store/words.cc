#include "services/health/store/words.h"

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace banso::health {
namespace {

// More than this and what is remembered is dropped: memory stays bounded.
constexpr size_t kMaxRemembered = 500000;

}  // namespace

void Words::Remember(const absl::flat_hash_map<std::string, int64_t>& words) const {
  absl::MutexLock lock(&mutex_);
  if (numbers_.size() + words.size() > kMaxRemembered) numbers_.clear();
  numbers_.insert(words.begin(), words.end());
}

int64_t Words::Recall(absl::string_view text) const {
  absl::MutexLock lock(&mutex_);
  const auto found = numbers_.find(text);
  return found == numbers_.end() ? 0 : found->second;
}

absl::StatusOr<int64_t> Words::Find(storage::Reader& reader, absl::string_view text) const {
  if (text.empty()) return 0;
  int64_t number = Recall(text);
  if (number != 0) return number;
  BANSO_RETURN_IF_ERROR(reader
                            .QueryOne("SELECT number FROM word WHERE text = $text",
                                      {{"text", text}},
                                      [&](const storage::Row& row) {
                                        number = row.Int64(0);
                                        return absl::OkStatus();
                                      })
                            .status());
  return number;
}

absl::StatusOr<std::string> Words::Text(storage::Reader& reader, int64_t number) const {
  std::string text;
  if (number == 0) return text;
  BANSO_RETURN_IF_ERROR(reader
                            .QueryOne("SELECT text FROM word WHERE number = $number",
                                      {{"number", number}},
                                      [&](const storage::Row& row) {
                                        text = std::string(row.Text(0));
                                        return absl::OkStatus();
                                      })
                            .status());
  return text;
}

absl::StatusOr<std::vector<std::pair<std::string, int64_t>>> Words::NumbersBelow(
    storage::Reader& reader, absl::string_view prefix) const {
  std::vector<std::pair<std::string, int64_t>> numbers;
  // The character after the slash ends the range.
  const std::string end = absl::StrCat(prefix.substr(0, prefix.size() - 1), "0");
  BANSO_RETURN_IF_ERROR(
      reader.Query("SELECT text, number FROM word WHERE text >= $from AND text < $to ORDER BY text",
                   {{"from", prefix}, {"to", end}}, [&](const storage::Row& row) {
                     numbers.emplace_back(row.Text(0), row.Int64(1));
                     return absl::OkStatus();
                   }));
  return numbers;
}

absl::StatusOr<int64_t> WordWriter::Number(storage::Writer& writer, absl::string_view text) {
  if (text.empty()) return 0;
  if (const int64_t known = words_.Recall(text); known != 0) return known;
  if (const auto found = seen_.find(text); found != seen_.end()) return found->second;
  BANSO_ASSIGN_OR_RETURN(int64_t number, words_.Find(writer, text));
  if (number == 0) {
    BANSO_ASSIGN_OR_RETURN(number, Add(writer, text));
  }
  seen_.emplace(std::string(text), number);
  return number;
}

absl::StatusOr<int64_t> WordWriter::Add(storage::Writer& writer, absl::string_view text) {
  if (highest_ == 0) {
    BANSO_RETURN_IF_ERROR(writer
                              .QueryOne("SELECT COALESCE(MAX(number), 0) FROM word", {},
                                        [&](const storage::Row& row) {
                                          highest_ = row.Int64(0);
                                          return absl::OkStatus();
                                        })
                              .status());
  }
  ++highest_;
  BANSO_RETURN_IF_ERROR(writer
                            .Execute("INSERT INTO word (number, text) VALUES ($number, $text)",
                                     {{"number", highest_}, {"text", text}})
                            .status());
  return highest_;
}

}  // namespace banso::health
