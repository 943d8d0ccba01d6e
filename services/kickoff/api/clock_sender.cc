#include "services/kickoff/api/clock_sender.h"

#include <vector>

#include "banso/accounts/v1/onboardings_service.pb.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "common/contract/retry.h"
#include "common/status_macros.h"

namespace banso::kickoff {

using storage::Reader;
using storage::Writer;

absl::Status ClockSender::Send(const Call& call) {
  std::vector<ClockNotice> notices;
  BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(notices, store_.ClockNotices(reader));
    return absl::OkStatus();
  }));
  for (const ClockNotice& notice : notices) {
    accounts::v1::RecordClockRequest request;
    request.set_name(contract::Ancestor(notice.meeting, "onboardings"));
    request.set_clock(notice.clock);
    *request.mutable_date() = calendar::ToDate(notice.day);
    request.set_reason("the kickoff was held");
    request.set_request_id(notice.request_id);
    const absl::Status status = accounts_.RecordClock(call, request);
    if (contract::MayPass(status)) return status;
    BANSO_RETURN_IF_ERROR(database_
                              .Write(call,
                                     [&](Writer& writer) {
                                       if (status.ok())
                                         return store_.DropClockNotice(writer, notice);
                                       return store_.RefuseClockNotice(writer, notice,
                                                                       status.message());
                                     })
                              .status());
  }
  return absl::OkStatus();
}

}  // namespace banso::kickoff
