#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/page_token.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/kickoff/api/kickoff_api.h"
#include "services/kickoff/api/listing.h"
#include "services/kickoff/domain/next_actions.h"
#include "services/kickoff/domain/plan_days.h"
#include "services/kickoff/domain/readiness.h"
#include "services/kickoff/domain/reschedule.h"

namespace banso::kickoff {
namespace {

using accounts::v1::Account;
using accounts::v1::Onboarding;
using storage::Reader;
using storage::Writer;
using v1::Plan;
using v1::PlanTemplate;

constexpr int kDefaultPageSize = 50;
constexpr int kMaxPageSize = 1000;

PlanDays DaysOf(const Onboarding& onboarding, absl::CivilDay contract_start) {
  PlanDays days;
  for (const accounts::v1::ClockReading& clock : onboarding.clocks()) {
    days.clocks[clock.clock()] = calendar::ToDay(clock.date());
  }
  days.clocks[type::v1::CLOCK_CONTRACT_START] = contract_start;
  return days;
}

// Where an action stands in the list: ordered texts for ordered actions.
std::string PlaceOf(const v1::NextAction& action) {
  return absl::StrCat(calendar::DayText(action.due()), " ", action.resource());
}

// The page of all actions that the request asks for.
absl::StatusOr<v1::ListNextActionsResponse> PageOfActions(const std::string& epoch,
                                                          const v1::ListNextActionsRequest& request,
                                                          std::vector<v1::NextAction> actions) {
  std::sort(actions.begin(), actions.end(),
            [](const auto& a, const auto& b) { return PlaceOf(a) < PlaceOf(b); });
  const contract::TokenScope scope{epoch, contract::QueryKey("ListNextActions", request)};
  auto first = actions.begin();
  if (!request.page_token().empty()) {
    BANSO_ASSIGN_OR_RETURN(const std::string place,
                           contract::DecodePageToken(scope, request.page_token()));
    first = std::find_if(actions.begin(), actions.end(),
                         [&](const v1::NextAction& action) { return PlaceOf(action) > place; });
  }
  const auto size = static_cast<std::ptrdiff_t>(
      request.page_size() == 0 ? kDefaultPageSize : std::min(request.page_size(), kMaxPageSize));
  const auto last = actions.end() - first > size ? first + size : actions.end();
  v1::ListNextActionsResponse response;
  response.mutable_next_actions()->Assign(first, last);
  if (last != actions.end()) {
    response.set_next_page_token(contract::EncodePageToken(scope, PlaceOf(*(last - 1))));
  }
  return response;
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
  context.moment.time_zone = account.time_zone().empty() ? "Asia/Tokyo" : account.time_zone();
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
  PlanDays days = DaysOf(onboarding, calendar::ToDay(request.contract_start()));
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
  storage::ListQuery query = QueryOf(request);
  if (!request.owner().empty()) query.filters.push_back(storage::Equal("owner", request.owner()));
  return storage::Fetch<v1::ListPlansResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::ListPlansResponse> {
        BANSO_ASSIGN_OR_RETURN(auto page, store_.plans.List(reader, query));
        v1::ListPlansResponse response;
        response.mutable_plans()->Assign(page.items.begin(), page.items.end());
        response.set_next_page_token(page.next_page_token);
        return response;
      });
}

absl::StatusOr<Plan> KickoffApi::ExtendDeadline(const Call& call,
                                                const v1::ExtendDeadlineRequest& request) {
  return storage::Mutate<Plan>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Plan> {
        BANSO_RETURN_IF_ERROR(
            ChangePlan(writer, request.name(), "", [&](PlanParts& parts, const Actor& actor) {
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

absl::StatusOr<v1::ListNextActionsResponse> KickoffApi::ListNextActions(
    const Call& call, const v1::ListNextActionsRequest& request) {
  std::vector<v1::NextAction> actions;
  const bool many = absl::EndsWith(request.parent(), "/-");
  BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
    std::vector<storage::Filter> filters;
    if (!many) {
      const std::string name = PlanOf(request.parent());
      BANSO_RETURN_IF_ERROR(store_.plans.Get(reader, name).status());
      filters.push_back(storage::Equal("name", name));
    }
    if (!request.owner().empty()) filters.push_back(storage::Equal("owner", request.owner()));
    BANSO_ASSIGN_OR_RETURN(const std::vector<Plan> plans,
                           store_.plans.All(reader, many ? request.parent() : "", filters));
    for (const Plan& plan : plans) {
      BANSO_ASSIGN_OR_RETURN(const PlanParts parts, store_.Load(reader, plan.name()));
      BANSO_ASSIGN_OR_RETURN(const absl::TimeZone zone, store_.Zone(reader, plan.name()));
      for (v1::NextAction& action : NextActions(parts, zone, calendar::DayOf(call.now, zone))) {
        actions.push_back(std::move(action));
      }
    }
    return absl::OkStatus();
  }));
  return PageOfActions(database_.epoch(), request, std::move(actions));
}

absl::StatusOr<Actor> KickoffApi::ActorOf(Writer& writer, absl::string_view name) const {
  BANSO_ASSIGN_OR_RETURN(const absl::TimeZone zone, store_.Zone(writer, name));
  return Actor{writer.call().actor, writer.now(), calendar::DayOf(writer.now(), zone)};
}

absl::Status KickoffApi::ChangePlan(
    Writer& writer, absl::string_view plan, absl::string_view reason,
    absl::FunctionRef<absl::Status(PlanParts&, const Actor&)> change) {
  BANSO_ASSIGN_OR_RETURN(PlanParts parts, store_.Load(writer, plan));
  BANSO_ASSIGN_OR_RETURN(const absl::TimeZone zone, store_.Zone(writer, plan));
  BANSO_ASSIGN_OR_RETURN(const Actor actor, ActorOf(writer, plan));
  const auto days_now = [&] {
    PlanDays days = kickoff::DaysOf(parts.plan, ScheduledKickoff(parts.meetings, zone));
    days.calendar = WorkingDays(parts.sites, calendars_);
    return days;
  };
  const PlanDays before = days_now();
  BANSO_RETURN_IF_ERROR(change(parts, actor));
  const PlanDays after = days_now();
  if (after != before) {
    BANSO_ASSIGN_OR_RETURN(
        const PlanTemplate plan_template,
        store_.templates.Get(writer, parts.plan.template_revision(), writer.now()));
    Reschedule(plan_template, before, after, reason, writer.now(), &parts);
  }
  return store_.Save(writer, parts);
}

}  // namespace banso::kickoff
