#include "services/handoff/domain/evidence.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/rule/condition.h"
#include "common/status_macros.h"
#include "services/handoff/domain/criteria.h"

namespace banso::handoff {

using contract::Violations;
using v1::Criterion;
using v1::Evidence;
using v1::Exception;

namespace {

Evidence::DetailCase DetailFor(v1::CriterionKind kind) {
  switch (kind) {
    case v1::CRITERION_KIND_SKILLS:
      return Evidence::kSkill;
    case v1::CRITERION_KIND_DECISION:
      return Evidence::kDecision;
    case v1::CRITERION_KIND_JUDGEMENT:
      return Evidence::kJudgement;
    case v1::CRITERION_KIND_AGREED_TARGET:
      return Evidence::kTarget;
    case v1::CRITERION_KIND_CUSTOMER_CONFIRMATION:
      return Evidence::kConfirmation;
    default:
      return Evidence::DETAIL_NOT_SET;
  }
}

std::string DetailName(Evidence::DetailCase detail) {
  if (detail == Evidence::DETAIL_NOT_SET)
    return "none of skill, decision, judgement, target, confirmation";
  return Evidence::descriptor()->FindFieldByNumber(detail)->name();
}

void CheckDetail(const Criterion& criterion, const Evidence& evidence, Violations* violations) {
  const Evidence::DetailCase needed = DetailFor(criterion.kind());
  if (evidence.detail_case() != needed) {
    violations->Add("evidence.detail", DetailName(evidence.detail_case()),
                    absl::StrCat(DetailName(needed), ", as the criterion's kind is ",
                                 v1::CriterionKind_Name(criterion.kind())),
                    "NOT_FOR_THIS_KIND");
    return;
  }
  const bool text = !evidence.text().empty();
  if (criterion.kind() == v1::CRITERION_KIND_JUDGEMENT && !text) {
    violations->Add("evidence.text", "", "what the judgement is based on", "REQUIRED");
  }
  if (needed == Evidence::DETAIL_NOT_SET && !text && evidence.link().empty()) {
    violations->Add("evidence.text", "", "a text or a link", "REQUIRED");
  }
  if (evidence.has_skill() && std::none_of(criterion.skills().begin(), criterion.skills().end(),
                                           [&](const v1::Skill& skill) {
                                             return skill.id() == evidence.skill().skill();
                                           })) {
    violations->Add("evidence.skill.skill", evidence.skill().skill(), "a skill of the criterion",
                    "UNKNOWN_SKILL");
  }
}

void CheckConfirmedBy(const Evidence& evidence, const Recorder& recorder, Violations* violations) {
  const bool needs_customer =
      evidence.has_target() || (evidence.has_confirmation() &&
                                evidence.confirmation().key() == v1::CONFIRMATION_KEY_CUSTOMER);
  if (evidence.confirmed_by().empty()) {
    if (needs_customer) {
      violations->Add("evidence.confirmed_by", "", "the customer's stakeholder who confirms it",
                      "REQUIRED");
    }
    return;
  }
  if (contract::Ancestor(evidence.confirmed_by(), "accounts") !=
      contract::Ancestor(evidence.name(), "accounts")) {
    violations->Add("evidence.confirmed_by", evidence.confirmed_by(),
                    "a stakeholder of the same account", "OTHER_ACCOUNT");
  }
  if (recorder.actor != evidence.confirmed_by() && evidence.proof().empty()) {
    violations->Add(
        "evidence.proof", "",
        "how the confirmation can be checked, as somebody else enters it for the customer",
        "REQUIRED");
  }
}

absl::Status CheckCsmKey(absl::string_view owner, const Recorder& recorder,
                         const Evidence& evidence) {
  if (!evidence.has_confirmation() || evidence.confirmation().key() != v1::CONFIRMATION_KEY_CSM) {
    return absl::OkStatus();
  }
  const bool member = absl::StartsWith(recorder.actor, "members/");
  const bool customer = absl::StartsWith(recorder.actor, "accounts/");
  if (customer || (member && recorder.actor != owner)) {
    return contract::PermissionDenied(
        kReasonNotAccountable,
        absl::StrCat("the CSM's key is turned by ", owner, ", who is accountable"));
  }
  return absl::OkStatus();
}

bool HasClockWindow(const type::v1::Condition& condition) {
  return !rule::ClocksOf(condition).empty();
}

void CheckExtension(const Criterion* criterion, const Exception& exception,
                    Violations* violations) {
  if (!exception.has_extended_window()) {
    violations->Add("exception.extended_window", "", "the new length of the window", "REQUIRED");
  }
  if (criterion == nullptr) return;
  const bool window =
      (criterion->has_condition() && HasClockWindow(criterion->condition())) ||
      (criterion->has_target_fact() && criterion->target_fact().window().has_from_clock());
  if (!window) {
    violations->Add("exception.criterion", exception.criterion(),
                    "a criterion whose condition has a window from a clock", "NOT_EXTENDABLE");
  }
}

void CheckReplacement(const v1::Completion& completion, const Exception& exception,
                      Violations* violations) {
  if (!exception.has_replacement()) {
    violations->Add("exception.replacement", "", "the criterion that is judged", "REQUIRED");
    return;
  }
  if (exception.kind() == v1::EXCEPTION_KIND_ADD &&
      (FindCriterion(completion, exception.replacement().id()) != nullptr ||
       exception.replacement().id() == kOutcomesCriterion)) {
    violations->Add("exception.replacement.id", exception.replacement().id(),
                    "an id that no criterion of the completion has", "DUPLICATE");
  }
}

}  // namespace

const Criterion* FindCriterion(const v1::Completion& completion, absl::string_view id) {
  for (const Criterion& criterion : completion.criteria()) {
    if (criterion.id() == id) return &criterion;
  }
  return nullptr;
}

absl::Status PrepareEvidence(const Criterion& criterion, absl::string_view owner,
                             const Recorder& recorder, Evidence* evidence) {
  Violations violations;
  CheckDetail(criterion, *evidence, &violations);
  CheckConfirmedBy(*evidence, recorder, &violations);
  if (!evidence->has_date()) *evidence->mutable_date() = calendar::ToDate(recorder.today);
  if (calendar::ToDay(evidence->date()) > recorder.today) {
    violations.Add("evidence.date", calendar::DayText(evidence->date()),
                   absl::StrCat("a day up to today, ", calendar::DayText(recorder.today)),
                   "IN_FUTURE");
  }
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  BANSO_RETURN_IF_ERROR(CheckCsmKey(owner, recorder, *evidence));
  evidence->set_recorded_by(recorder.actor);
  if (evidence->has_skill() && evidence->skill().assessor().empty()) {
    evidence->mutable_skill()->set_assessor(recorder.actor);
  }
  if (!evidence->confirmed_by().empty()) {
    evidence->set_confirmation_source(recorder.actor == evidence->confirmed_by()
                                          ? v1::CONFIRMATION_SOURCE_CUSTOMER
                                          : v1::CONFIRMATION_SOURCE_ON_BEHALF);
  }
  return absl::OkStatus();
}

absl::Status PrepareException(const v1::Completion& completion, const Recorder& recorder,
                              Exception* exception) {
  Violations violations;
  const v1::ExceptionKind kind = exception->kind();
  const Criterion* criterion = FindCriterion(completion, exception->criterion());
  if (kind == v1::EXCEPTION_KIND_ADD) {
    exception->clear_criterion();
  } else if (criterion == nullptr &&
             !(kind == v1::EXCEPTION_KIND_WAIVE && exception->criterion() == kOutcomesCriterion)) {
    violations.Add("exception.criterion", exception->criterion(),
                   "the id of a criterion of the completion, or `outcomes` to waive that one",
                   "UNKNOWN_CRITERION");
  }
  if (kind == v1::EXCEPTION_KIND_ADD || kind == v1::EXCEPTION_KIND_REPLACE) {
    CheckReplacement(completion, *exception, &violations);
  } else {
    exception->clear_replacement();
  }
  if (kind == v1::EXCEPTION_KIND_EXTEND) {
    CheckExtension(criterion, *exception, &violations);
  } else {
    exception->clear_extended_window();
  }
  if (calendar::ToDay(exception->expire_date()) < recorder.today) {
    violations.Add("exception.expire_date", calendar::DayText(exception->expire_date()),
                   absl::StrCat("today, ", calendar::DayText(recorder.today), ", or later"),
                   "IN_PAST");
  }
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  exception->set_state(v1::EXCEPTION_STATE_REQUESTED);
  exception->set_requested_by(recorder.actor);
  return absl::OkStatus();
}

absl::Status CheckMayApprove(const accounts::v1::Member* actor) {
  if (actor == nullptr) return absl::OkStatus();
  const auto& roles = actor->roles();
  if (std::find(roles.begin(), roles.end(), accounts::v1::MEMBER_ROLE_MANAGER) != roles.end()) {
    return absl::OkStatus();
  }
  return contract::PermissionDenied(
      kReasonRoleRequired,
      absl::StrCat("approving an exception takes the role MEMBER_ROLE_MANAGER, which ",
                   actor->name(), " does not have"));
}

absl::Status DecideException(v1::ExceptionState state, absl::string_view note,
                             const Recorder& recorder, Exception* exception) {
  if (recorder.actor.empty() || recorder.actor == exception->requested_by()) {
    return contract::PermissionDenied(
        kReasonSamePerson,
        absl::StrCat(
            "an exception is decided by somebody else than ",
            exception->requested_by().empty() ? "an unknown caller" : exception->requested_by(),
            ", who asked for it"));
  }
  if (exception->state() != v1::EXCEPTION_STATE_REQUESTED) {
    return contract::FailedPrecondition(kReasonWrongState, exception->name(),
                                        "the exception has been decided already",
                                        "Ask for a new one if things have changed");
  }
  if (state == v1::EXCEPTION_STATE_APPROVED &&
      calendar::ToDay(exception->expire_date()) < recorder.today) {
    return contract::FailedPrecondition(
        kReasonWrongState, exception->name(),
        absl::StrCat("the exception expired on ", calendar::DayText(exception->expire_date())),
        "Ask for a new one with a later day");
  }
  exception->set_state(state);
  exception->set_decided_by(recorder.actor);
  exception->set_decision_note(std::string(note));
  return absl::OkStatus();
}

bool Counts(const Exception& exception, absl::CivilDay today) {
  return exception.state() == v1::EXCEPTION_STATE_APPROVED &&
         calendar::ToDay(exception.expire_date()) >= today;
}

}  // namespace banso::handoff
