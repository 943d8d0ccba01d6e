#ifndef BANSO_CLIENTS_CLI_SPELLING_H_
#define BANSO_CLIENTS_CLI_SPELLING_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

// Values that are probably meant to be another one.
namespace banso::cli {

// How many characters have to be put in, taken out, exchanged or swapped with their neighbour to
// make `a` into `b` (optimal string alignment, a restricted Damerau-Levenshtein distance). Counts
// characters, not bytes.
int EditDistance(absl::string_view a, absl::string_view b);

// Whether two different texts are probably the same word: they differ only in case, spaces and
// punctuation (`GTXPro`, `GTX Pro`); or by one edit from 4 characters on, or two from 8 on.
// Digits are never mistaken for one another: `GTX 100` is not near `GTX 200`.
bool IsNearSpelling(absl::string_view a, absl::string_view b);

// The word of the list to which `text` is near, the nearest first in the list's order; nothing if
// there is none, or if `text` itself is in the list.
std::optional<std::string> NearestOf(absl::string_view text, const std::vector<std::string>& words);

// The countries of the world by their usual English names.
const std::vector<std::string>& CountryNames();

}  // namespace banso::cli

#endif  // BANSO_CLIENTS_CLI_SPELLING_H_
