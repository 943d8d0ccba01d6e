#include "services/handoff/domain/readiness.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "services/handoff/domain/criteria.h"
#include "services/handoff/domain/evidence.h"
#include "services/handoff/domain/judge.h"

namespace banso::handoff {

using v1::Completion;
using v1::Criterion;
using v1::CriterionVerdict;
using v1::Exception;
using v1::Readiness;

namespace {

// Gives every window from a clock another length.
void ExtendWindows(const type::v1::Period& length, type::v1::Condition* condition) {
  switch (condition->kind_case()) {
    case type::v1::Condition::kAll:
      for (auto& part : *condition->mutable_all()->mutable_conditions()) {
        ExtendWindows(length, &part);
      }
      break;
    case type::v1::Condition::kAny:
      for (auto& part : *condition->mutable_any()->mutable_conditions()) {
        ExtendWindows(length, &part);
      }
      break;
    case type::v1::Condition::kNot:
      ExtendWindows(length, condition->mutable_not_());
      break;
    case type::v1::Condition::kCompare:
      if (condition->compare().fact().window().has_from_clock()) {
        *condition->mutable_compare()
             ->mutable_fact()
             ->mutable_window()
             ->mutable_from_clock()
             ->mutable_length() = length;
      }
      break;
    case type::v1::Condition::kCount:
      if (condition->count().each().fact().window().has_from_clock()) {
        *condition->mutable_count()
             ->mutable_each()
             ->mutable_fact()
             ->mutable_window()
             ->mutable_from_clock()
             ->mutable_length() = length;
      }
      break;
    default:
      break;
  }
}

Criterion Extended(Criterion criterion, const type::v1::Period& length) {
  if (criterion.has_condition()) ExtendWindows(length, criterion.mutable_condition());
  if (criterion.target_fact().window().has_from_clock()) {
    *criterion.mutable_target_fact()->mutable_window()->mutable_from_clock()->mutable_length() =
        length;
  }
  return criterion;
}

void Apply(const Exception& exception, EffectiveCriterion* effective) {
  effective->exceptions.push_back(exception);
  if (exception.kind() == v1::EXCEPTION_KIND_WAIVE) {
    effective->waived = true;
  } else if (exception.kind() == v1::EXCEPTION_KIND_EXTEND) {
    effective->extended.push_back(Extended(effective->criterion, exception.extended_window()));
  } else if (exception.kind() == v1::EXCEPTION_KIND_REPLACE) {
    Criterion replacement = exception.replacement();
    replacement.set_id(effective->criterion.id());
    replacement.set_stage(effective->criterion.stage());
    replacement.set_required(effective->criterion.required());
    effective->criterion = std::move(replacement);
    effective->replaced = true;
  }
}

std::string ExceptionText(const Exception& exception) {
  return absl::StrCat("by exception until ", calendar::DayText(exception.expire_date()), " (",
                      exception.reason_code(), ": ", exception.reason(), "; approved by ",
                      exception.decided_by(), ")");
}

bool IsOpen(const CriterionVerdict& verdict) {
  return verdict.verdict() != v1::VERDICT_MET && verdict.verdict() != v1::VERDICT_EXCEPTED;
}

void Except(absl::string_view how, CriterionVerdict* verdict, const Exception& exception) {
  verdict->set_verdict(v1::VERDICT_EXCEPTED);
  verdict->set_reason(absl::StrCat(how, " ", ExceptionText(exception)));
  verdict->clear_next_step();
}

CriterionVerdict JudgeEffective(const EffectiveCriterion& effective, const Grounds& grounds) {
  CriterionVerdict verdict = Judge(effective.criterion, grounds);
  for (const Exception& exception : effective.exceptions) {
    verdict.add_exceptions(exception.name());
  }
  if (!IsOpen(verdict)) {
    if (effective.replaced) {
      Except(absl::StrCat(verdict.reason(), "; judged instead"), &verdict,
             effective.exceptions.back());
    }
    return verdict;
  }
  for (const Criterion& extended : effective.extended) {
    CriterionVerdict later = Judge(extended, grounds);
    if (IsOpen(later)) {
      // What is decided for the longer window replaces what was decided for the shorter one.
      *verdict.mutable_explanation() = later.explanation();
      verdict.set_verdict(later.verdict());
      verdict.set_reason(later.reason());
      continue;
    }
    *verdict.mutable_explanation() = later.explanation();
    Except(absl::StrCat(later.reason(), "; given more time"), &verdict,
           effective.exceptions.back());
    return verdict;
  }
  if (effective.waived) {
    Except(absl::StrCat(verdict.reason(), "; waived"), &verdict, effective.exceptions.back());
  }
  return verdict;
}

// Holds back what belongs to a later stage while a required criterion of an earlier one is open.
// Returns the first stage that is open.
std::string ApplyStages(const Completion& completion, std::vector<CriterionVerdict>* verdicts) {
  if (completion.stages().empty()) return "";
  const auto stage_of = [&](const CriterionVerdict& verdict) {
    return verdict.stage().empty() ? completion.stages(0).id() : verdict.stage();
  };
  std::string open_stage;
  for (const v1::CompletionStage& stage : completion.stages()) {
    for (CriterionVerdict& verdict : *verdicts) {
      if (stage_of(verdict) != stage.id() || open_stage.empty() || IsOpen(verdict)) continue;
      verdict.set_verdict(v1::VERDICT_NOT_MET);
      verdict.set_reason(
          absl::StrCat("stage ", open_stage, " comes first; by itself: ", verdict.reason()));
      verdict.set_next_step(absl::StrCat("Finish stage ", open_stage));
    }
    for (const CriterionVerdict& verdict : *verdicts) {
      if (open_stage.empty() && stage_of(verdict) == stage.id() && verdict.required() &&
          IsOpen(verdict)) {
        open_stage = stage.id();
      }
    }
  }
  return open_stage;
}

v1::OverallVerdict Overall(const Readiness& readiness, bool outcomes_waived) {
  bool open = false;
  bool only_customer = true;
  bool excepted = outcomes_waived;
  for (const CriterionVerdict& verdict : readiness.criteria()) {
    if (!verdict.required()) continue;
    if (verdict.verdict() == v1::VERDICT_EXCEPTED) excepted = true;
    if (!IsOpen(verdict)) continue;
    open = true;
    if (verdict.verdict() != v1::VERDICT_PENDING_CUSTOMER) only_customer = false;
  }
  if (open) {
    return only_customer ? v1::OVERALL_VERDICT_PENDING_CUSTOMER : v1::OVERALL_VERDICT_NOT_READY;
  }
  return excepted ? v1::OVERALL_VERDICT_READY_WITH_EXCEPTIONS : v1::OVERALL_VERDICT_READY;
}

std::vector<v1::Evidence> EvidenceFor(const Case& the_case, absl::string_view criterion) {
  std::vector<v1::Evidence> evidence;
  for (const v1::Evidence& item : the_case.evidence) {
    if (item.criterion() == criterion && item.withdrawn_by().empty()) evidence.push_back(item);
  }
  return evidence;
}

// The condition by which the criterion is judged, where it is judged by facts.
std::optional<type::v1::Condition> FactCondition(const Criterion& criterion) {
  if (criterion.kind() == v1::CRITERION_KIND_CONDITION) return criterion.condition();
  if (criterion.kind() == v1::CRITERION_KIND_AGREED_TARGET) return TargetCondition(criterion, 0);
  return std::nullopt;
}

// How a verdict reads behind "the criterion is".
absl::string_view InWords(v1::Verdict verdict) {
  switch (verdict) {
    case v1::VERDICT_MET:
      return "met";
    case v1::VERDICT_EXCEPTED:
      return "excepted";
    case v1::VERDICT_PENDING_CUSTOMER:
      return "waiting for the customer";
    case v1::VERDICT_NOT_MET:
      return "not met";
    default:
      return "unknown";
  }
}

}  // namespace

std::vector<EffectiveCriterion> EffectiveCriteria(const Case& the_case, absl::CivilDay today) {
  std::vector<EffectiveCriterion> result;
  for (const Criterion& criterion : the_case.completion.criteria()) {
    EffectiveCriterion effective;
    effective.criterion = criterion;
    for (const Exception& exception : the_case.exceptions) {
      if (exception.criterion() == criterion.id() && Counts(exception, today)) {
        Apply(exception, &effective);
      }
    }
    result.push_back(std::move(effective));
  }
  for (const Exception& exception : the_case.exceptions) {
    if (exception.kind() != v1::EXCEPTION_KIND_ADD || !Counts(exception, today)) continue;
    EffectiveCriterion effective;
    effective.criterion = exception.replacement();
    effective.exceptions.push_back(exception);
    for (const Exception& other : the_case.exceptions) {
      if (other.criterion() == effective.criterion.id() && Counts(other, today)) {
        Apply(other, &effective);
      }
    }
    result.push_back(std::move(effective));
  }
  return result;
}

bool OutcomesWaived(const Case& the_case, absl::CivilDay today) {
  return std::any_of(
      the_case.exceptions.begin(), the_case.exceptions.end(), [&](const Exception& exception) {
        return exception.kind() == v1::EXCEPTION_KIND_WAIVE &&
               exception.criterion() == kOutcomesCriterion && Counts(exception, today);
      });
}

rule::FactCatalog CatalogOf(const Completion& completion) {
  return rule::FactCatalog({completion.fact_types().begin(), completion.fact_types().end()});
}

std::vector<rule::FactRead> Reads(const Case& the_case, const rule::Moment& moment) {
  const rule::FactCatalog catalog = CatalogOf(the_case.completion);
  std::vector<rule::FactRead> reads;
  std::set<std::string> keys;
  const auto add = [&](const Criterion& criterion) {
    const std::optional<type::v1::Condition> condition = FactCondition(criterion);
    if (!condition.has_value()) return;
    for (rule::FactRead& read : rule::Reads(*condition, moment, catalog)) {
      if (keys.insert(rule::Key(read)).second) reads.push_back(std::move(read));
    }
  };
  for (const EffectiveCriterion& effective : EffectiveCriteria(the_case, rule::Today(moment))) {
    add(effective.criterion);
    for (const Criterion& extended : effective.extended) add(extended);
  }
  return reads;
}

Readiness Evaluate(const Case& the_case, const rule::Moment& moment, const Findings& findings) {
  const absl::CivilDay today = rule::Today(moment);
  const rule::FactCatalog catalog = CatalogOf(the_case.completion);
  std::vector<CriterionVerdict> verdicts;
  for (const EffectiveCriterion& effective : EffectiveCriteria(the_case, today)) {
    const Grounds grounds = {EvidenceFor(the_case, effective.criterion.id()), moment, catalog,
                             findings};
    verdicts.push_back(JudgeEffective(effective, grounds));
  }
  Readiness readiness;
  readiness.set_completion(the_case.completion.name());
  *readiness.mutable_evaluate_time() = calendar::ToTimestamp(moment.as_of);
  readiness.set_open_stage(ApplyStages(the_case.completion, &verdicts));
  readiness.mutable_criteria()->Assign(verdicts.begin(), verdicts.end());
  for (const std::string& service : findings.unavailable) {
    readiness.add_unavailable_services(service);
  }
  const bool waived = OutcomesWaived(the_case, today);
  readiness.set_outcomes_required(waived ? 0 : the_case.policy.minimum_outcomes());
  readiness.set_verdict(Overall(readiness, waived));
  return readiness;
}

absl::Status CheckReady(const Readiness& readiness, int outcomes) {
  std::vector<contract::Precondition> causes;
  for (const CriterionVerdict& verdict : readiness.criteria()) {
    if (!verdict.required() || !IsOpen(verdict)) continue;
    causes.push_back({absl::StrCat(readiness.completion(), "#", verdict.criterion()),
                      absl::StrCat("the criterion \"", verdict.title(), "\" is ",
                                   InWords(verdict.verdict()), ": ", verdict.reason()),
                      std::string(absl::StripSuffix(verdict.next_step(), "."))});
  }
  if (outcomes < readiness.outcomes_required()) {
    causes.push_back(
        {absl::StrCat(readiness.completion(), "#", kOutcomesCriterion),
         absl::StrCat(outcomes, " outcomes are named, ", readiness.outcomes_required(),
                      " are needed"),
         "Say what was achieved, with evidence, or ask for an exception for `outcomes`"});
  }
  if (causes.empty()) return absl::OkStatus();
  return contract::FailedPrecondition(kReasonNotReady, causes);
}

}  // namespace banso::handoff
