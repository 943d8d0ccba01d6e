#include "services/health/api/studies/case_reader.h"

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/rule/condition.h"
#include "common/rule/open.h"
#include "common/rule/value.h"
#include "common/status_macros.h"
#include "services/health/domain/studies/measured.h"
#include "services/health/domain/studies/wording.h"
#include "services/health/store/fact_catalog.h"

namespace banso::health {
namespace {

std::string RevisionOf(const v1::SuccessDefinition& definition) {
  return contract::JoinRevision(definition.name(), definition.revision().number());
}

std::optional<bool> Known(type::v1::Truth truth) {
  if (truth == type::v1::TRUTH_TRUE) return true;
  if (truth == type::v1::TRUTH_FALSE) return false;
  return std::nullopt;
}

}  // namespace

absl::StatusOr<type::v1::Explanation> StudyCase::ExplainAt(const type::v1::Condition& condition,
                                                           absl::Time time) {
  rule::Moment moment = moment_;
  moment.as_of = time;
  return rule::Evaluate(condition, moment, reader_->catalog_, reader_->facts_);
}

absl::StatusOr<std::optional<bool>> StudyCase::HoldsAt(const type::v1::Condition& condition,
                                                       absl::Time time) {
  BANSO_ASSIGN_OR_RETURN(const type::v1::Explanation explanation, ExplainAt(condition, time));
  return Known(explanation.result());
}

absl::StatusOr<std::optional<bool>> StudyCase::HasTurnedAt(const type::v1::Condition& condition,
                                                           absl::Time time) {
  BANSO_ASSIGN_OR_RETURN(const type::v1::Explanation explanation, ExplainAt(condition, time));
  if (rule::IsOnlyOpen(explanation)) return std::optional<bool>(false);
  return Known(explanation.result());
}

absl::StatusOr<std::optional<bool>> StudyCase::Holds(const type::v1::Condition& condition) {
  return HoldsAt(condition, moment_.as_of);
}

absl::StatusOr<std::optional<bool>> StudyCase::Met(const std::string& name) {
  if (onboarding_ == nullptr) return std::optional<bool>();
  BANSO_ASSIGN_OR_RETURN(const v1::SuccessDefinition* definition, reader_->Definition(name));
  std::optional<v1::SuccessLabel> label;
  if (reader_->present_) {
    const std::string label_name =
        contract::Join(onboarding_->name(), "successLabels", contract::LastId(definition->name()));
    BANSO_ASSIGN_OR_RETURN(
        label, reader_->store_->success.labels.Find(
                   *reader_->reader_, StoredLabelName(label_name, RevisionOf(*definition))));
  }
  if (!label.has_value()) {
    BANSO_ASSIGN_OR_RETURN(
        label, account_->LabelBy(*definition, *onboarding_, reader_->catalog_, reader_->as_of_));
  }
  if (label->state() == v1::SUCCESS_STATE_MET) return std::optional<bool>(true);
  if (label->state() == v1::SUCCESS_STATE_MISSED) return std::optional<bool>(false);
  return std::optional<bool>();
}

absl::StatusOr<std::optional<bool>> StudyCase::Came(const v1::OutcomeWindow& window) {
  const auto clock = moment_.clocks.find(window.clock());
  if (clock == moment_.clocks.end()) return std::optional<bool>();
  const absl::TimeZone zone = calendar::ZoneOrUtc(moment_.time_zone);
  const absl::CivilDay last = calendar::Add(clock->second, window.within(), *moment_.calendar);
  if (calendar::EndOfDay(last, zone) > reader_->as_of()) return std::optional<bool>();
  for (const v1::Outcome& outcome : reader_->outcomes_) {
    const absl::CivilDay day = calendar::DayOf(calendar::ToTime(outcome.occurred_time()), zone);
    const bool mine = onboarding_ == nullptr || outcome.onboarding().empty() ||
                      outcome.onboarding() == onboarding_->name();
    const bool same_result = window.result().empty() || window.result() == outcome.result();
    if (mine && same_result && outcome.kind() == window.kind() && day >= clock->second &&
        day <= last) {
      return std::optional<bool>(true);
    }
  }
  return std::optional<bool>(false);
}

absl::StatusOr<std::optional<bool>> StudyCase::Has(const v1::Trait& trait) {
  if (trait.has_condition()) return Holds(trait.condition());
  if (trait.has_outcome()) return Came(trait.outcome());
  return Met(trait.success_definition());
}

absl::StatusOr<std::optional<double>> StudyCase::Amount(const type::v1::FactRef& fact) {
  const std::vector<rule::FactRead> reads = rule::Reads(fact, moment_, reader_->catalog_);
  if (reads.empty()) return std::optional<double>();
  BANSO_ASSIGN_OR_RETURN(const std::vector<fact::v1::FactReading> answers,
                         reader_->facts_.Read(reads, moment_));
  rule::Readings readings;
  for (size_t i = 0; i < reads.size(); ++i) readings[rule::Key(reads[i])] = answers[i];
  const type::v1::Explanation explanation =
      rule::Explain(fact, moment_, reader_->catalog_, readings);
  if (!explanation.has_value() || !explanation.value().has_number()) return std::optional<double>();
  return std::optional<double>(explanation.value().number());
}

absl::StatusOr<std::string> StudyCase::Text(const type::v1::FactRef& fact) {
  const std::vector<rule::FactRead> reads = rule::Reads(fact, moment_, reader_->catalog_);
  if (reads.empty()) return "";
  BANSO_ASSIGN_OR_RETURN(const std::vector<fact::v1::FactReading> answers,
                         reader_->facts_.Read(reads, moment_));
  if (!answers.front().has_value()) return "";
  const type::v1::Value& value = answers.front().value();
  return value.has_text() ? value.text() : rule::ValueText(value);
}

absl::StatusOr<std::vector<std::optional<double>>> StudyCase::Daily(const std::string& fact,
                                                                    int days) {
  const absl::CivilDay last = rule::Today(moment_);
  std::vector<rule::FactRead> reads;
  for (int i = days - 1; i >= 0; --i) {
    rule::FactRead read;
    read.subject = moment_.account;
    read.query.set_fact(fact);
    read.query.set_aggregation(type::v1::AGGREGATION_SUM);
    *read.query.mutable_from() = calendar::ToDate(last - i);
    *read.query.mutable_to() = calendar::ToDate(last - i);
    reads.push_back(std::move(read));
  }
  BANSO_ASSIGN_OR_RETURN(const std::vector<fact::v1::FactReading> answers,
                         reader_->facts_.Read(reads, moment_));
  std::vector<std::optional<double>> sums(answers.size());
  for (size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].has_value()) sums[i] = answers[i].value().number();
  }
  return sums;
}

