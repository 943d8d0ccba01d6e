// libFuzzer's way in. The environment variable BANSO_FUZZ names the target; BANSO_FUZZ_SEEDS, if it
// is set, a folder into which its seeds are written before the fuzzer reads that.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/stubs/logging.h"
#include "tests/fuzz/target.h"

namespace {

const banso::fuzz::Target* chosen = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  // Protobuf tells of every text that it cannot read.
  google::protobuf::SetLogHandler(nullptr);
  const char* name = std::getenv("BANSO_FUZZ");
  for (const banso::fuzz::Target& target : banso::fuzz::Targets()) {
    if (name != nullptr && target.name == name) chosen = &target;
  }
  if (chosen == nullptr) {
    std::fprintf(stderr, "BANSO_FUZZ must name one of:");
    for (const auto& target : banso::fuzz::Targets())
      std::fprintf(stderr, " %s", target.name.c_str());
    std::fprintf(stderr, "\n");
    std::exit(1);
  }
  const char* folder = std::getenv("BANSO_FUZZ_SEEDS");
  if (folder == nullptr) return 0;
  std::filesystem::create_directories(folder);
  int number = 0;
  for (const std::string& seed : chosen->seeds) {
    std::ofstream(absl::StrCat(folder, "/seed-", number++), std::ios::binary) << seed;
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  chosen->run(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
