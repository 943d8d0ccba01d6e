#include "common/testing/files.h"

#include <fstream>
#include <sstream>

namespace banso::testing {

std::string ReadFile(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace banso::testing
