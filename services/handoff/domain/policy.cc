#include "services/handoff/domain/policy.h"

#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/calendar/period.h"
#include "common/contract/resource_name.h"

namespace banso::handoff {

using contract::Violations;
using v1::HandoffPolicy;

namespace {

constexpr int kResponseBusinessDays = 5;
constexpr int kWarnDays = 8;
constexpr int kEscalateDays = 15;
constexpr int kQuietDays = 14;
constexpr int kMinimumOutcomes = 1;

void CheckCodes(const google::protobuf::RepeatedPtrField<v1::ReasonCode>& codes,
                const std::string& field, Violations* violations) {
  std::set<std::string> seen;
  for (int i = 0; i < codes.size(); ++i) {
    if (!seen.insert(codes[i].code()).second) {
      violations->Add(absl::StrCat(field, "[", i, "].code"), codes[i].code(),
                      "a code that no other reason has", "DUPLICATE");
    }
  }
}

void AddSection(absl::string_view id, absl::string_view title, bool required,
                v1::SectionContent prefill, HandoffPolicy* policy) {
  v1::SectionRule* section = policy->add_sections();
  section->set_id(std::string(id));
  section->set_title(std::string(title));
  section->set_required(required);
  section->set_prefill(prefill);
}

}  // namespace

void CheckHandoffPolicy(const HandoffPolicy& policy, absl::string_view field,
                        Violations* violations) {
  std::set<std::string> ids;
  for (int i = 0; i < policy.sections_size(); ++i) {
    if (!ids.insert(policy.sections(i).id()).second) {
      violations->Add(absl::StrCat(field, ".sections[", i, "].id"), policy.sections(i).id(),
                      "an id that no other section has", "DUPLICATE");
    }
  }
  CheckCodes(policy.exception_reasons(), absl::StrCat(field, ".exception_reasons"), violations);
  CheckCodes(policy.return_reasons(), absl::StrCat(field, ".return_reasons"), violations);
  const HandoffPolicy full = WithDefaults(policy);
  if (full.gap_warn_after().unit() == full.gap_escalate_after().unit() &&
      full.gap_escalate_after().count() < full.gap_warn_after().count()) {
    violations->Add(absl::StrCat(field, ".gap_escalate_after"),
                    calendar::PeriodText(full.gap_escalate_after()),
                    absl::StrCat("no less than gap_warn_after, which is ",
                                 calendar::PeriodText(full.gap_warn_after())),
                    "ESCALATES_BEFORE_WARNING");
  }
}

HandoffPolicy WithDefaults(HandoffPolicy policy) {
  using calendar::MakePeriod;
  if (!policy.has_response_time()) {
    *policy.mutable_response_time() =
        MakePeriod(kResponseBusinessDays, type::v1::PERIOD_UNIT_BUSINESS_DAY);
  }
  if (!policy.has_gap_warn_after()) {
    *policy.mutable_gap_warn_after() = MakePeriod(kWarnDays, type::v1::PERIOD_UNIT_DAY);
  }
  if (!policy.has_gap_escalate_after()) {
    *policy.mutable_gap_escalate_after() = MakePeriod(kEscalateDays, type::v1::PERIOD_UNIT_DAY);
  }
  if (!policy.has_quiet_period()) {
    *policy.mutable_quiet_period() = MakePeriod(kQuietDays, type::v1::PERIOD_UNIT_DAY);
  }
  if (!policy.has_minimum_outcomes()) policy.set_minimum_outcomes(kMinimumOutcomes);
  if (policy.name().empty() && policy.sections_size() == 0) {
    AddSection("summary", "What to know first", false, v1::SECTION_CONTENT_SUMMARY, &policy);
    AddSection("outcomes", "What was achieved", true, v1::SECTION_CONTENT_OUTCOMES, &policy);
    AddSection("criteria", "How it was judged", true, v1::SECTION_CONTENT_CRITERIA, &policy);
    AddSection("exceptions", "Exceptions", false, v1::SECTION_CONTENT_EXCEPTIONS, &policy);
    AddSection("open-items", "What is open", false, v1::SECTION_CONTENT_OPEN_ITEMS, &policy);
  }
  return policy;
}

void CheckReasonCode(const google::protobuf::RepeatedPtrField<v1::ReasonCode>& codes,
                     absl::string_view code, absl::string_view field, Violations* violations) {
  if (codes.empty()) return;
  std::vector<std::string> known;
  for (const v1::ReasonCode& reason : codes) {
    if (reason.code() == code) return;
    known.push_back(reason.code());
  }
  violations->Add(field, code, absl::StrCat("one of ", absl::StrJoin(known, ", ")),
                  "UNKNOWN_REASON_CODE");
}

std::string RevisionNameOf(const HandoffPolicy& policy) {
  if (policy.name().empty()) return "";
  return contract::JoinRevision(policy.name(), policy.revision().number());
}

}  // namespace banso::handoff
