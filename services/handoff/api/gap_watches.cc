#include <vector>

#include "common/calendar/business_days.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/handoff/api/etag.h"
#include "services/handoff/api/handoff_api.h"
#include "services/handoff/domain/gap_watch.h"

namespace banso::handoff {

using storage::Reader;
using storage::Writer;
using v1::GapWatch;

absl::StatusOr<GapWatch> HandoffApi::GetGapWatch(const Call& /*call*/,
                                                 const v1::GetGapWatchRequest& request) {
  return storage::Fetch<GapWatch>(
      database_, [&](Reader& reader) { return store_.gap_watches.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListGapWatchesResponse> HandoffApi::ListGapWatches(
    const Call& /*call*/, const v1::ListGapWatchesRequest& request) {
  storage::ListQuery query = storage::QueryOf(request);
  if (request.levels_size() > 0) {
    query.filters.push_back(storage::InEnums("level", request.levels()));
  }
  if (!request.accountable().empty()) {
    query.filters.push_back(storage::Equal("accountable", request.accountable()));
  }
  return storage::ListPage(database_, store_.gap_watches, query,
                           &v1::ListGapWatchesResponse::mutable_gap_watches);
}

absl::StatusOr<GapWatch> HandoffApi::RecordRetentionContact(
    const Call& call, const v1::RecordRetentionContactRequest& request) {
  return storage::Mutate<GapWatch>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<GapWatch> {
        BANSO_ASSIGN_OR_RETURN(GapWatch watch, store_.gap_watches.Get(writer, request.name()));
        BANSO_RETURN_IF_ERROR(CheckEtag(request.etag(), watch));
        BANSO_ASSIGN_OR_RETURN(const Act act, store_.ActFor(writer, request.name()));
        BANSO_RETURN_IF_ERROR(
            NoteContact(request.contact(), calendar::Calendar::Japan(), act, &watch));
        return store_.Put(writer, watch);
      });
}

absl::Status HandoffApi::AdvanceGapWatches(const Call& call) {
  BANSO_ASSIGN_OR_RETURN(
      const std::vector<GapWatch> open,
      storage::Fetch<std::vector<GapWatch>>(database_, [&](Reader& reader) {
        return store_.gap_watches.All(
            reader, "", {storage::NotEqual("level", static_cast<int>(v1::GAP_LEVEL_CLOSED))});
      }));
  for (const GapWatch& watch : open) {
    if (call.is_cancelled()) return absl::OkStatus();
    // Looked at before, so that a watch on which nothing changes needs no transaction.
    BANSO_ASSIGN_OR_RETURN(Act act, storage::Fetch<Act>(database_, [&](Reader& reader) {
                             Act made = {call.actor, call.now, {}};
                             absl::StatusOr<absl::CivilDay> day =
                                 store_.DayFor(reader, watch.name(), call.now);
                             if (day.ok()) made.today = *day;
                             return day.ok() ? absl::StatusOr<Act>(made) : day.status();
                           }));
    GapWatch advanced = watch;
    if (!Advance(act, &advanced)) continue;
    BANSO_RETURN_IF_ERROR(database_
                              .Write(call,
                                     [&](Writer& writer) -> absl::Status {
                                       BANSO_ASSIGN_OR_RETURN(
                                           GapWatch stored,
                                           store_.gap_watches.Get(writer, watch.name()));
                                       if (!Advance(act, &stored)) return absl::OkStatus();
                                       return store_.Put(writer, stored).status();
                                     })
                              .status());
  }
  return absl::OkStatus();
}

}  // namespace banso::handoff
