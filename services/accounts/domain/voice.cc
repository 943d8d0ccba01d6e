#include "services/accounts/domain/voice.h"

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"

namespace banso::accounts {
namespace {

constexpr int kMaxMonths = 120;

}  // namespace

void CheckVoice(const v1::Voice& voice, absl::CivilDay today, absl::string_view field,
                contract::Violations* violations) {
  if (calendar::ToDay(voice.date()) > today) {
    violations->Add(absl::StrCat(field, ".date"),
                    absl::FormatCivilTime(calendar::ToDay(voice.date())),
                    absl::StrCat(absl::FormatCivilTime(today), " or before"), "IN_THE_FUTURE");
  }
  const bool has_reason = voice.reason() != v1::CHURN_REASON_UNSPECIFIED;
  if (voice.kind() == v1::VOICE_KIND_CHURN && !has_reason) {
    violations->Add(absl::StrCat(field, ".reason"), "", "why the customer leaves, with CHURN",
                    "REQUIRED");
  }
  if (voice.kind() == v1::VOICE_KIND_PRAISE && has_reason) {
    violations->Add(absl::StrCat(field, ".reason"), v1::ChurnReason_Name(voice.reason()),
                    "none, with PRAISE", "NOT_ACCEPTED");
  }
}

std::optional<v1::Deal> LastWon(const std::vector<v1::Deal>& deals) {
  std::optional<v1::Deal> last;
  for (const v1::Deal& deal : deals) {
    if (deal.stage() != v1::DEAL_STAGE_WON) continue;
    if (!last.has_value() ||
        calendar::ToDay(deal.close_date()) >= calendar::ToDay(last->close_date())) {
      last = deal;
    }
  }
  return last;
}

void CheckMonths(const v1::Month& from, const v1::Month& to, contract::Violations* violations) {
  const absl::CivilMonth first = MonthOf(from);
  const absl::CivilMonth last = MonthOf(to);
  if (last < first || last - first >= kMaxMonths) {
    violations->Add(
        "to", absl::FormatCivilTime(last),
        absl::StrCat(absl::FormatCivilTime(first), " or up to ", kMaxMonths - 1, " months later"),
        "OUT_OF_RANGE");
  }
}

absl::CivilMonth MonthOf(const type::v1::Date& date) {
  return absl::CivilMonth(calendar::ToDay(date));
}

absl::CivilMonth MonthOf(const v1::Month& month) {
  return absl::CivilMonth(month.year(), month.month());
}

}  // namespace banso::accounts
