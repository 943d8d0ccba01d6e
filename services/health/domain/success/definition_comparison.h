#ifndef BANSO_SERVICES_HEALTH_DOMAIN_SUCCESS_DEFINITION_COMPARISON_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_SUCCESS_DEFINITION_COMPARISON_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "banso/health/v1/success.pb.h"
#include "banso/health/v1/success_service.pb.h"
#include "banso/type/v1/condition.pb.h"

namespace banso::health {

// What the definitions say of one onboarding.
struct ComparedOnboarding {
  v1::SuccessState first = v1::SUCCESS_STATE_UNDECIDED;
  v1::SuccessState second = v1::SUCCESS_STATE_UNDECIDED;
  // UNSPECIFIED when no result was asked for.
  v1::SuccessState result = v1::SUCCESS_STATE_UNSPECIFIED;
  // How often people made an entry for the one and for the other.
  int64_t first_entries = 0;
  int64_t second_entries = 0;
  // The number of its account; absent when no other onboarding is of the same.
  std::optional<int64_t> account = std::nullopt;
};

// Sets the two side by side. `result` is the revision of the result, empty when none was asked for.
// Whether a definition goes with it is concluded by Fisher's exact test; where accounts have
// several onboardings, by accounts (see statistics::CompareClusters). The parts of the figures that
// come from the definitions alone are for DescribeDefinition.
void CompareDefinitions(const std::vector<ComparedOnboarding>& onboardings,
                        const std::string& result, double minutes_per_entry,
                        v1::CompareSuccessDefinitionsResponse* response);

// Revision, names and complexity of a definition. `is_manual` says of a fact whether people record
// it.
void DescribeDefinition(const v1::SuccessDefinition& definition,
                        const std::function<bool(absl::string_view fact)>& is_manual,
                        v1::DefinitionFigures* figures);

// How many comparisons a condition has, those of counts and `known` among them.
int CountComparisons(const type::v1::Condition& condition);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_SUCCESS_DEFINITION_COMPARISON_H_
