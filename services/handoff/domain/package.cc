#include "services/handoff/domain/package.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/calendar/proto_time.h"
#include "services/handoff/domain/evidence.h"

namespace banso::handoff {

using v1::Handoff;
using v1::HandoffSection;

namespace {

std::string LayerText(accounts::v1::Layer layer) {
  switch (layer) {
    case accounts::v1::LAYER_EXECUTIVE:
      return "the executives";
    case accounts::v1::LAYER_MANAGER:
      return "the managers";
    case accounts::v1::LAYER_FIELD:
      return "the field";
    default:
      return "the customer";
  }
}

std::string ValuesText(const v1::Outcome& outcome) {
  const std::string unit = outcome.unit().empty() ? "" : absl::StrCat(" ", outcome.unit());
  if (outcome.has_baseline() && outcome.has_result()) {
    return absl::StrCat(": ", outcome.baseline(), " -> ", outcome.result(), unit);
  }
  if (outcome.has_result()) return absl::StrCat(": ", outcome.result(), unit);
  if (outcome.has_baseline()) return absl::StrCat(": from ", outcome.baseline(), unit);
  return "";
}

std::string VerdictText(v1::Verdict verdict) {
  switch (verdict) {
    case v1::VERDICT_MET:
      return "met";
    case v1::VERDICT_NOT_MET:
      return "not met";
    case v1::VERDICT_EXCEPTED:
      return "excepted";
    case v1::VERDICT_PENDING_CUSTOMER:
      return "waits for the customer";
    default:
      return "not known";
  }
}

std::string CriterionLine(const v1::CriterionVerdict& verdict) {
  std::string line = absl::StrCat("- ", verdict.title(), ": ", VerdictText(verdict.verdict()), ". ",
                                  verdict.reason());
  if (verdict.evidence_size() > 0) {
    absl::StrAppend(&line, " [", absl::StrJoin(verdict.evidence(), ", "), "]");
  }
  return line;
}

std::string ExceptionLine(const v1::Exception& exception) {
  std::string kind = v1::ExceptionKind_Name(exception.kind());
  kind = std::string(absl::StripPrefix(kind, "EXCEPTION_KIND_"));
  return absl::StrCat(
      "- ", kind, " ",
      exception.criterion().empty() ? exception.replacement().title() : exception.criterion(),
      " until ", calendar::DayText(exception.expire_date()), ", ", exception.reason_code(), ": ",
      exception.reason(), " (asked by ", exception.requested_by(), ", approved by ",
      exception.decided_by(), ")");
}

std::vector<std::string> OpenItems(const Case& the_case) {
  std::vector<std::string> lines;
  for (const v1::CriterionVerdict& verdict : the_case.completion.readiness().criteria()) {
    if (verdict.verdict() == v1::VERDICT_MET) continue;
    lines.push_back(CriterionLine(verdict));
  }
  return lines;
}

const HandoffSection* FindSection(const Handoff& handoff, absl::string_view id) {
  for (const HandoffSection& section : handoff.sections()) {
    if (section.id() == id) return &section;
  }
  return nullptr;
}

}  // namespace

std::string SentenceOf(const v1::Outcome& outcome) {
  return absl::StrCat(
      outcome.text(), ValuesText(outcome),
      outcome.has_date() ? absl::StrCat(" on ", calendar::DayText(outcome.date())) : "", ", for ",
      LayerText(outcome.layer()), " (evidence: ", outcome.evidence(), ")");
}

std::string SectionBody(v1::SectionContent content, const Case& the_case) {
  std::vector<std::string> lines;
  switch (content) {
    case v1::SECTION_CONTENT_OUTCOMES:
      for (const v1::Outcome& outcome : the_case.completion.outcomes()) {
        lines.push_back(absl::StrCat("- ", SentenceOf(outcome)));
      }
      break;
    case v1::SECTION_CONTENT_CRITERIA:
      for (const v1::CriterionVerdict& verdict : the_case.completion.readiness().criteria()) {
        lines.push_back(CriterionLine(verdict));
      }
      break;
    case v1::SECTION_CONTENT_EXCEPTIONS:
      for (const v1::Exception& exception : the_case.exceptions) {
        if (exception.state() == v1::EXCEPTION_STATE_APPROVED) {
          lines.push_back(ExceptionLine(exception));
        }
      }
      break;
    case v1::SECTION_CONTENT_OPEN_ITEMS:
      lines = OpenItems(the_case);
      break;
    case v1::SECTION_CONTENT_INTAKE_CONDITIONS:
      for (const accounts::v1::IntakeCondition& condition : the_case.intake_conditions) {
        lines.push_back(absl::StrCat("- ", condition.text()));
      }
      break;
    case v1::SECTION_CONTENT_SUMMARY:
      return the_case.completion.summary();
    default:
      return "";
  }
  // A section that the suite writes says so when there is nothing to write.
  if (lines.empty()) return "None.";
  return absl::StrJoin(lines, "\n");
}

void FillSections(const v1::HandoffPolicy& policy, const Case* the_case, Handoff* handoff) {
  std::vector<HandoffSection> sections;
  for (const v1::SectionRule& rule : policy.sections()) {
    HandoffSection section;
    section.set_id(rule.id());
    section.set_title(rule.title());
    section.set_required(rule.required());
    const HandoffSection* present = FindSection(*handoff, rule.id());
    if (present != nullptr) section.set_body(present->body());
    if (the_case != nullptr && rule.prefill() != v1::SECTION_CONTENT_UNSPECIFIED) {
      section.set_body(SectionBody(rule.prefill(), *the_case));
    }
    sections.push_back(std::move(section));
  }
  const size_t of_policy = sections.size();
  for (const HandoffSection& section : handoff->sections()) {
    const bool known =
        std::any_of(sections.begin(), sections.begin() + static_cast<std::ptrdiff_t>(of_policy),
                    [&](const HandoffSection& other) { return other.id() == section.id(); });
    if (!known) sections.push_back(section);
  }
  handoff->mutable_sections()->Assign(sections.begin(), sections.end());
}

}  // namespace banso::handoff
