#include "services/kickoff/domain/plan_parts.h"

#include "absl/strings/str_cat.h"
#include "common/contract/resource_name.h"

namespace banso::kickoff {

std::string PlanOf(absl::string_view name) {
  return absl::StrCat(contract::Ancestor(name, "onboardings"), "/plan");
}

}  // namespace banso::kickoff
