#include "tests/fuzz/target.h"

#include <cstdio>
#include <cstdlib>

namespace banso::fuzz {

const std::vector<Target>& Targets() {
  static const auto& targets = *new std::vector<Target>{
      CalendarTarget(),  ConditionTarget(),   ConfigTarget(),       CsvTarget(),
      FieldTextTarget(), HttpUrlTarget(),     ImportTarget(),       JsonTarget(),
      PageTokenTarget(), RequestTarget(),     ResourceNameTarget(), ResumeTokenTarget(),
      TextTarget(),      TraceParentTarget(), YamlTarget()};
  return targets;
}

void Require(bool holds, absl::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

}  // namespace banso::fuzz
