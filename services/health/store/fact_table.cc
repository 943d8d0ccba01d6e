#include "services/health/store/fact_table.h"

#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "services/health/domain/fact_types.h"

namespace banso::health {

using storage::Row;

absl::StatusOr<absl::flat_hash_map<std::string, type::v1::Value>> ValuesOfAll(
    storage::Reader& reader, absl::string_view fact, absl::Time as_of) {
  static constexpr absl::string_view kOwn =
      "SELECT subject, value FROM fact_change WHERE fact = $fact AND occurred <= $as_of "
      "ORDER BY subject, occurred, position";
  static constexpr absl::string_view kMirrored =
      "SELECT subject, value FROM mirrored_fact WHERE fact = $fact AND occurred <= $as_of "
      "ORDER BY subject, occurred, position";
  absl::flat_hash_map<std::string, type::v1::Value> values;
  const auto take = [&](const Row& row) -> absl::Status {
    if (row.IsNull(1)) {
      values.erase(row.Text(0));
      return absl::OkStatus();
    }
    const absl::string_view data = row.Blob(1);
    if (!values[row.Text(0)].ParseFromArray(data.data(), static_cast<int>(data.size()))) {
      return contract::Internal("a stored fact cannot be read");
    }
    return absl::OkStatus();
  };
  BANSO_RETURN_IF_ERROR(
      reader.Query(IsOwnFact(fact) ? kOwn : kMirrored, {{"fact", fact}, {"as_of", as_of}}, take));
  return values;
}

}  // namespace banso::health
