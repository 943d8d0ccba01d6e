#include "services/health/store/fact_table.h"

#include "absl/strings/str_replace.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "services/health/domain/fact_types.h"

namespace banso::health {

using storage::Row;

namespace {

// Own facts, such as scores, change every day: of each account only the last change is read.
// Sql says what stands for {known}.
constexpr char kOwnOfAll[] =
    "SELECT account_header.name, (SELECT value FROM fact_change WHERE subject = "
    "account_header.name AND fact = $fact AND occurred <= $as_of {known}"
    "ORDER BY occurred DESC, position DESC LIMIT 1) FROM account_header";
constexpr char kMirroredOfAll[] =
    "SELECT subject, value FROM mirrored_fact WHERE fact = $fact AND occurred <= $as_of {known}"
    "ORDER BY subject, occurred, position";
constexpr char kOwnOfOne[] =
    "SELECT value FROM fact_change WHERE subject = $subject AND fact = $fact "
    "AND occurred <= $as_of {known}ORDER BY occurred DESC, position DESC LIMIT 1";
constexpr char kMirroredOfOne[] =
    "SELECT value FROM mirrored_fact WHERE subject = $subject AND fact = $fact "
    "AND occurred <= $as_of {known}ORDER BY occurred DESC, position DESC LIMIT 1";

// The statement for what was known by then; without a time, for all that is known.
std::string Sql(const char* text, const std::optional<absl::Time>& known_at) {
  return absl::StrReplaceAll(
      text, {{"{known}", known_at.has_value() ? "AND recorded <= $known_at " : ""}});
}

void AddKnown(const std::optional<absl::Time>& known_at, storage::Params& params) {
  if (known_at.has_value()) params.Set("known_at", *known_at);
}

absl::Status ParseValue(absl::string_view data, type::v1::Value& value) {
  if (value.ParseFromArray(data.data(), static_cast<int>(data.size()))) return absl::OkStatus();
  return contract::Internal("a stored fact cannot be read");
}

}  // namespace

absl::StatusOr<absl::flat_hash_map<std::string, type::v1::Value>> ValuesOfAll(
    storage::Reader& reader, absl::string_view fact, absl::Time as_of,
    std::optional<absl::Time> known_at) {
  absl::flat_hash_map<std::string, type::v1::Value> values;
  const auto take = [&](const Row& row) -> absl::Status {
    if (row.IsNull(1)) {
      values.erase(row.Text(0));
      return absl::OkStatus();
    }
    return ParseValue(row.Blob(1), values[row.Text(0)]);
  };
  storage::Params params = {{"fact", fact}, {"as_of", as_of}};
  AddKnown(known_at, params);
  BANSO_RETURN_IF_ERROR(
      reader.Query(Sql(IsOwnFact(fact) ? kOwnOfAll : kMirroredOfAll, known_at), params, take));
  return values;
}

absl::StatusOr<std::optional<type::v1::Value>> ValueAt(storage::Reader& reader,
                                                       absl::string_view subject,
                                                       absl::string_view fact, absl::Time as_of,
                                                       std::optional<absl::Time> known_at) {
  std::optional<type::v1::Value> value;
  storage::Params params = {{"subject", subject}, {"fact", fact}, {"as_of", as_of}};
  AddKnown(known_at, params);
  BANSO_RETURN_IF_ERROR(reader
                            .QueryOne(Sql(IsOwnFact(fact) ? kOwnOfOne : kMirroredOfOne, known_at),
                                      params,
                                      [&](const Row& row) {
                                        if (row.IsNull(0)) return absl::OkStatus();
                                        return ParseValue(row.Blob(0), value.emplace());
                                      })
                            .status());
  return value;
}

}  // namespace banso::health
