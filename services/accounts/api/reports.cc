#include <string>

#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/rule/condition.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/reports_api.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/revenue.h"
#include "services/accounts/domain/times.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::DeleteOperatingChangeResponse;
using v1::OperatingChange;

namespace {

// INVALID_ARGUMENT when a period ends before it begins.
template <typename Request>
absl::Status CheckPeriod(const Request& request) {
  if (!request.has_first_day() || !request.has_last_day() ||
      calendar::ToDay(request.first_day()) <= calendar::ToDay(request.last_day())) {
    return absl::OkStatus();
  }
  return contract::InvalidField("last_day", calendar::DayText(request.last_day()),
                                "the first day or one after it", "OUT_OF_ORDER");
}

}  // namespace

absl::StatusOr<OperatingChange> ReportsApi::CreateOperatingChange(
    const Call& call, const v1::CreateOperatingChangeRequest& request) {
  return storage::Mutate<OperatingChange>(database_, call, request, [&](Writer& writer) {
    OperatingChange change = request.operating_change();
    change.set_name(contract::Join("", "operatingChanges",
                                   contract::IdOrNew(request.operating_change_id(), ids_)));
    return store_.operating_changes.Create(writer, change);
  });
}

absl::StatusOr<OperatingChange> ReportsApi::GetOperatingChange(
    const Call& /*call*/, const v1::GetOperatingChangeRequest& request) {
  return storage::Fetch<OperatingChange>(database_, [&](Reader& reader) {
    return store_.operating_changes.Get(reader, request.name());
  });
}

absl::StatusOr<v1::ListOperatingChangesResponse> ReportsApi::ListOperatingChanges(
    const Call& /*call*/, const v1::ListOperatingChangesRequest& request) {
  return storage::ListPage(database_, store_.operating_changes, storage::QueryOf(request),
                           &v1::ListOperatingChangesResponse::mutable_operating_changes);
}

absl::StatusOr<DeleteOperatingChangeResponse> ReportsApi::DeleteOperatingChange(
    const Call& call, const v1::DeleteOperatingChangeRequest& request) {
  return storage::Mutate<DeleteOperatingChangeResponse>(
      database_, call, request,
      [&](Writer& writer) -> absl::StatusOr<DeleteOperatingChangeResponse> {
        BANSO_RETURN_IF_ERROR(
            store_.operating_changes.Delete(writer, request.name(), request.etag()));
        return DeleteOperatingChangeResponse();
      });
}

absl::StatusOr<v1::SummarizeTimesResponse> ReportsApi::SummarizeTimes(
    const Call& call, const v1::SummarizeTimesRequest& request) {
  using Response = v1::SummarizeTimesResponse;
  if (request.from() == request.to()) {
    return contract::InvalidField("to", rule::ClockText(request.to()), "another clock than `from`");
  }
  BANSO_RETURN_IF_ERROR(CheckPeriod(request));
  return storage::Fetch<Response>(database_, [&](Reader& reader) -> absl::StatusOr<Response> {
    BANSO_ASSIGN_OR_RETURN(const auto changes, store_.operating_changes.All(reader, ""));
    BANSO_ASSIGN_OR_RETURN(const auto headers, store_.Headers(reader));
    TimesSummary summary(request, changes);
    v1::Account account;
    BANSO_RETURN_IF_ERROR(
        store_.onboardings.ForEach(reader, "accounts/-", {}, [&](v1::Onboarding& onboarding) {
          const auto header = headers.find(contract::Ancestor(onboarding.name(), "accounts"));
          if (header == headers.end()) return absl::OkStatus();
          if (!request.segment().empty() && request.segment() != header->second.segment) {
            return absl::OkStatus();
          }
          account.set_time_zone(header->second.time_zone);
          summary.Add(onboarding, Today(account, call.now));
          return absl::OkStatus();
        }));
    return summary.Result();
  });
}

absl::StatusOr<v1::SummarizeRevenueResponse> ReportsApi::SummarizeRevenue(
    const Call& /*call*/, const v1::SummarizeRevenueRequest& request) {
  using Response = v1::SummarizeRevenueResponse;
  BANSO_RETURN_IF_ERROR(CheckPeriod(request));
  return storage::Fetch<Response>(database_, [&](Reader& reader) -> absl::StatusOr<Response> {
    RevenueSummary summary(request);
    BANSO_RETURN_IF_ERROR(
        store_.contracts.ForEach(reader, "accounts/-", {}, [&](v1::Contract& contract) {
          summary.AddContract(contract);
          return absl::OkStatus();
        }));
    BANSO_RETURN_IF_ERROR(store_.deals.ForEach(reader, "accounts/-", {}, [&](v1::Deal& deal) {
      summary.AddDeal(deal);
      return absl::OkStatus();
    }));
    BANSO_RETURN_IF_ERROR(store_.accounts.ForEach(reader, "", {}, [&](v1::Account& account) {
      summary.AddAccount(account);
      return absl::OkStatus();
    }));
    return summary.Result();
  });
}

}  // namespace banso::accounts
