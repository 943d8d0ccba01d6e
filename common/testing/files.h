#ifndef BANSO_COMMON_TESTING_FILES_H_
#define BANSO_COMMON_TESTING_FILES_H_

#include <string>

namespace banso::testing {

// What a file holds; empty when it is not there.
std::string ReadFile(const std::string& path);

}  // namespace banso::testing

#endif  // BANSO_COMMON_TESTING_FILES_H_