const std::vector<v1::Outcome>& StudyCase::outcomes() const { return reader_->outcomes_; }

absl::StatusOr<std::optional<double>> StudyCase::ValueOf(const v1::Measured& measured) {
  if (measured.has_amount()) return Amount(measured.amount());
  BANSO_ASSIGN_OR_RETURN(const std::optional<bool> has, Has(measured.trait()));
  if (!has.has_value()) return std::optional<double>();
  return std::optional<double>(*has ? 1 : 0);
}

absl::StatusOr<CaseReader> CaseReader::Open(const Store& store, storage::Reader& reader,
                                            const v1::StudyScope& scope, const Call& call,
                                            std::optional<v1::Observation> observed) {
  const absl::Time now = call.now;
  CaseReader cases(store, reader, scope, call);
  BANSO_ASSIGN_OR_RETURN(cases.catalog_, ReadCatalog(store, reader, now));
  contract::Violations violations;
  CheckScope(scope, cases.catalog_, now, "scope", &violations);
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  cases.as_of_.time = scope.has_as_of() ? calendar::ToTime(scope.as_of()) : now;
  if (scope.has_known_at()) cases.as_of_.known_at = calendar::ToTime(scope.known_at());
  cases.present_ = !scope.has_as_of() && !scope.has_known_at();
  cases.observed_ = scope.has_observed() ? scope.observed() : std::move(observed);
  return cases;
}

absl::StatusOr<const v1::SuccessDefinition*> CaseReader::Definition(const std::string& name) {
  auto found = definitions_.find(name);
  if (found == definitions_.end()) {
    BANSO_ASSIGN_OR_RETURN(v1::SuccessDefinition definition,
                           store_->success.definitions.Get(*reader_, name, as_of_.time));
    Used(RevisionOf(definition));
    found = definitions_.emplace(name, std::move(definition)).first;
  }
  return &found->second;
}

int CaseReader::StratumNumber(const std::string& stratum) {
  return strata_.emplace(stratum, static_cast<int>(strata_.size())).first->second;
}

std::string CaseReader::Observe(StudyCase& one) const {
  if (!observed_.has_value()) return "";
  const auto clock = one.moment_.clocks.find(observed_->clock());
  if (clock == one.moment_.clocks.end()) {
    return absl::StrCat("the clock ", rule::ClockText(observed_->clock()), " has no day");
  }
  const absl::CivilDay day =
      calendar::Add(clock->second, observed_->after(), *one.moment_.calendar);
  const absl::Time end = calendar::EndOfDay(day, calendar::ZoneOrUtc(one.moment_.time_zone));
  if (end > as_of_.time) return "the day of observation has not come";
  one.moment_.as_of = end;
  return "";
}

