#include "services/health/store/mirror/mirror_hash.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/contract/fingerprint.h"
#include "common/status_macros.h"

namespace banso::health {
namespace {

using storage::Reader;
using storage::Row;

// Hashes fields as they come, in little memory.
class Hasher {
 public:
  // No two sequences of fields are written alike.
  void Add(absl::string_view field) {
    absl::StrAppend(&pending_, field.size(), ":", field);
    if (pending_.size() >= kPart) Mix();
  }
  void Add(int64_t number) { Add(absl::StrCat(number)); }

  std::string Finish() {
    Mix();
    return absl::BytesToHexString(hash_);
  }

 private:
  static constexpr size_t kPart = 64 * 1024;

  void Mix() {
    hash_ = contract::Hash(absl::StrCat(hash_, pending_));
    pending_.clear();
  }

  std::string hash_;
  std::string pending_;
};

}  // namespace

absl::StatusOr<std::string> MirrorHash(Reader& reader) {
  Hasher hasher;
  const auto add_header = [&](const Row& row) {
    hasher.Add(row.Text(0));
    hasher.Add(row.Blob(1));
    return absl::OkStatus();
  };
  hasher.Add("accounts");
  BANSO_RETURN_IF_ERROR(
      reader.Query("SELECT name, data FROM account_header ORDER BY name", {}, add_header));
  hasher.Add("onboardings");
  BANSO_RETURN_IF_ERROR(
      reader.Query("SELECT name, data FROM onboarding_header ORDER BY name", {}, add_header));
  hasher.Add("external ids");
  BANSO_RETURN_IF_ERROR(
      reader.Query("SELECT system, id, account FROM external_account ORDER BY system, id", {},
                   [&](const Row& row) {
                     for (int i = 0; i < 3; ++i) hasher.Add(row.Text(i));
                     return absl::OkStatus();
                   }));
  hasher.Add("facts");
  BANSO_RETURN_IF_ERROR(
      reader.Query("SELECT subject, fact, object, source, occurred, recorded, backdated, value "
                   "FROM mirrored_fact ORDER BY subject, fact, object, occurred, position",
                   {}, [&](const Row& row) {
                     for (int i = 0; i < 4; ++i) hasher.Add(row.Text(i));
                     for (int i = 4; i < 7; ++i) hasher.Add(row.Int64(i));
                     hasher.Add(row.IsNull(7) ? "unknown" : "known");
                     if (!row.IsNull(7)) hasher.Add(row.Blob(7));
                     return absl::OkStatus();
                   }));
  return hasher.Finish();
}

}  // namespace banso::health
