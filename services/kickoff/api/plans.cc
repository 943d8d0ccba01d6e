#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/kickoff/api/kickoff_api.h"
#include "services/kickoff/domain/plan_days.h"
#include "services/kickoff/domain/readiness.h"
#include "services/kickoff/domain/working_days.h"

namespace banso::kickoff {
namespace {

using accounts::v1::Account;
using accounts::v1::Onboarding;
using storage::Reader;
using storage::Writer;
using v1::Plan;
using v1::PlanTemplate;

PlanDays DaysAtStart(const Onboarding& onboarding, absl::CivilDay contract_start) {
  PlanDays days;
  for (const accounts::v1::ClockReading& clock : onboarding.clocks()) {
    days.clocks[clock.clock()] = calendar::ToDay(clock.date());
  }
  days.clocks[type::v1::CLOCK_CONTRACT_START] = contract_start;
  return days;
}

}  // namespace

absl::StatusOr<std::vector<PlanTemplate>> KickoffApi::Candidates(
    const Call& call, const v1::CreatePlanRequest& request) {
  return storage::Fetch<std::vector<PlanTemplate>>(
      database_, [&](Reader& reader) -> absl::StatusOr<std::vector<PlanTemplate>> {
        if (request.plan_template().empty()) return store_.templates.AllActive(reader, call.now);
        BANSO_ASSIGN_OR_RETURN(PlanTemplate named,
                               store_.templates.Get(reader, request.plan_template(), call.now));
        named.clear_applies_when();
        return std::vector<PlanTemplate>{std::move(named)};
      });
}

absl::StatusOr<RuleContext> KickoffApi::MakeRuleContext(const Call& call,
                                                        const std::vector<PlanTemplate>& templates,
                                                        const Account& account,
                                                        const Onboarding& onboarding,
                                                        const rule::FactCatalog* catalog) {
  RuleContext context;
  context.catalog = catalog;
  context.moment.as_of = call.now;
  context.moment.time_zone =
      account.time_zone().empty() ? calendar::kDefaultZone : account.time_zone();
  context.moment.account = account.name();
  context.moment.onboarding = onboarding.name();
  for (const accounts::v1::ClockReading& clock : onboarding.clocks()) {
    context.moment.clocks[clock.clock()] = calendar::ToDay(clock.date());
  }
  std::vector<rule::FactRead> reads;
  for (const PlanTemplate& candidate : templates) {
    for (const type::v1::Condition* condition : ConditionsOf(candidate)) {
      for (rule::FactRead& read : rule::Reads(*condition, context.moment, *catalog)) {
        reads.push_back(std::move(read));
      }
    }
  }
  if (!reads.empty()) {
    BANSO_ASSIGN_OR_RETURN(context.readings, accounts_.Read(call, reads, context.moment));
  }
  return context;
}

absl::StatusOr<std::shared_ptr<const calendar::Calendar>> KickoffApi::WorkingDaysOf(
    absl::string_view account) const {
  return storage::Fetch<std::shared_ptr<const calendar::Calendar>>(
      database_, [&](Reader& reader) -> absl::StatusOr<std::shared_ptr<const calendar::Calendar>> {
        BANSO_ASSIGN_OR_RETURN(const auto sites, store_.site_copies.All(reader, account));
        return WorkingDays(sites, calendars_);
      });
}

absl::StatusOr<Plan> KickoffApi::CreatePlan(const Call& call,
                                            const v1::CreatePlanRequest& request) {
  if (!request.plan_template().empty() && request.reason().empty()) {
    return contract::InvalidField("reason", "", "why this template is taken", "REQUIRED");
  }
  BANSO_ASSIGN_OR_RETURN(const Onboarding onboarding,
                         accounts_.GetOnboarding(call, request.parent()));
  BANSO_ASSIGN_OR_RETURN(const Account account,
                         accounts_.GetAccount(call, contract::Parent(request.parent())));
  BANSO_ASSIGN_OR_RETURN(const std::vector<PlanTemplate> templates, Candidates(call, request));
  BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog catalog, accounts_.Catalog(call));
  BANSO_ASSIGN_OR_RETURN(const RuleContext context,
                         MakeRuleContext(call, templates, account, onboarding, &catalog));
  BANSO_ASSIGN_OR_RETURN(ChosenTemplate chosen, ChooseTemplate(templates, context));
  if (!request.plan_template().empty()) {
    chosen.reason = absl::StrCat("chosen by ", call.actor, ": ", request.reason());
  }
  PlanDays days = DaysAtStart(onboarding, calendar::ToDay(request.contract_start()));
  BANSO_ASSIGN_OR_RETURN(days.calendar, WorkingDaysOf(account.name()));
  PlanParts parts = BuildPlan(chosen, request.parent(), days, context);
  AddIntakeConditions(onboarding, &parts);
  parts.plan.set_owner(onboarding.owner());
  return storage::Mutate<Plan>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Plan> {
        BANSO_RETURN_IF_ERROR(store_.account_copies.Put(writer, account).status());
        BANSO_RETURN_IF_ERROR(store_.onboarding_copies.Put(writer, onboarding).status());
        BANSO_ASSIGN_OR_RETURN(PlanParts stored, store_.Create(writer, parts));
        return std::move(stored.plan);
      });
}

absl::StatusOr<Plan> KickoffApi::GetPlan(const Call& /*call*/, const v1::GetPlanRequest& request) {
  return storage::Fetch<Plan>(
      database_, [&](Reader& reader) { return store_.plans.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListPlansResponse> KickoffApi::ListPlans(const Call& /*call*/,
                                                            const v1::ListPlansRequest& request) {
  storage::ListQuery query = storage::QueryOf(request);
  if (!request.owner().empty()) query.filters.push_back(storage::Equal("owner", request.owner()));
  return storage::ListPage(database_, store_.plans, query, &v1::ListPlansResponse::mutable_plans);
}

absl::StatusOr<Plan> KickoffApi::ExtendDeadline(const Call& call,
                                                const v1::ExtendDeadlineRequest& request) {
  return storage::Mutate<Plan>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Plan> {
        BANSO_RETURN_IF_ERROR(
            plans_.Change(writer, request.name(), "", [&](PlanParts& parts, const Actor& actor) {
              return kickoff::ExtendDeadline(request, actor, &parts.plan);
            }));
        return store_.plans.Get(writer, request.name());
      });
}

absl::StatusOr<v1::Readiness> KickoffApi::CheckReadiness(const Call& call,
                                                         const v1::CheckReadinessRequest& request) {
  return storage::Fetch<v1::Readiness>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::Readiness> {
        BANSO_ASSIGN_OR_RETURN(const PlanParts parts, store_.Load(reader, request.name()));
        return kickoff::CheckReadiness(parts, call.now);
      });
}

}  // namespace banso::kickoff
