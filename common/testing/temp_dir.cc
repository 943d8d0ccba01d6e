#include "common/testing/temp_dir.h"

#include <stdlib.h>

#include <system_error>

#include "common/status_macros.h"

namespace banso::testing {

TempDir::TempDir() {
  std::string pattern = (std::filesystem::temp_directory_path() / "banso-test-XXXXXX").string();
  BANSO_CHECK(mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TempDir::File(absl::string_view name) const {
  return (path_ / std::string(name)).string();
}

}  // namespace banso::testing
