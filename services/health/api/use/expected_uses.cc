#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/page_token.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/health/api/change_of.h"
#include "services/health/api/lists.h"
#include "services/health/api/use/expected_uses_api.h"
#include "services/health/domain/use/expected_use.h"
#include "services/health/store/evaluations.h"
#include "services/health/store/use/share_of_expected.h"

namespace banso::health {
namespace {

using storage::Reader;
using storage::Writer;
using v1::ExpectedUse;

constexpr char kListMethod[] = "banso.health.v1.ExpectedUsesService/ListUseAgainstExpectations";
constexpr double kDefaultBelow = 0.8;
constexpr int kMostDays = 366;

absl::Status CheckMetricCounts(const Store& store, Reader& reader, const ExpectedUse& use) {
  BANSO_ASSIGN_OR_RETURN(const std::optional<v1::Metric> metric,
                         store.metrics.Find(reader, use.metric()));
  if (metric.has_value() && metric->kind() == v1::METRIC_KIND_COUNTER) return absl::OkStatus();
  return contract::InvalidField("expected_use.metric", use.metric(),
                                "a metric of the kind COUNTER that exists",
                                metric.has_value() ? "NOT_A_COUNTER" : "UNKNOWN_METRIC");
}

absl::Status CheckDays(const DayRange& days) {
  contract::Violations violations;
  if (days.to < days.from || days.to - days.from >= kMostDays) {
    violations.Add("to", calendar::DayText(days.to),
                   absl::StrCat(calendar::DayText(days.from), " or later, at most ", kMostDays,
                                " days in all"),
                   "OUT_OF_RANGE");
  }
  return violations.ToStatus();
}

absl::StatusOr<std::optional<v1::UseAgainstExpectation>> Hold(const Store& store, Reader& reader,
                                                              const ExpectedUse& use,
                                                              const DayRange& range, double below,
                                                              absl::Time now) {
  using Held = std::optional<v1::UseAgainstExpectation>;
  SampleMoment moment;
  moment.account = contract::Parent(use.name());
  moment.zone = calendar::ZoneOrUtc(ZoneOf(reader, moment.account));
  moment.as_of = now;
  BANSO_ASSIGN_OR_RETURN(std::vector<UsePart> parts,
                         ReadExpectation(store, reader, use.name(), moment, range));
  std::erase_if(parts, [&](const UsePart& part) { return part.use.metric() != use.metric(); });
  if (parts.empty()) return Held();
  const DayRange days{parts.front().days.from, parts.back().days.to};
  if (days.to >= calendar::DayOf(now, moment.zone)) {
    return contract::InvalidField("to", calendar::DayText(range.to),
                                  absl::StrCat("a day that is over for ", moment.account),
                                  "OUT_OF_RANGE");
  }
  BANSO_ASSIGN_OR_RETURN(const v1::Metric metric, store.metrics.Get(reader, use.metric()));
  SeriesReader pages(reader, Holding::kNothing);
  BANSO_ASSIGN_OR_RETURN(const auto used, ReadUse(store, pages, metric, moment, days));
  return Held(HoldAgainst(parts, used, below));
}

}  // namespace

absl::StatusOr<ExpectedUse> ExpectedUsesApi::SetExpectedUse(
    const Call& call, const v1::SetExpectedUseRequest& request) {
  const ExpectedUse& use = request.expected_use();
  contract::Violations violations;
  if (use.name().empty()) {
    violations.Add("expected_use.name", "", "accounts/{account}/expectedUses/{expected_use}",
                   "REQUIRED");
  }
  CheckExpectedUse(use, "expected_use", &violations);
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  return storage::Mutate<ExpectedUse>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<ExpectedUse> {
        const std::string account = contract::Parent(use.name());
        BANSO_RETURN_IF_ERROR(store_.accounts.CheckOpen(writer, account));
        BANSO_RETURN_IF_ERROR(CheckMetricCounts(store_, writer, use));
        BANSO_ASSIGN_OR_RETURN(const bool exists, store_.expected_uses.Exists(writer, use.name()));
        if (!exists && !use.etag().empty()) return contract::NotFound(use.name());
        BANSO_ASSIGN_OR_RETURN(ExpectedUse stored,
                               exists ? store_.expected_uses.Update(writer, use, use.etag())
                                      : store_.expected_uses.Create(writer, use));
        BANSO_RETURN_IF_ERROR(store_.use_history.Keep(writer, stored));
        BANSO_RETURN_IF_ERROR(MarkDue(writer, account, "what use is expected has changed"));
        return stored;
      });
}

