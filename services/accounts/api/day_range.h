#ifndef BANSO_SERVICES_ACCOUNTS_API_DAY_RANGE_H_
#define BANSO_SERVICES_ACCOUNTS_API_DAY_RANGE_H_

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "banso/type/v1/time.pb.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"

namespace banso::accounts {

// INVALID_ARGUMENT when both ends of the range of days `<field>_from` to `<field>_to` are given
// (not null) and the second lies before the first.
inline absl::Status CheckDayRange(absl::string_view field, const type::v1::Date* from,
                                  const type::v1::Date* to) {
  if (from == nullptr || to == nullptr || calendar::ToDay(*from) <= calendar::ToDay(*to)) {
    return absl::OkStatus();
  }
  return contract::InvalidField(
      absl::StrCat(field, "_to"), calendar::DayText(*to),
      absl::StrCat("the day of ", field, "_from, ", calendar::DayText(*from), ", or one after it"),
      "OUT_OF_ORDER");
}

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_DAY_RANGE_H_
