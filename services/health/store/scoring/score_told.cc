#include "services/health/store/scoring/score_told.h"

#include "common/status_macros.h"

namespace banso::health {

using storage::Row;
using storage::Value;

absl::Status KeepTold(storage::Writer& writer, absl::string_view score, absl::Time time,
                      const std::string& packed) {
  return writer
      .Execute(
          "INSERT INTO score_told (score, time, told) VALUES ($score, $time, $told) "
          "ON CONFLICT (score, time) DO UPDATE SET told = excluded.told",
          {{"score", score}, {"time", Value(time)}, {"told", storage::Bytes{packed}}})
      .status();
}

absl::Status MoveTold(storage::Writer& writer, absl::string_view before, absl::string_view after) {
  BANSO_RETURN_IF_ERROR(
      writer
          .Execute("INSERT INTO score_told (score, time, told) SELECT $after, time, told "
                   "FROM score_told WHERE score = $before ON CONFLICT (score, time) DO NOTHING",
                   {{"after", after}, {"before", before}})
          .status());
  return writer.Execute("DELETE FROM score_told WHERE score = $before", {{"before", before}})
      .status();
}

absl::StatusOr<std::map<absl::Time, std::string>> ToldOf(storage::Reader& reader,
                                                         absl::string_view score) {
  std::map<absl::Time, std::string> told;
  BANSO_RETURN_IF_ERROR(
      reader.Query("SELECT time, told FROM score_told WHERE score = $score ORDER BY time",
                   {{"score", score}}, [&](const Row& row) {
                     told.emplace(row.Time(0), row.Blob(1));
                     return absl::OkStatus();
                   }));
  return told;
}

}  // namespace banso::health
