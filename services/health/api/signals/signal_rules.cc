#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/health/api/deactivate.h"
#include "services/health/api/lists.h"
#include "services/health/api/rule_checks.h"
#include "services/health/api/signals/signals_api.h"
#include "services/health/domain/signals/signal_rule.h"
#include "services/health/store/evaluations.h"

namespace banso::health {

using storage::Reader;
using storage::Writer;
using v1::Play;
using v1::SignalRule;

absl::StatusOr<SignalRule> SignalsApi::SaveSignalRule(const Call& call,
                                                      const v1::SaveSignalRuleRequest& request) {
  const SignalRule& rule = request.signal_rule();
  const auto check = [&](Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog catalog,
                           CatalogWith(store_, reader, call.now, request.additional_fact_types()));
    contract::Violations violations;
    CheckSignalRule(rule, catalog, "signal_rule", &violations);
    if (!rule.play().empty()) {
      const Reference play = {.name = rule.play(),
                              .field = "signal_rule.play",
                              .accepted = "a play that has been saved",
                              .reason = "UNKNOWN_PLAY"};
      BANSO_RETURN_IF_ERROR(CheckReference(reader, store_.signals.plays, play,
                                           request.additional_resources(), call.now, &violations));
    }
    return violations.ToStatus();
  };
  if (request.validate_only()) {
    BANSO_RETURN_IF_ERROR(database_.Read(check));
    return rule;
  }
  return storage::Mutate<SignalRule>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<SignalRule> {
        BANSO_RETURN_IF_ERROR(check(writer));
        BANSO_RETURN_IF_ERROR(KeepTypes(writer, request.additional_fact_types()));
        return store_.signals.rules.Save(writer, rule, request.reason());
      });
}

absl::StatusOr<SignalRule> SignalsApi::ActivateSignalRule(
    const Call& call, const v1::ActivateSignalRuleRequest& request) {
  return storage::Mutate<SignalRule>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<SignalRule> {
        BANSO_RETURN_IF_ERROR(
            MarkAllDue(writer, absl::StrCat(request.name(), " was put in force")));
        return store_.signals.rules.Activate(writer, request.name(), writer.now());
      });
}

absl::StatusOr<v1::SignalRule> SignalsApi::DeactivateSignalRule(
    const Call& call, const v1::DeactivateSignalRuleRequest& request) {
  return Deactivate(database_, store_.signals.rules, call, request, Judged::kNothing);
}

absl::StatusOr<SignalRule> SignalsApi::GetSignalRule(const Call& call,
                                                     const v1::GetSignalRuleRequest& request) {
  return storage::Fetch<SignalRule>(database_, [&](Reader& reader) {
    return store_.signals.rules.Get(reader, request.name(), call.now);
  });
}

absl::StatusOr<v1::ListSignalRuleRevisionsResponse> SignalsApi::ListSignalRuleRevisions(
    const Call& call, const v1::ListSignalRuleRevisionsRequest& request) {
  return ListRevisionsOf<v1::ListSignalRuleRevisionsResponse>(
      database_, store_.signals.rules, request, call.now,
      &v1::ListSignalRuleRevisionsResponse::mutable_signal_rules);
}

absl::StatusOr<Play> SignalsApi::SavePlay(const Call& call, const v1::SavePlayRequest& request) {
  contract::Violations violations;
  CheckPlay(request.play(), "play", &violations);
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  if (request.validate_only()) return request.play();
  return storage::Mutate<Play>(database_, call, request, [&](Writer& writer) {
    return store_.signals.plays.Save(writer, request.play(), request.reason());
  });
}

absl::StatusOr<Play> SignalsApi::ActivatePlay(const Call& call,
                                              const v1::ActivatePlayRequest& request) {
  return storage::Mutate<Play>(database_, call, request, [&](Writer& writer) {
    return store_.signals.plays.Activate(writer, request.name(), writer.now());
  });
}

absl::StatusOr<v1::Play> SignalsApi::DeactivatePlay(const Call& call,
                                                    const v1::DeactivatePlayRequest& request) {
  return Deactivate(database_, store_.signals.plays, call, request, Judged::kNothing);
}

absl::StatusOr<Play> SignalsApi::GetPlay(const Call& call, const v1::GetPlayRequest& request) {
  return storage::Fetch<Play>(database_, [&](Reader& reader) {
    return store_.signals.plays.Get(reader, request.name(), call.now);
  });
}

absl::StatusOr<v1::ListPlayRevisionsResponse> SignalsApi::ListPlayRevisions(
    const Call& call, const v1::ListPlayRevisionsRequest& request) {
  return ListRevisionsOf<v1::ListPlayRevisionsResponse>(
      database_, store_.signals.plays, request, call.now,
      &v1::ListPlayRevisionsResponse::mutable_plays);
}

}  // namespace banso::health
