#include "services/handoff/domain/readings.h"

#include <utility>

namespace banso::handoff {

std::vector<std::string> ReadingsOf(const type::v1::Explanation& explanation) {
  std::vector<std::string> readings;
  if (!explanation.reading().empty()) readings.push_back(explanation.reading());
  for (const type::v1::Explanation& part : explanation.parts()) {
    for (std::string& reading : ReadingsOf(part)) readings.push_back(std::move(reading));
  }
  return readings;
}

}  // namespace banso::handoff
