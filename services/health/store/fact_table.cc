#include "services/health/store/fact_table.h"

#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "services/health/domain/fact_types.h"

namespace banso::health {

using storage::Row;

namespace {

// Own facts, such as scores, change every day: of each account only the last change is read.
constexpr char kOwnOfAll[] =
    "SELECT account_header.name, (SELECT value FROM fact_change WHERE subject = "
    "account_header.name AND fact = $fact AND occurred <= $as_of "
    "ORDER BY occurred DESC, position DESC LIMIT 1) FROM account_header";
constexpr char kMirroredOfAll[] =
    "SELECT subject, value FROM mirrored_fact WHERE fact = $fact AND occurred <= $as_of "
    "ORDER BY subject, occurred, position";
constexpr char kOwnOfOne[] =
    "SELECT value FROM fact_change WHERE subject = $subject AND fact = $fact "
    "AND occurred <= $as_of ORDER BY occurred DESC, position DESC LIMIT 1";
constexpr char kMirroredOfOne[] =
    "SELECT value FROM mirrored_fact WHERE subject = $subject AND fact = $fact "
    "AND occurred <= $as_of ORDER BY occurred DESC, position DESC LIMIT 1";

absl::Status ParseValue(absl::string_view data, type::v1::Value& value) {
  if (value.ParseFromArray(data.data(), static_cast<int>(data.size()))) return absl::OkStatus();
  return contract::Internal("a stored fact cannot be read");
}

}  // namespace

absl::StatusOr<absl::flat_hash_map<std::string, type::v1::Value>> ValuesOfAll(
    storage::Reader& reader, absl::string_view fact, absl::Time as_of) {
  absl::flat_hash_map<std::string, type::v1::Value> values;
  const auto take = [&](const Row& row) -> absl::Status {
    if (row.IsNull(1)) {
      values.erase(row.Text(0));
      return absl::OkStatus();
    }
    return ParseValue(row.Blob(1), values[row.Text(0)]);
  };
  BANSO_RETURN_IF_ERROR(reader.Query(IsOwnFact(fact) ? kOwnOfAll : kMirroredOfAll,
                                     {{"fact", fact}, {"as_of", as_of}}, take));
  return values;
}

absl::StatusOr<std::optional<type::v1::Value>> ValueAt(storage::Reader& reader,
                                                       absl::string_view subject,
                                                       absl::string_view fact, absl::Time as_of) {
  std::optional<type::v1::Value> value;
  BANSO_RETURN_IF_ERROR(reader
                            .QueryOne(IsOwnFact(fact) ? kOwnOfOne : kMirroredOfOne,
                                      {{"subject", subject}, {"fact", fact}, {"as_of", as_of}},
                                      [&](const Row& row) {
                                        if (row.IsNull(0)) return absl::OkStatus();
                                        return ParseValue(row.Blob(0), value.emplace());
                                      })
                            .status());
  return value;
}

}  // namespace banso::health
