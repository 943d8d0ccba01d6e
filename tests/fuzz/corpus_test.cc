// Runs every target on its seeds and on what fuzzing has found (corpus/<target>/), and on each of
// them cut short and with bytes changed: the part of fuzzing that belongs into every run.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fuzz/target.h"

namespace banso::fuzz {
namespace {

class CorpusTest : public ::testing::TestWithParam<Target> {
 protected:
  static std::vector<std::string> Inputs() {
    std::vector<std::string> inputs = GetParam().seeds;
    const char* source = std::getenv("BANSO_SOURCE_DIR");
    const std::filesystem::path folder = std::filesystem::path(source == nullptr ? "." : source) /
                                         "tests/fuzz/corpus" / GetParam().name;
    if (!std::filesystem::exists(folder)) return inputs;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      std::ifstream file(entry.path(), std::ios::binary);
      inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return inputs;
  }
};

TEST_P(CorpusTest, HoldsForTheCorpus) {
  ASSERT_THAT(Inputs(), ::testing::Not(::testing::IsEmpty()));
  for (const std::string& input : Inputs()) GetParam().run(input);
}

TEST_P(CorpusTest, HoldsForInputsCutShort) {
  for (const std::string& input : Inputs()) {
    for (size_t size = 0; size < input.size(); ++size) GetParam().run(input.substr(0, size));
  }
}

TEST_P(CorpusTest, HoldsForInputsWithOtherBytes) {
  // The same in every run; new ones are the fuzzer's work.
  std::mt19937 random(1);
  for (const std::string& input : Inputs()) {
    for (int round = 0; round < 100 && !input.empty(); ++round) {
      std::string altered = input;
      for (int change = 0; change < 3; ++change) {
        altered[random() % altered.size()] = static_cast<char>(random() % 256);
      }
      GetParam().run(altered);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, CorpusTest, ::testing::ValuesIn(Targets()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace banso::fuzz
