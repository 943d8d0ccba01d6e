#ifndef BANSO_CLIENTS_CLI_PROFILE_H_
#define BANSO_CLIENTS_CLI_PROFILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"

// What the values of a column look like: its holes, and values that are probably misspelled.
namespace banso::cli {

// A value that is probably meant to be another one.
struct Suspicion {
  std::string value;
  // How often it occurs.
  int64_t count = 0;
  std::string near;
  // How often the other one occurs; 0 when it is only in a list of known values.
  int64_t near_count = 0;

  bool operator==(const Suspicion&) const = default;
};

// The profile of one column.
struct ColumnProfile {
  std::string column;
  // Rows without a value.
  int64_t empty = 0;
  // Values with spaces around them.
  int64_t padded = 0;
  // Different values.
  int64_t distinct = 0;
  // By value.
  std::vector<Suspicion> suspicions;
};

// Looks through the values of a column. With `known` words, a value is suspicious when it is near
// one of them and none itself. Without, columns whose values repeat (on average twice or more) are
// searched for rare values near one that occurs at least four times as often; with more than 500
// different values no column is.
ColumnProfile ProfileOf(const std::string& column, absl::Span<const std::string> values,
                        const std::vector<std::string>& known);

}  // namespace banso::cli

#endif  // BANSO_CLIENTS_CLI_PROFILE_H_