absl::StatusOr<ExpectedUse> ExpectedUsesApi::GetExpectedUse(
    const Call&, const v1::GetExpectedUseRequest& request) {
  return storage::Fetch<ExpectedUse>(
      database_, [&](Reader& reader) { return store_.expected_uses.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListExpectedUsesResponse> ExpectedUsesApi::ListExpectedUses(
    const Call&, const v1::ListExpectedUsesRequest& request) {
  storage::ListQuery query = PageOf(request);
  query.parent = request.parent();
  using Response = v1::ListExpectedUsesResponse;
  return storage::Fetch<Response>(database_, [&](Reader& reader) -> absl::StatusOr<Response> {
    BANSO_ASSIGN_OR_RETURN(storage::Page<ExpectedUse> page,
                           store_.expected_uses.List(reader, query));
    return ToResponse<Response>(std::move(page), &Response::mutable_expected_uses);
  });
}

absl::StatusOr<v1::DeleteExpectedUseResponse> ExpectedUsesApi::DeleteExpectedUse(
    const Call& call, const v1::DeleteExpectedUseRequest& request) {
  using Response = v1::DeleteExpectedUseResponse;
  return ChangeOf<Response>(
      store_, database_, call, request, [&](Writer& writer) -> absl::StatusOr<Response> {
        BANSO_RETURN_IF_ERROR(store_.expected_uses.Delete(writer, request.name(), request.etag()));
        BANSO_RETURN_IF_ERROR(store_.use_history.Remove(writer, request.name()));
        BANSO_RETURN_IF_ERROR(
            MarkDue(writer, contract::Parent(request.name()), "what use is expected has changed"));
        return Response();
      });
}

absl::StatusOr<v1::ListUseAgainstExpectationsResponse> ExpectedUsesApi::ListUseAgainstExpectations(
    const Call& call, const v1::ListUseAgainstExpectationsRequest& request) {
  const DayRange range{calendar::ToDay(request.from()), calendar::ToDay(request.to())};
  BANSO_RETURN_IF_ERROR(CheckDays(range));
  const double below = request.has_below() ? request.below() : kDefaultBelow;
  // A page of the rules, told apart from the same page asked for other days.
  const contract::TokenScope scope{.store_epoch = database_.epoch(),
                                   .query = contract::QueryKey(kListMethod, request)};
  storage::ListQuery query = PageOf(request);
  query.parent = request.parent();
  if (!request.page_token().empty()) {
    BANSO_ASSIGN_OR_RETURN(query.page_token,
                           contract::DecodePageToken(scope, request.page_token()));
  }
  using Response = v1::ListUseAgainstExpectationsResponse;
  return storage::Fetch<Response>(database_, [&](Reader& reader) -> absl::StatusOr<Response> {
    BANSO_ASSIGN_OR_RETURN(const storage::Page<ExpectedUse> page,
                           store_.expected_uses.List(reader, query));
    Response response;
    for (const ExpectedUse& use : page.items) {
      BANSO_ASSIGN_OR_RETURN(auto held, Hold(store_, reader, use, range, below, call.now));
      if (held.has_value()) *response.add_uses() = *std::move(held);
    }
    if (!page.next_page_token.empty()) {
      response.set_next_page_token(contract::EncodePageToken(scope, page.next_page_token));
    }
    return response;
  });
}

}  // namespace banso::health
