#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/calendar/calendars.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/field_mask.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/relations_api.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::Account;
using v1::DeleteSiteResponse;
using v1::Site;

namespace {

absl::Status CheckSite(const Site& site, const calendar::Calendars& calendars) {
  contract::Violations violations;
  if (!site.calendar().empty() && calendars.Find(site.calendar()) == nullptr) {
    violations.Add("site.calendar", site.calendar(),
                   absl::StrCat("one of ", absl::StrJoin(calendars.names(), ", ")),
                   "UNKNOWN_CALENDAR");
  }
  std::set<absl::CivilDay> days;
  for (int i = 0; i < site.holidays_size(); ++i) {
    if (!days.insert(calendar::ToDay(site.holidays(i).date())).second) {
      violations.Add(absl::StrCat("site.holidays[", i, "].date"),
                     calendar::DayText(site.holidays(i).date()), "each day once", "DUPLICATE");
    }
  }
  return violations.ToStatus();
}

// FAILED_PRECONDITION (IN_USE) while an onboarding, people of the customer, or a change among them,
// name the site.
absl::Status CheckUnused(Reader& reader, const Store& store, const std::string& site,
                         const std::string& account) {
  std::string user;
  BANSO_RETURN_IF_ERROR(
      store.onboardings.ForEach(reader, account, {}, [&](v1::Onboarding& onboarding) {
        const auto& sites = onboarding.sites();
        if (std::find(sites.begin(), sites.end(), site) != sites.end()) user = onboarding.name();
        return absl::OkStatus();
      }));
  BANSO_RETURN_IF_ERROR(
      store.stakeholders.ForEach(reader, account, {}, [&](v1::Stakeholder& stakeholder) {
        if (stakeholder.site() == site) user = stakeholder.name();
        return absl::OkStatus();
      }));
  BANSO_RETURN_IF_ERROR(
      store.stakeholder_changes.ForEach(reader, account, {}, [&](v1::StakeholderChange& change) {
        if (change.site() == site) user = change.name();
        return absl::OkStatus();
      }));
  if (user.empty()) return absl::OkStatus();
  return contract::FailedPrecondition(kReasonInUse, site, absl::StrCat(user, " names the site"),
                                      absl::StrCat("Keep the site, or take it out of ", user));
}

}  // namespace

absl::StatusOr<Site> RelationsApi::CreateSite(const Call& call,
                                              const v1::CreateSiteRequest& request) {
  return storage::Mutate<Site>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Site> {
        BANSO_ASSIGN_OR_RETURN(const Account account,
                               store_.AccountForChange(writer, request.parent()));
        Site site = request.site();
        site.set_name(
            contract::Join(request.parent(), "sites", contract::IdOrNew(request.site_id(), ids_)));
        BANSO_RETURN_IF_ERROR(CheckSite(site, calendars_));
        BANSO_ASSIGN_OR_RETURN(Site stored, store_.sites.Create(writer, std::move(site)));
        BANSO_RETURN_IF_ERROR(store_.RefreshSummary(writer, account));
        return stored;
      });
}

absl::StatusOr<Site> RelationsApi::GetSite(const Call& /*call*/,
                                           const v1::GetSiteRequest& request) {
  return storage::Fetch<Site>(
      database_, [&](Reader& reader) { return store_.sites.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListSitesResponse> RelationsApi::ListSites(const Call& /*call*/,
                                                              const v1::ListSitesRequest& request) {
  return storage::ListPage(database_, store_.sites, storage::QueryOf(request),
                           &v1::ListSitesResponse::mutable_sites);
}

absl::StatusOr<Site> RelationsApi::UpdateSite(const Call& call,
                                              const v1::UpdateSiteRequest& request) {
  const Site& patch = request.site();
  return storage::Mutate<Site>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Site> {
        BANSO_RETURN_IF_ERROR(store_.AccountForChange(writer, patch.name()).status());
        return store_.sites.Modify(
            writer, patch.name(), patch.etag(), [&](Site& site) -> absl::Status {
              BANSO_RETURN_IF_ERROR(
                  contract::ApplyMask(request.update_mask(), patch, "site", &site));
              return CheckSite(site, calendars_);
            });
      });
}

absl::StatusOr<DeleteSiteResponse> RelationsApi::DeleteSite(const Call& call,
                                                            const v1::DeleteSiteRequest& request) {
  return storage::Mutate<DeleteSiteResponse>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<DeleteSiteResponse> {
        BANSO_ASSIGN_OR_RETURN(const Account account,
                               store_.AccountForChange(writer, request.name()));
        BANSO_RETURN_IF_ERROR(CheckUnused(writer, store_, request.name(), account.name()));
        BANSO_RETURN_IF_ERROR(store_.sites.Delete(writer, request.name(), request.etag()));
        BANSO_RETURN_IF_ERROR(store_.RefreshSummary(writer, account));
        return DeleteSiteResponse();
      });
}

}  // namespace banso::accounts
