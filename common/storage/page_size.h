#ifndef BANSO_COMMON_STORAGE_PAGE_SIZE_H_
#define BANSO_COMMON_STORAGE_PAGE_SIZE_H_

#include <algorithm>
#include <string>

#include "absl/strings/string_view.h"

namespace banso::storage {

// How many items a page holds when so many are asked for.
inline int EffectivePageSize(int asked, int default_size = 50, int max_size = 1000) {
  return asked <= 0 ? default_size : std::min(asked, max_size);
}

// The first text, by bytes, after all that begin with `prefix`; "" when there is none.
inline std::string PrefixEnd(absl::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xFF) end.pop_back();
  if (!end.empty()) ++end.back();
  return end;
}

// The last name that comes before all that begin with `prefix`; "" for an empty prefix. Names hold
// no control characters.
inline std::string BeforePrefix(absl::string_view prefix) {
  std::string before(prefix);
  if (before.empty()) return before;
  --before.back();
  before.push_back('\x7f');
  return before;
}

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_PAGE_SIZE_H_
