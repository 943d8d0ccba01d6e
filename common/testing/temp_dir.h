#ifndef BANSO_COMMON_TESTING_TEMP_DIR_H_
#define BANSO_COMMON_TESTING_TEMP_DIR_H_

#include <filesystem>
#include <string>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace banso::testing {

// A fresh empty directory, removed with everything in it when the object goes. Aborts when the
// system offers no place for temporary files.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }

  // The path of `name` in the directory. Creates nothing.
  std::string File(absl::string_view name) const;

 private:
  std::filesystem::path path_;
};

// A fixture whose every test has a directory of its own.
class TempDirTest : public ::testing::Test {
 protected:
  std::string TempFile(absl::string_view name) const { return temp_dir_.File(name); }
  const TempDir& temp_dir() const { return temp_dir_; }

 private:
  TempDir temp_dir_;
};

}  // namespace banso::testing

#endif  // BANSO_COMMON_TESTING_TEMP_DIR_H_
