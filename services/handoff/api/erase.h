#ifndef BANSO_SERVICES_HANDOFF_API_ERASE_H_
#define BANSO_SERVICES_HANDOFF_API_ERASE_H_

#include <string>

#include "absl/status/status.h"
#include "common/storage/database.h"
#include "services/handoff/store/store.h"

namespace banso::handoff {

// Erases what handoff keeps of a person whom accounts has erased: what was noted of contacts with a
// stakeholder or member, and what a stakeholder confirmed in words. Names of people that were
// written as text into the evidence of a stakeholder's account cannot be told apart, so each of
// them is replaced by `erased-1`, `erased-2` and so on, the same name by the same. May be called
// again.
absl::Status EraseStakeholder(const Store& store, storage::Writer& writer,
                              const std::string& stakeholder);
absl::Status EraseMember(const Store& store, storage::Writer& writer, const std::string& member);

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_API_ERASE_H_
