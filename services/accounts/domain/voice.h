#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_VOICE_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_VOICE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/accounts/v1/voice.pb.h"
#include "banso/accounts/v1/voice_service.pb.h"
#include "common/contract/errors.h"

namespace banso::accounts {

// Checks what the proto's field rules cannot say: a day that is not after `today`, a reason for
// CHURN and none for PRAISE. Adds to `violations`, with paths below `field`.
void CheckVoice(const v1::Voice& voice, absl::CivilDay today, absl::string_view field,
                contract::Violations* violations);

// Of these deals the won one that closed last; nothing when none is won.
std::optional<v1::Deal> LastWon(const std::vector<v1::Deal>& deals);

// Months as asked for. Adds to `violations` when `from` is after `to`, or when they are more than
// 120.
void CheckMonths(const v1::Month& from, const v1::Month& to, contract::Violations* violations);

// The month of a day, and of a message.
absl::CivilMonth MonthOf(const type::v1::Date& date);
absl::CivilMonth MonthOf(const v1::Month& month);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_VOICE_H_
