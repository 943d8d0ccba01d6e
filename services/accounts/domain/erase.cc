#include "services/accounts/domain/erase.h"

#include "common/contract/errors.h"
#include "common/contract/field_rules.h"

namespace banso::accounts {
namespace {

// Stands where a name or text is required.
constexpr char kNobody[] = "-";

}  // namespace

void ErasePerson(v1::Member* member) {
  contract::ClearSensitive(member);
  member->clear_leaves();
  member->set_display_name(kNobody);
}

void ErasePerson(v1::Stakeholder* stakeholder) {
  contract::ClearSensitive(stakeholder);
  stakeholder->clear_commitment();
  stakeholder->clear_enthusiasm();
  stakeholder->set_display_name(kNobody);
}

void ErasePerson(v1::Voice* voice) {
  contract::ClearSensitive(voice);
  voice->set_text(kNobody);
}

absl::Status CheckNotErased(const std::string& name, bool is_erased) {
  if (!is_erased) return absl::OkStatus();
  return contract::FailedPrecondition(kReasonPersonErased, name, "the person has been erased",
                                      "Create the person anew where that is allowed");
}

}  // namespace banso::accounts
