#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_ERASE_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_ERASE_H_

#include <string>

#include "absl/status/status.h"
#include "banso/accounts/v1/member.pb.h"
#include "banso/accounts/v1/stakeholder.pb.h"
#include "banso/accounts/v1/voice.pb.h"

// Erasing what is known of a person.
namespace banso::accounts {

inline constexpr char kReasonPersonErased[] = "PERSON_ERASED";
inline constexpr char kReasonMemberInCharge[] = "MEMBER_IN_CHARGE";

// What is left of a person: the name becomes `-`, all that is personal is cleared.
void ErasePerson(v1::Member* member);
void ErasePerson(v1::Stakeholder* stakeholder);

// What is left of something that a person said: that, when and about what something was said.
void ErasePerson(v1::Voice* voice);

// FAILED_PRECONDITION (PERSON_ERASED) when the person of this name has been erased.
absl::Status CheckNotErased(const std::string& name, bool is_erased);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_ERASE_H_
