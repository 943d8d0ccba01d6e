#include "services/handoff/api/accounts_mirror.h"

#include <string>
#include <vector>

#include "common/calendar/business_days.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "services/handoff/api/erase.h"
#include "services/handoff/domain/completion_start.h"
#include "services/handoff/domain/gap_watch.h"
#include "services/handoff/domain/transfer.h"

namespace banso::handoff {

using accounts::v1::Account;
using accounts::v1::Onboarding;
using storage::Writer;

namespace {

Clocks ClocksOf(const Onboarding& onboarding) {
  Clocks clocks;
  for (const accounts::v1::ClockReading& clock : onboarding.clocks()) {
    clocks[clock.clock()] = calendar::ToDay(clock.date());
  }
  return clocks;
}

// What is needed of an account; no more, so that little personal data is kept twice.
Account Header(const Account& account) {
  Account header;
  header.set_name(account.name());
  header.set_display_name(account.display_name());
  *header.mutable_owners() = account.owners();
  header.set_lifecycle_stage(account.lifecycle_stage());
  header.mutable_classification()->set_segment(account.classification().segment());
  header.set_time_zone(account.time_zone());
  return header;
}

absl::Status SyncCompletion(const Store& store, Writer& writer, const Onboarding& onboarding) {
  BANSO_ASSIGN_OR_RETURN(auto completion,
                         store.completions.Find(writer, CompletionName(onboarding.name())));
  if (!completion.has_value()) return absl::OkStatus();
  bool changed = false;
  if (!onboarding.owner().empty() && completion->owner() != onboarding.owner()) {
    completion->set_owner(onboarding.owner());
    changed = true;
  }
  if (completion->state() == v1::COMPLETION_STATE_OPEN) {
    changed =
        UpdateDeadline(ClocksOf(onboarding), calendar::Calendar::Japan(), &*completion) || changed;
  }
  if (!changed) return absl::OkStatus();
  return store.Put(writer, *completion).status();
}

// An onboarding that accounts has ended, such as for a customer that is lost, ends here too. A
// process that works on its completion sees to that itself.
absl::Status SyncEnd(const Store& store, Writer& writer, const Onboarding& onboarding) {
  BANSO_ASSIGN_OR_RETURN(const auto completion,
                         store.completions.Find(writer, CompletionName(onboarding.name())));
  if (!completion.has_value() || !completion->process().empty()) return absl::OkStatus();
  return store.FollowEnd(writer, onboarding);
}

// A lost customer is not watched any longer, also after retention has accepted.
absl::Status SyncLoss(const Store& store, Writer& writer, const Account& account) {
  if (account.lifecycle_stage() != accounts::v1::LIFECYCLE_STAGE_CHURNED) return absl::OkStatus();
  BANSO_ASSIGN_OR_RETURN(const Act act, store.ActFor(writer, account.name()));
  BANSO_ASSIGN_OR_RETURN(std::vector<v1::GapWatch> watches,
                         store.gap_watches.All(writer, account.name()));
  for (v1::GapWatch& watch : watches) {
    if (watch.level() == v1::GAP_LEVEL_CLOSED) continue;
    CloseForLostCustomer(act, &watch);
    BANSO_RETURN_IF_ERROR(store.Put(writer, watch).status());
  }
  return absl::OkStatus();
}

// Until retention has accepted, the onboarding's owner is accountable.
absl::Status SyncGiver(const Store& store, Writer& writer, const Onboarding& onboarding) {
  if (onboarding.owner().empty()) return absl::OkStatus();
  BANSO_ASSIGN_OR_RETURN(auto handoff, store.handoffs.Find(writer, HandoffName(onboarding.name())));
  if (handoff.has_value() && handoff->state() != v1::HANDOFF_STATE_ACCEPTED &&
      handoff->giver() != onboarding.owner()) {
    handoff->set_giver(onboarding.owner());
    handoff->set_accountable(onboarding.owner());
    BANSO_RETURN_IF_ERROR(store.Put(writer, *handoff).status());
  }
  BANSO_ASSIGN_OR_RETURN(auto watch,
                         store.gap_watches.Find(writer, GapWatchName(onboarding.name())));
  if (watch.has_value() && watch->level() != v1::GAP_LEVEL_CLOSED && !watch->has_accept_date() &&
      watch->accountable() != onboarding.owner()) {
    watch->set_accountable(onboarding.owner());
    BANSO_RETURN_IF_ERROR(store.Put(writer, *watch).status());
  }
  return absl::OkStatus();
}

// After that, the account's retention owner.
absl::Status SyncRetention(const Store& store, Writer& writer, const Account& account) {
  const std::string& owner = account.owners().retention();
  if (owner.empty()) return absl::OkStatus();
  BANSO_ASSIGN_OR_RETURN(std::vector<v1::GapWatch> watches,
                         store.gap_watches.All(writer, account.name()));
  for (v1::GapWatch& watch : watches) {
    if (watch.level() == v1::GAP_LEVEL_CLOSED || !watch.has_accept_date() ||
        watch.accountable() == owner) {
      continue;
    }
    watch.set_accountable(owner);
    BANSO_RETURN_IF_ERROR(store.Put(writer, watch).status());
  }
  return absl::OkStatus();
}

absl::Status ApplyAccount(const Store& store, Writer& writer, const type::v1::Change& change) {
  Account account;
  if (!change.resource().UnpackTo(&account)) {
    return contract::Internal("a change of an account holds none");
  }
  BANSO_RETURN_IF_ERROR(store.account_copies.Put(writer, Header(account)).status());
  BANSO_RETURN_IF_ERROR(SyncRetention(store, writer, account));
  return SyncLoss(store, writer, account);
}

absl::Status ApplyOnboarding(const Store& store, Writer& writer, const type::v1::Change& change) {
  Onboarding onboarding;
  if (!change.resource().UnpackTo(&onboarding)) {
    return contract::Internal("a change of an onboarding holds none");
  }
  onboarding.clear_ball_history();
  BANSO_RETURN_IF_ERROR(store.onboarding_copies.Put(writer, onboarding).status());
  BANSO_RETURN_IF_ERROR(SyncCompletion(store, writer, onboarding));
  BANSO_RETURN_IF_ERROR(SyncGiver(store, writer, onboarding));
  return SyncEnd(store, writer, onboarding);
}

absl::Status ApplyMember(const Store& store, Writer& writer, const accounts::v1::Member& member) {
  accounts::v1::Member header;
  header.set_name(member.name());
  *header.mutable_roles() = member.roles();
  BANSO_RETURN_IF_ERROR(store.member_copies.Put(writer, header).status());
  return member.has_erase_time() ? EraseMember(store, writer, member.name()) : absl::OkStatus();
}

}  // namespace

absl::Status ApplyAccountsChange(const Store& store, Writer& writer,
                                 const type::v1::Change& change) {
  if (change.operation() == type::v1::OPERATION_DELETED) return absl::OkStatus();
  if (change.kind() == Account::descriptor()->full_name()) {
    return ApplyAccount(store, writer, change);
  }
  if (change.kind() == Onboarding::descriptor()->full_name()) {
    return ApplyOnboarding(store, writer, change);
  }
  if (accounts::v1::Stakeholder person;
      change.resource().UnpackTo(&person) && person.has_erase_time()) {
    return EraseStakeholder(store, writer, person.name());
  }
  if (accounts::v1::Member member; change.resource().UnpackTo(&member)) {
    return ApplyMember(store, writer, member);
  }
  return absl::OkStatus();
}

absl::Status ResetAccountsMirror(Writer& writer) {
  BANSO_RETURN_IF_ERROR(writer.Execute("DELETE FROM account_copy", {}).status());
  BANSO_RETURN_IF_ERROR(writer.Execute("DELETE FROM member_copy", {}).status());
  return writer.Execute("DELETE FROM onboarding_copy", {}).status();
}

}  // namespace banso::handoff
