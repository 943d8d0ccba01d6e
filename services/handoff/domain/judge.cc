#include "services/handoff/domain/judge.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/rule/condition.h"
#include "services/handoff/domain/criteria.h"
#include "services/handoff/domain/readings.h"

namespace banso::handoff {

using v1::Criterion;
using v1::CriterionVerdict;
using v1::Evidence;
using v1::Verdict;

namespace {

void Say(Verdict verdict, absl::string_view reason, CriterionVerdict* result) {
  result->set_verdict(verdict);
  result->set_reason(std::string(reason));
}

void Count(const Evidence& evidence, CriterionVerdict* result) {
  result->add_evidence(evidence.name());
}

// The last day on which the evidence holds; nothing when it holds for ever.
std::optional<absl::CivilDay> LastDay(const Criterion& criterion, const Evidence& evidence,
                                      const rule::Moment& moment) {
  if (!criterion.has_evidence_valid()) return std::nullopt;
  return calendar::Add(calendar::ToDay(evidence.date()), criterion.evidence_valid(),
                       *moment.calendar);
}

bool Expired(const Criterion& criterion, const Evidence& evidence, const rule::Moment& moment) {
  const std::optional<absl::CivilDay> last = LastDay(criterion, evidence, moment);
  return last.has_value() && rule::Today(moment) > *last;
}

// The latest evidence by its date; of one day the one recorded last. Null if there is none.
template <typename Wanted>
const Evidence* Latest(const std::vector<Evidence>& evidence, Wanted wanted) {
  const Evidence* latest = nullptr;
  for (const Evidence& item : evidence) {
    if (!wanted(item)) continue;
    if (latest == nullptr || calendar::ToDay(item.date()) >= calendar::ToDay(latest->date())) {
      latest = &item;
    }
  }
  return latest;
}

std::string ExpiredText(const Criterion& criterion, const Evidence& evidence,
                        const rule::Moment& moment) {
  return absl::StrCat("the evidence of ", calendar::DayText(evidence.date()), " held until ",
                      calendar::DayText(*LastDay(criterion, evidence, moment)));
}

// Of the services that own the condition's facts, those that could not be asked.
std::vector<std::string> Silent(const std::set<std::string>& facts, const Findings& findings) {
  std::set<std::string> silent;
  for (const std::string& fact : facts) {
    const std::string owner = OwnerService(fact);
    if (findings.unavailable.count(owner) > 0) silent.insert(owner);
  }
  return {silent.begin(), silent.end()};
}

void JudgeCondition(const type::v1::Condition& condition, const Grounds& grounds,
                    CriterionVerdict* result) {
  type::v1::Explanation explanation =
      rule::Evaluate(condition, grounds.moment, grounds.catalog, grounds.findings.readings);
  const std::vector<std::string> readings = ReadingsOf(explanation);
  const std::string found = readings.empty() ? explanation.rule() : absl::StrJoin(readings, "; ");
  switch (explanation.result()) {
    case type::v1::TRUTH_TRUE:
      Say(v1::VERDICT_MET, found, result);
      break;
    case type::v1::TRUTH_FALSE:
      Say(v1::VERDICT_NOT_MET, found, result);
      break;
    default: {
      const std::vector<std::string> silent = Silent(rule::FactsOf(condition), grounds.findings);
      Say(v1::VERDICT_UNKNOWN,
          silent.empty() ? explanation.unknown_because()
                         : absl::StrCat(absl::StrJoin(silent, " and "), " cannot be asked now"),
          result);
    }
  }
  *result->mutable_explanation() = std::move(explanation);
}

void JudgeSkills(const Criterion& criterion, const Grounds& grounds, CriterionVerdict* result) {
  int confirmed = 0;
  for (const v1::Skill& skill : criterion.skills()) {
    std::set<std::string> people;
    for (const Evidence& evidence : grounds.evidence) {
      if (!evidence.has_skill() || evidence.skill().skill() != skill.id()) continue;
      if (Expired(criterion, evidence, grounds.moment)) continue;
      if (people.insert(evidence.skill().person()).second) Count(evidence, result);
    }
    const int needed = std::max(1, skill.people());
    if (static_cast<int>(people.size()) >= needed) {
      ++confirmed;
    } else {
      result->add_missing(needed == 1 ? skill.title()
                                      : absl::StrCat(skill.title(), " (", people.size(), " of ",
                                                     needed, " people)"));
    }
  }
  result->set_share(static_cast<double>(confirmed) / std::max(1, criterion.skills_size()));
  const std::string count =
      absl::StrCat(confirmed, " of ", criterion.skills_size(), " skills are confirmed");
  if (result->missing().empty()) {
    Say(v1::VERDICT_MET, count, result);
  } else {
    Say(v1::VERDICT_NOT_MET,
        absl::StrCat(count, "; missing: ", absl::StrJoin(result->missing(), ", ")), result);
  }
}

void JudgeDecision(const Criterion& criterion, const Grounds& grounds, CriterionVerdict* result) {
  const Evidence* latest =
      Latest(grounds.evidence, [](const Evidence& evidence) { return evidence.has_decision(); });
  if (latest == nullptr) return Say(v1::VERDICT_NOT_MET, "no decision is on record", result);
  Count(*latest, result);
  const v1::Decision& decision = latest->decision();
  if (decision.text().empty()) result->add_missing("what was decided");
  if (decision.owner().empty()) result->add_missing("who owns it");
  if (!decision.has_next_date()) result->add_missing("when it comes up next");
  if (!result->missing().empty()) {
    return Say(v1::VERDICT_NOT_MET,
               absl::StrCat("the decision lacks ", absl::StrJoin(result->missing(), ", ")), result);
  }
  if (Expired(criterion, *latest, grounds.moment)) {
    return Say(v1::VERDICT_UNKNOWN, ExpiredText(criterion, *latest, grounds.moment), result);
  }
  if (criterion.customer_confirms() && latest->confirmed_by().empty()) {
    result->add_missing("the customer's confirmation");
    return Say(v1::VERDICT_PENDING_CUSTOMER, "the customer has not confirmed the decision", result);
  }
  Say(v1::VERDICT_MET,
      absl::StrCat("decided on ", calendar::DayText(latest->date()), ", comes up next on ",
                   calendar::DayText(decision.next_date())),
      result);
}

void JudgeArtifact(const Criterion& criterion, const Grounds& grounds, CriterionVerdict* result) {
  const Evidence* latest = Latest(grounds.evidence, [](const Evidence& evidence) {
    return evidence.detail_case() == Evidence::DETAIL_NOT_SET;
  });
  if (latest == nullptr) return Say(v1::VERDICT_NOT_MET, "nothing is on record", result);
  Count(*latest, result);
  if (Expired(criterion, *latest, grounds.moment)) {
    return Say(v1::VERDICT_UNKNOWN, ExpiredText(criterion, *latest, grounds.moment), result);
  }
  Say(v1::VERDICT_MET, absl::StrCat("seen on ", calendar::DayText(latest->date())), result);
}

void JudgeJudgement(const Criterion& criterion, const Grounds& grounds, CriterionVerdict* result) {
  const Evidence* latest =
      Latest(grounds.evidence, [](const Evidence& evidence) { return evidence.has_judgement(); });
  if (latest == nullptr) return Say(v1::VERDICT_UNKNOWN, "nobody has judged it", result);
  Count(*latest, result);
  if (Expired(criterion, *latest, grounds.moment)) {
    return Say(v1::VERDICT_UNKNOWN, ExpiredText(criterion, *latest, grounds.moment), result);
  }
  const int point = latest->judgement().point();
  Say(point >= criterion.minimum() ? v1::VERDICT_MET : v1::VERDICT_NOT_MET,
      absl::StrCat("judged ", point, " on ", calendar::DayText(latest->date()), ", at least ",
                   criterion.minimum(), " is needed"),
      result);
}

void JudgeTarget(const Criterion& criterion, const Grounds& grounds, CriterionVerdict* result) {
  const Evidence* latest =
      Latest(grounds.evidence, [](const Evidence& evidence) { return evidence.has_target(); });
  if (latest == nullptr) {
    result->add_missing("the agreement on a number");
    return Say(v1::VERDICT_NOT_MET, "no number has been agreed with the customer", result);
  }
  Count(*latest, result);
  JudgeCondition(TargetCondition(criterion, latest->target().value()), grounds, result);
  result->set_reason(absl::StrCat("agreed ", latest->target().value(), " on ",
                                  calendar::DayText(latest->date()), ": ", result->reason()));
}

void JudgeConfirmation(const Criterion& criterion, const Grounds& grounds,
                       CriterionVerdict* result) {
  const auto key = [&](v1::ConfirmationKey wanted) {
    return Latest(grounds.evidence, [&](const Evidence& evidence) {
      return evidence.has_confirmation() && evidence.confirmation().key() == wanted &&
             !Expired(criterion, evidence, grounds.moment);
    });
  };
  const Evidence* customer = key(v1::CONFIRMATION_KEY_CUSTOMER);
  const Evidence* csm = key(v1::CONFIRMATION_KEY_CSM);
  if (customer != nullptr) Count(*customer, result);
  if (csm != nullptr) Count(*csm, result);
  if (customer == nullptr) result->add_missing("the customer's key");
  if (criterion.two_keys() && csm == nullptr) result->add_missing("the CSM's key");
  if (criterion.two_keys()) {
    result->set_share((customer != nullptr ? 0.5 : 0) + (csm != nullptr ? 0.5 : 0));
  }
  if (result->missing().empty()) {
    return Say(v1::VERDICT_MET,
               absl::StrCat("the customer said so on ", calendar::DayText(customer->date())),
               result);
  }
  const bool customer_only = customer == nullptr && (!criterion.two_keys() || csm != nullptr);
  Say(customer_only ? v1::VERDICT_PENDING_CUSTOMER : v1::VERDICT_NOT_MET,
      absl::StrCat("missing: ", absl::StrJoin(result->missing(), " and ")), result);
}

std::string NextStep(const Criterion& criterion, const CriterionVerdict& result) {
  if (result.verdict() == v1::VERDICT_MET) return "";
  if (!criterion.next_step().empty()) return criterion.next_step();
  switch (criterion.kind()) {
    case v1::CRITERION_KIND_CONDITION:
      return result.verdict() == v1::VERDICT_UNKNOWN ? "Find out what is not known"
                                                     : "Work towards it, or ask for an exception";
    case v1::CRITERION_KIND_SKILLS:
      return absl::StrCat("Practise and confirm: ", absl::StrJoin(result.missing(), ", "));
    case v1::CRITERION_KIND_DECISION:
      return result.verdict() == v1::VERDICT_PENDING_CUSTOMER
                 ? "Have the customer confirm the decision"
                 : "Record the decision with its owner and the next date";
    case v1::CRITERION_KIND_ARTIFACT:
      return "Record where it can be seen";
    case v1::CRITERION_KIND_JUDGEMENT:
      return "Judge it, with what the judgement is based on";
    case v1::CRITERION_KIND_AGREED_TARGET:
      return result.missing().empty() ? "Work towards the agreed number"
                                      : "Agree on a number with the customer";
    case v1::CRITERION_KIND_CUSTOMER_CONFIRMATION:
      return absl::StrCat("Get ", absl::StrJoin(result.missing(), " and "));
    default:
      return "";
  }
}

}  // namespace

type::v1::Condition TargetCondition(const Criterion& criterion, double value) {
  type::v1::Condition condition;
  type::v1::Comparison* compare = condition.mutable_compare();
  *compare->mutable_fact() = criterion.target_fact();
  compare->set_op(type::v1::OPERATOR_GE);
  compare->add_values()->set_number(value);
  return condition;
}

CriterionVerdict Judge(const Criterion& criterion, const Grounds& grounds) {
  CriterionVerdict result;
  result.set_criterion(criterion.id());
  result.set_title(criterion.title());
  result.set_required(criterion.required());
  result.set_stage(criterion.stage());
  result.set_kind(criterion.kind());
  switch (criterion.kind()) {
    case v1::CRITERION_KIND_CONDITION:
      JudgeCondition(criterion.condition(), grounds, &result);
      break;
    case v1::CRITERION_KIND_SKILLS:
      JudgeSkills(criterion, grounds, &result);
      break;
    case v1::CRITERION_KIND_DECISION:
      JudgeDecision(criterion, grounds, &result);
      break;
    case v1::CRITERION_KIND_ARTIFACT:
      JudgeArtifact(criterion, grounds, &result);
      break;
    case v1::CRITERION_KIND_JUDGEMENT:
      JudgeJudgement(criterion, grounds, &result);
      break;
    case v1::CRITERION_KIND_AGREED_TARGET:
      JudgeTarget(criterion, grounds, &result);
      break;
    case v1::CRITERION_KIND_CUSTOMER_CONFIRMATION:
      JudgeConfirmation(criterion, grounds, &result);
      break;
    default:
      Say(v1::VERDICT_UNKNOWN, "a kind of criterion that this version does not know", &result);
  }
  result.set_next_step(NextStep(criterion, result));
  return result;
}

}  // namespace banso::handoff
