#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/rule/value.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/people_api.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/erase.h"
#include "services/accounts/domain/stakeholder.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::Account;
using v1::Stakeholder;
using v1::StakeholderChange;

namespace {

// The day that a request names, or today. INVALID_ARGUMENT for one that lies ahead.
template <typename Request>
absl::StatusOr<absl::CivilDay> DayOf(const Request& request, absl::CivilDay today) {
  if (!request.has_date()) return today;
  const absl::CivilDay day = calendar::ToDay(request.date());
  if (day <= today) return day;
  return contract::InvalidField("date", calendar::DayText(day), "today or a day before",
                                "IN_THE_FUTURE");
}

absl::Status CheckRequest(const v1::ReplaceStakeholderRequest& request) {
  contract::Violations violations;
  const auto of_account = [&](const char* field, const std::string& name) {
    if (name.empty() || contract::Ancestor(name, "accounts") == request.parent()) return;
    violations.Add(field, name, absl::StrCat("a stakeholder of ", request.parent()),
                   "OTHER_ACCOUNT");
  };
  of_account("before", request.before());
  of_account("after", request.after());
  if (request.before() == request.after()) {
    violations.Add("after", request.after(), "somebody else than `before`", "SAME_PERSON");
  }
  if (request.role() == v1::STAKEHOLDER_ROLE_USER) {
    violations.Add("role", "STAKEHOLDER_ROLE_USER", "PROJECT_OWNER, LEAD or SITE_CHAMPION",
                   "NOT_ACCEPTED");
  }
  return violations.ToStatus();
}

}  // namespace

absl::StatusOr<StakeholderChange> PeopleApi::ReplaceStakeholder(
    const Call& call, const v1::ReplaceStakeholderRequest& request) {
  BANSO_RETURN_IF_ERROR(CheckRequest(request));
  return storage::Mutate<StakeholderChange>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<StakeholderChange> {
        BANSO_ASSIGN_OR_RETURN(const Account account,
                               store_.AccountForChange(writer, request.parent()));
        BANSO_ASSIGN_OR_RETURN(const absl::CivilDay day,
                               DayOf(request, Today(account, writer.now())));
        BANSO_ASSIGN_OR_RETURN(Stakeholder before,
                               store_.stakeholders.Get(writer, request.before()));
        std::optional<Stakeholder> after;
        if (!request.after().empty()) {
          BANSO_ASSIGN_OR_RETURN(after, store_.stakeholders.Get(writer, request.after()));
        }
        BANSO_RETURN_IF_ERROR(
            ReplaceRole(request, day, &before, after.has_value() ? &*after : nullptr));
        BANSO_RETURN_IF_ERROR(store_.stakeholders.Update(writer, std::move(before)).status());
        if (after.has_value()) {
          BANSO_RETURN_IF_ERROR(store_.stakeholders.Update(writer, *std::move(after)).status());
        }
        const ChangeCause cause{request.role(), request.before(), request.after(), day,
                                request.reason()};
        BANSO_RETURN_IF_ERROR(store_.RefreshSummary(writer, account, {.change = &cause}));
        return ChangeAfter(writer, account.name(), cause);
      });
}

absl::StatusOr<StakeholderChange> PeopleApi::ChangeAfter(Reader& reader, const std::string& account,
                                                         const ChangeCause& cause) const {
  std::optional<StakeholderChange> found;
  BANSO_RETURN_IF_ERROR(store_.stakeholder_changes.ForEach(
      reader, account, {storage::Equal("day", cause.day)}, [&](StakeholderChange& change) {
        const bool is_it = change.role() == cause.role && change.before() == cause.before &&
                           change.after() == cause.after;
        if (is_it) found = std::move(change);
        return absl::OkStatus();
      }));
  if (found.has_value()) return *std::move(found);
  return contract::Internal("a change of people was not recorded");
}

absl::StatusOr<v1::ListStakeholderChangesResponse> PeopleApi::ListStakeholderChanges(
    const Call& /*call*/, const v1::ListStakeholderChangesRequest& request) {
  storage::ListQuery query = storage::QueryOf(request);
  query.order_by = "day desc";
  return storage::ListPage(database_, store_.stakeholder_changes, query,
                           &v1::ListStakeholderChangesResponse::mutable_stakeholder_changes);
}

absl::StatusOr<Stakeholder> PeopleApi::RecordEnthusiasm(
    const Call& call, const v1::RecordEnthusiasmRequest& request) {
  return storage::Mutate<Stakeholder>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Stakeholder> {
        BANSO_ASSIGN_OR_RETURN(const Account account,
                               store_.AccountForChange(writer, request.name()));
        const absl::CivilDay today = Today(account, writer.now());
        BANSO_ASSIGN_OR_RETURN(const absl::CivilDay day, DayOf(request, today));
        BANSO_ASSIGN_OR_RETURN(Stakeholder stakeholder,
                               store_.stakeholders.Get(writer, request.name()));
        BANSO_RETURN_IF_ERROR(CheckNotErased(stakeholder.name(), stakeholder.has_erase_time()));
        BANSO_RETURN_IF_ERROR(
            accounts::RecordEnthusiasm(request, day, writer.call().actor, &stakeholder));
        fact::v1::FactChange change;
        change.set_subject(stakeholder.name());
        change.set_fact("account.stakeholder.enthusiasm");
        *change.mutable_value() = rule::NumberValue(request.level());
        const absl::Time occurred =
            day == today ? writer.now()
                         : calendar::StartOfDay(day, calendar::ZoneOrUtc(ZoneOf(account)));
        *change.mutable_occurred_time() = calendar::ToTimestamp(occurred);
        change.set_source(writer.call().actor);
        BANSO_RETURN_IF_ERROR(store_.facts.Record(writer, std::move(change)));
        return store_.stakeholders.Update(writer, std::move(stakeholder));
      });
}

}  // namespace banso::accounts
