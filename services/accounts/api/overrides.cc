#include <utility>
#include <vector>

#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/classification_api.h"
#include "services/accounts/api/policy_check.h"
#include "services/accounts/api/sweep.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/classification.h"
#include "services/accounts/domain/classification/overrides.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::Account;
using v1::ClassificationOverride;

namespace {

// Classifies an account with the overrides that `before` is to carry from now on, and stores it.
absl::StatusOr<Account> SaveOverridden(Writer& writer, const Store& store, const Account& before,
                                       const v1::Classification& carrying) {
  Account account = before;
  *account.mutable_classification() = carrying;
  BANSO_ASSIGN_OR_RETURN(auto policy, store.classification.ActivePolicy(writer, writer.now()));
  if (policy.has_value()) {
    *account.mutable_classification() =
        Classifier(*std::move(policy)).Classify(account, writer.now());
  }
  return store.Save(writer, &before, account);
}

// Ends the overrides of the axis that hold: another one takes their place.
absl::Status Replace(Writer& writer, const Store& store, const ClassificationOverride& by) {
  BANSO_ASSIGN_OR_RETURN(
      std::vector<ClassificationOverride> present,
      store.classification.overrides.All(writer, contract::Ancestor(by.name(), "accounts"),
                                         {storage::Equal("state", v1::OVERRIDE_STATE_IN_FORCE),
                                          storage::Equal("axis", by.axis())}));
  for (ClassificationOverride& replaced : present) {
    BANSO_RETURN_IF_ERROR(
        EndOverride(v1::OVERRIDE_STATE_REPLACED, writer.call().actor, "", writer.now(), &replaced));
    BANSO_RETURN_IF_ERROR(store.classification.overrides.Update(writer, replaced).status());
  }
  return absl::OkStatus();
}

// The override as it comes into force.
ClassificationOverride Begun(const v1::CreateClassificationOverrideRequest& request,
                             const Account& account, const Writer& writer,
                             contract::IdSource& ids) {
  ClassificationOverride begun = request.classification_override();
  begun.set_name(contract::Join(request.parent(), "classificationOverrides",
                                contract::IdOrNew(request.classification_override_id(), ids)));
  begun.set_state(v1::OVERRIDE_STATE_IN_FORCE);
  begun.set_created_by(writer.call().actor);
  SetExpireTime(account, &begun);
  return begun;
}

}  // namespace

absl::StatusOr<ClassificationOverride> ClassificationApi::CreateClassificationOverride(
    const Call& call, const v1::CreateClassificationOverrideRequest& request) {
  return storage::Mutate<ClassificationOverride>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<ClassificationOverride> {
        BANSO_ASSIGN_OR_RETURN(const Account before,
                               store_.AccountForChange(writer, request.parent()));
        BANSO_ASSIGN_OR_RETURN(const v1::ClassificationPolicy policy,
                               PolicyInForce(writer, store_, writer.now()));
        ClassificationOverride begun = Begun(request, before, writer, ids_);
        const absl::CivilDay today = Today(before, writer.now());
        contract::Violations violations;
        CheckOverride(policy, begun, today, &violations);
        BANSO_RETURN_IF_ERROR(violations.ToStatus());
        BANSO_RETURN_IF_ERROR(Replace(writer, store_, begun));
        v1::Classification carrying = before.classification();
        AddOverride(begun, &carrying);
        BANSO_ASSIGN_OR_RETURN(const Account account,
                               SaveOverridden(writer, store_, before, carrying));
        const v1::AppliedOverride* applied =
            OverrideOf(account.classification(), begun.axis(), today);
        if (applied != nullptr) begun.set_policy_value(applied->policy_value());
        return store_.classification.overrides.Create(writer, std::move(begun));
      });
}

absl::StatusOr<ClassificationOverride> ClassificationApi::GetClassificationOverride(
    const Call& /*call*/, const v1::GetClassificationOverrideRequest& request) {
  return storage::Fetch<ClassificationOverride>(database_, [&](Reader& reader) {
    return store_.classification.overrides.Get(reader, request.name());
  });
}

absl::StatusOr<v1::ListClassificationOverridesResponse>
ClassificationApi::ListClassificationOverrides(
    const Call& /*call*/, const v1::ListClassificationOverridesRequest& request) {
  storage::ListQuery query = storage::QueryOf(request);
  if (request.states_size() > 0) {
    query.filters.push_back(storage::InEnums("state", request.states()));
  }
  if (!request.axis().empty()) query.filters.push_back(storage::Equal("axis", request.axis()));
  return storage::ListPage(
      database_, store_.classification.overrides, query,
      &v1::ListClassificationOverridesResponse::mutable_classification_overrides);
}

absl::StatusOr<ClassificationOverride> ClassificationApi::EndClassificationOverride(
    const Call& call, const v1::EndClassificationOverrideRequest& request) {
  return storage::Mutate<ClassificationOverride>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<ClassificationOverride> {
        BANSO_ASSIGN_OR_RETURN(const Account before,
                               store_.AccountForChange(writer, request.name()));
        const auto end = [&](ClassificationOverride& ended) {
          return EndOverride(v1::OVERRIDE_STATE_ENDED, call.actor, request.reason(), writer.now(),
                             &ended);
        };
        BANSO_ASSIGN_OR_RETURN(
            ClassificationOverride ended,
            store_.classification.overrides.Modify(writer, request.name(), request.etag(), end));
        v1::Classification carrying = before.classification();
        RemoveOverride(ended.name(), &carrying);
        BANSO_RETURN_IF_ERROR(SaveOverridden(writer, store_, before, carrying).status());
        return ended;
      });
}

absl::Status ClassificationApi::ExpireOverrides(const Call& call) {
  return SweepDue<ClassificationOverride>(
      database_, call, store_.classification.overrides,
      {storage::Equal("state", v1::OVERRIDE_STATE_IN_FORCE), storage::AtMost("due_time", call.now)},
      [&](Writer& writer, const ClassificationOverride& due) -> absl::Status {
        ClassificationOverride expired = due;
        BANSO_RETURN_IF_ERROR(EndOverride(v1::OVERRIDE_STATE_EXPIRED, "", "",
                                          calendar::ToTime(due.expire_time()), &expired));
        BANSO_RETURN_IF_ERROR(store_.classification.overrides.Update(writer, expired).status());
        BANSO_ASSIGN_OR_RETURN(
            const Account before,
            store_.accounts.Get(writer, contract::Ancestor(due.name(), "accounts")));
        v1::Classification carrying = before.classification();
        RemoveOverride(due.name(), &carrying);
        return SaveOverridden(writer, store_, before, carrying).status();
      });
}

}  // namespace banso::accounts
