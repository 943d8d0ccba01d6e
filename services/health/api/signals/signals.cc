#include <utility>

#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "services/health/api/change_of.h"
#include "services/health/api/lists.h"
#include "services/health/api/signals/signals_api.h"
#include "services/health/domain/signals/report.h"
#include "services/health/domain/signals/signal.h"

namespace banso::health {

using storage::Reader;
using storage::Writer;
using v1::Signal;

absl::StatusOr<Signal> SignalsApi::GetSignal(const Call&, const v1::GetSignalRequest& request) {
  return storage::Fetch<Signal>(database_, [&](Reader& reader) {
    return store_.signals.signals.Get(reader, request.name());
  });
}

absl::StatusOr<v1::ListSignalsResponse> SignalsApi::ListSignals(
    const Call&, const v1::ListSignalsRequest& request) {
  storage::ListQuery query = PageOf(request);
  query.parent = request.parent();
  query.order_by = "raise_time desc";
  if (!request.signal_rule().empty()) {
    query.filters.push_back(storage::Equal("rule", request.signal_rule()));
  }
  if (!request.owner().empty()) query.filters.push_back(storage::Equal("owner", request.owner()));
  if (!request.states().empty()) {
    query.filters.push_back(storage::InEnums("state", request.states()));
  }
  if (!request.severities().empty()) {
    query.filters.push_back(storage::InEnums("severity", request.severities()));
  }
  return storage::Fetch<v1::ListSignalsResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::ListSignalsResponse> {
        BANSO_ASSIGN_OR_RETURN(storage::Page<Signal> page,
                               store_.signals.signals.List(reader, query));
        return ToResponse<v1::ListSignalsResponse>(std::move(page),
                                                   &v1::ListSignalsResponse::mutable_signals);
      });
}

absl::StatusOr<Signal> SignalsApi::AcknowledgeSignal(const Call& call,
                                                     const v1::AcknowledgeSignalRequest& request) {
  return ChangeOf<Signal>(store_, database_, call, request, [&](Writer& writer) {
    return store_.signals.signals.Modify(writer, request.name(), "", [&](Signal& signal) {
      return Acknowledge(call.actor, request.note(), writer.now(), signal);
    });
  });
}

absl::StatusOr<Signal> SignalsApi::SnoozeSignal(const Call& call,
                                                const v1::SnoozeSignalRequest& request) {
  return ChangeOf<Signal>(store_, database_, call, request, [&](Writer& writer) {
    return store_.signals.signals.Modify(writer, request.name(), "", [&](Signal& signal) {
      return Snooze(calendar::ToTime(request.until()), request.reason(), writer.now(), signal);
    });
  });
}

absl::StatusOr<Signal> SignalsApi::ResolveSignal(const Call& call,
                                                 const v1::ResolveSignalRequest& request) {
  return ChangeOf<Signal>(store_, database_, call, request, [&](Writer& writer) {
    return store_.signals.signals.Modify(writer, request.name(), "", [&](Signal& signal) {
      return Resolve(request.outcome(), request.result(), call.actor, writer.now(), signal);
    });
  });
}

absl::StatusOr<Signal> SignalsApi::RetrySignalAction(const Call& call,
                                                     const v1::RetrySignalActionRequest& request) {
  return ChangeOf<Signal>(
      store_, database_, call, request, [&](Writer& writer) -> absl::StatusOr<Signal> {
        BANSO_RETURN_IF_ERROR(store_.signals.KeepTask(
            writer, {.signal = request.name(), .action = request.action_id()}, writer.now()));
        return store_.signals.signals.Modify(
            writer, request.name(), "", [&](Signal& signal) -> absl::Status {
              v1::SignalAction* action = FindAction(signal, request.action_id());
              if (action == nullptr) {
                return contract::InvalidField("action_id", request.action_id(),
                                              "the id of an action of the signal", "UNKNOWN");
              }
              if (action->kind() == v1::SIGNAL_ACTION_KIND_MESSAGE ||
                  action->state() != v1::SIGNAL_ACTION_STATE_FAILED) {
                return contract::FailedPrecondition(
                    "ACTION_NOT_FAILED", request.name(),
                    "the action is no task or re-onboarding that has failed", "");
              }
              action->set_state(v1::SIGNAL_ACTION_STATE_PENDING);
              action->clear_last_error();
              return absl::OkStatus();
            });
      });
}

absl::StatusOr<v1::SignalReport> SignalsApi::GetSignalReport(
    const Call& call, const v1::GetSignalReportRequest& request) {
  std::vector<storage::Filter> filters;
  if (request.has_raised_from()) {
    filters.push_back(storage::AtLeast("raise_time", calendar::ToTime(request.raised_from())));
  }
  if (request.has_raised_before()) {
    filters.push_back(storage::Less("raise_time", calendar::ToTime(request.raised_before())));
  }
  return storage::Fetch<v1::SignalReport>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::SignalReport> {
        BANSO_ASSIGN_OR_RETURN(std::vector<v1::SignalRule> rules,
                               store_.signals.rules.AllActive(reader, call.now));
        BANSO_ASSIGN_OR_RETURN(std::vector<v1::ScoreModel> models,
                               store_.scoring.models.AllActive(reader, call.now));
        SignalReportBuilder builder(std::move(rules), std::move(models));
        BANSO_RETURN_IF_ERROR(
            store_.signals.signals.ForEach(reader, "", filters, [&](const Signal& signal) {
              builder.Add(signal);
              return absl::OkStatus();
            }));
        return builder.Build();
      });
}

}  // namespace banso::health
