#include "services/handoff/store/kinds.h"

#include "common/calendar/proto_time.h"

namespace banso::handoff {

using storage::Value;

storage::RevisionedKind CriteriaSetKind() {
  return {.table = "criteria_set", .pattern = "criteriaSets/{criteria_set}"};
}

storage::RevisionedKind HandoffPolicyKind() {
  return {.table = "handoff_policy", .pattern = "handoffPolicies/{handoff_policy}"};
}

storage::Kind<v1::Completion> CompletionKind() {
  using v1::Completion;
  return {.table = "completion",
          .pattern = "accounts/{account}/onboardings/{onboarding}/completion",
          .columns = {
              {"state", [](const Completion& completion) { return Value(completion.state()); }},
              {"owner", [](const Completion& completion) { return Value(completion.owner()); }},
              {"criteria_set",
               [](const Completion& completion) { return Value(completion.criteria_set()); }},
          }};
}

storage::Kind<v1::Evidence> EvidenceKind() {
  using v1::Evidence;
  return {.table = "evidence",
          .pattern = "accounts/{account}/onboardings/{onboarding}/completion/evidence/{evidence}",
          .columns = {
              {"criterion", [](const Evidence& evidence) { return Value(evidence.criterion()); }},
              {"withdrawn",
               [](const Evidence& evidence) { return Value(!evidence.withdrawn_by().empty()); }},
          }};
}

storage::Kind<v1::Exception> ExceptionKind() {
  return {
      .table = "completion_exception",
      .pattern = "accounts/{account}/onboardings/{onboarding}/completion/exceptions/{exception}",
      .columns = {
          {"state", [](const v1::Exception& exception) { return Value(exception.state()); }},
      }};
}

storage::Kind<v1::Handoff> HandoffKind() {
  using v1::Handoff;
  return {.table = "handoff",
          .pattern = "accounts/{account}/handoffs/{handoff}",
          .columns = {
              {"state", [](const Handoff& handoff) { return Value(handoff.state()); }},
              {"receiver", [](const Handoff& handoff) { return Value(handoff.receiver()); }},
          }};
}

storage::Kind<v1::GapWatch> GapWatchKind() {
  using v1::GapWatch;
  return {.table = "gap_watch",
          .pattern = "accounts/{account}/onboardings/{onboarding}/gapWatch",
          .columns = {
              {"level", [](const GapWatch& watch) { return Value(watch.level()); }},
              {"accountable", [](const GapWatch& watch) { return Value(watch.accountable()); }},
          }};
}

storage::Kind<v1::Process> ProcessKind() {
  using v1::Process;
  return {.table = "process",
          .pattern = "processes/{process}",
          .columns = {
              {"state", [](const Process& process) { return Value(process.state()); }},
              {"onboarding", [](const Process& process) { return Value(process.onboarding()); }},
              {"next_attempt",
               [](const Process& process) {
                 return process.has_next_attempt_time()
                            ? Value(calendar::ToTime(process.next_attempt_time()))
                            : Value();
               }},
          }};
}

storage::Kind<accounts::v1::Account> AccountCopyKind() {
  return {.table = "account_copy",
          .pattern = "accounts/{account}",
          .columns = {},
          .record_changes = false};
}

storage::Kind<accounts::v1::Member> MemberCopyKind() {
  return {.table = "member_copy",
          .pattern = "members/{member}",
          .columns = {},
          .record_changes = false};
}

storage::Kind<accounts::v1::Onboarding> OnboardingCopyKind() {
  return {.table = "onboarding_copy",
          .pattern = "accounts/{account}/onboardings/{onboarding}",
          .columns = {},
          .record_changes = false};
}

}  // namespace banso::handoff