std::string CaseReader::EndedBecause(const StudyCase& one) const {
  if (takes_ended_) return "";
  if (one.account_->IsArchivedAt(as_of_)) return "the account is archived";
  const bool cancelled = one.onboarding_ != nullptr &&
                         one.onboarding_->state() == accounts::v1::ONBOARDING_STATE_CANCELLED;
  return cancelled ? "the onboarding was cancelled" : "";
}

absl::StatusOr<std::string> CaseReader::LeaveOut(StudyCase& one) {
  if (std::string because = EndedBecause(one); !because.empty()) return because;
  if (std::string because = Observe(one); !because.empty()) return because;
  if (scope_->has_population()) {
    BANSO_ASSIGN_OR_RETURN(const std::optional<bool> wanted, one.Holds(scope_->population()));
    if (!wanted.has_value()) return "it is not known whether they belong to the population";
    if (!*wanted) return "they do not belong to the population";
  }
  for (const type::v1::FactRef& fact : scope_->strata()) {
    BANSO_ASSIGN_OR_RETURN(const std::string text, one.Text(fact));
    absl::StrAppend(&one.stratum_, text, "\n");
  }
  return "";
}

absl::Status CaseReader::TakeAccount(const std::string& name, OnCase on_case) {
  BANSO_ASSIGN_OR_RETURN(AccountEvaluation account,
                         AccountEvaluation::Load(*store_, *reader_, facts_, name));
  ++account_number_;
  const int64_t cases_before = cases_;
  outcomes_.clear();
  BANSO_RETURN_IF_ERROR(store_->outcomes.ForEach(*reader_, name, {}, [&](v1::Outcome& outcome) {
    const bool known =
        !as_of_.known_at.has_value() || calendar::ToTime(outcome.known_time()) <= *as_of_.known_at;
    if (known && calendar::ToTime(outcome.occurred_time()) <= as_of_.time) {
      outcomes_.push_back(std::move(outcome));
    }
    return absl::OkStatus();
  }));
  BANSO_ASSIGN_OR_RETURN(const std::vector<accounts::v1::Onboarding> known,
                         account.OnboardingsAsOf(as_of_));
  if (const size_t unknown = account.onboardings().size() - known.size(); unknown > 0) {
    left_out_["the onboarding was not known then"] += static_cast<int64_t>(unknown);
  }
  std::vector<const accounts::v1::Onboarding*> onboardings;
  for (const accounts::v1::Onboarding& onboarding : known) onboardings.push_back(&onboarding);
  if (account.onboardings().empty()) onboardings.push_back(nullptr);
  for (const accounts::v1::Onboarding* onboarding : onboardings) {
    StudyCase one(*this, account, onboarding, account.MomentFor(onboarding, as_of_));
    BANSO_ASSIGN_OR_RETURN(std::string because, LeaveOut(one));
    if (because.empty()) {
      BANSO_ASSIGN_OR_RETURN(because, on_case(one));
    }
    if (because.empty()) {
      ++cases_;
    } else {
      ++left_out_[because];
    }
  }
  if (cases_ > cases_before) ++accounts_;
  return absl::OkStatus();
}

absl::Status CaseReader::ForEachCase(OnCase on_case) {
  std::vector<std::string> names;
  BANSO_RETURN_IF_ERROR(
      store_->accounts.headers.ForEach(*reader_, "", {}, [&](accounts::v1::Account& account) {
        names.push_back(account.name());
        return absl::OkStatus();
      }));
  for (const std::string& name : names) {
    if (call_->is_cancelled()) return contract::Cancelled();
    BANSO_RETURN_IF_ERROR(TakeAccount(name, on_case));
  }
  return absl::OkStatus();
}

v1::StudyBasis CaseReader::Basis(const char* method, const char* clustered) const {
  const Sureness sureness = SurenessOf(*scope_);
  v1::StudyBasis basis;
  basis.set_cases(cases_);
  basis.set_accounts(accounts_);
  for (const auto& [because, cases] : left_out_) {
    v1::LeftOut* left_out = basis.add_left_out();
    left_out->set_because(because);
    left_out->set_cases(cases);
  }
  for (const std::string& revision : revisions_) basis.add_revisions(revision);
  if (observed_.has_value()) basis.set_clock(observed_->clock());
  *basis.mutable_as_of() = calendar::ToTimestamp(as_of_.time);
  if (as_of_.known_at.has_value()) {
    *basis.mutable_known_at() = calendar::ToTimestamp(*as_of_.known_at);
  }
  basis.set_min_n(sureness.min_n);
  basis.set_level(sureness.level);
  basis.set_confidence(sureness.confidence);
  basis.set_method(accounts_ < cases_ ? absl::StrCat(method, " ", clustered) : method);
  basis.set_caution(kCaution);
  return basis;
}

}  // namespace banso::health
