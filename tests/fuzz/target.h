#ifndef BANSO_TESTS_FUZZ_TARGET_H_
#define BANSO_TESTS_FUZZ_TARGET_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace banso::fuzz {

// One parser under test.
struct Target {
  std::string name;
  // Inputs to begin with, among them good ones.
  std::vector<std::string> seeds;
  // Reads the input and checks what must hold of any; ends the program when it does not (Require).
  void (*run)(absl::string_view input) = nullptr;
};

// All of them, by name.
const std::vector<Target>& Targets();

Target CalendarTarget();
Target ConditionTarget();
Target ConfigTarget();
Target CsvTarget();
Target FieldTextTarget();
Target HttpUrlTarget();
Target ImportTarget();
Target JsonTarget();
Target PageTokenTarget();
Target RequestTarget();
Target ResourceNameTarget();
Target ResumeTokenTarget();
Target TextTarget();
Target TraceParentTarget();
Target YamlTarget();

// Ends the program, saying what does not hold, unless `holds`.
void Require(bool holds, absl::string_view what);

}  // namespace banso::fuzz

#endif  // BANSO_TESTS_FUZZ_TARGET_H_
