#include "services/health/store/use/use_history.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/status_macros.h"

namespace banso::health {
namespace {

using storage::Reader;
using storage::Row;
using storage::Value;
using storage::Writer;

absl::Status KeepData(Writer& writer, absl::string_view name, Value data) {
  return writer
      .Execute(
          "INSERT INTO expected_use_revision (name, recorded, data) VALUES ($name, $now, $data) "
          "ON CONFLICT (name, recorded) DO UPDATE SET data = excluded.data",
          {{"name", name}, {"now", Value(writer.now())}, {"data", std::move(data)}})
      .status();
}

}  // namespace

absl::Status UseHistory::Keep(Writer& writer, const v1::ExpectedUse& use) const {
  return KeepData(writer, use.name(), Value(storage::Bytes{use.SerializeAsString()}));
}

absl::Status UseHistory::Remove(Writer& writer, absl::string_view name) const {
  return KeepData(writer, name, Value());
}

absl::StatusOr<std::vector<RecordedUse>> UseHistory::Of(Reader& reader, absl::string_view name,
                                                        std::optional<absl::Time> known_at,
                                                        absl::TimeZone zone) const {
  std::vector<RecordedUse> recorded;
  BANSO_RETURN_IF_ERROR(
      reader.Query("SELECT recorded, data FROM expected_use_revision WHERE name = $name "
                   "AND recorded <= $known_at ORDER BY recorded",
                   {{"name", name}, {"known_at", Value(known_at.value_or(absl::InfiniteFuture()))}},
                   [&](const Row& row) -> absl::Status {
                     if (row.IsNull(1)) {
                       recorded.clear();
                       return absl::OkStatus();
                     }
                     RecordedUse& one = recorded.emplace_back();
                     one.since = calendar::DayOf(row.Time(0), zone);
                     const absl::string_view data = row.Blob(1);
                     if (one.use.ParseFromArray(data.data(), static_cast<int>(data.size()))) {
                       return absl::OkStatus();
                     }
                     return absl::DataLossError("a stored expectation cannot be read");
                   }));
  return recorded;
}

absl::StatusOr<std::vector<std::string>> UseHistory::NamesOf(Reader& reader,
                                                             absl::string_view account) const {
  std::vector<std::string> names;
  BANSO_RETURN_IF_ERROR(
      reader.Query("SELECT DISTINCT name FROM expected_use_revision "
                   "WHERE name > $from AND name < $to ORDER BY name",
                   {{"from", absl::StrCat(account, "/")},
                    // The character after the slash.
                    {"to", absl::StrCat(account, "0")}},
                   [&](const Row& row) {
                     names.emplace_back(row.Text(0));
                     return absl::OkStatus();
                   }));
  return names;
}

absl::Status UseHistory::Rename(Writer& writer, absl::string_view before,
                                const std::string& after) const {
  return writer
      .Execute("UPDATE expected_use_revision SET name = $after WHERE name = $before",
               {{"after", after}, {"before", before}})
      .status();
}

}  // namespace banso::health
