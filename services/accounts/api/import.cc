#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/field_rules.h"
#include "common/contract/text.h"
#include "common/status_macros.h"
#include "services/accounts/api/accounts_api.h"
#include "services/accounts/api/import_rows.h"
#include "services/accounts/api/import_run.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/lifecycle.h"
#include "services/accounts/domain/merge.h"

namespace banso::accounts {
namespace {

absl::Status BadRow(absl::string_view field, absl::string_view value, absl::string_view accepted,
                    absl::string_view reason) {
  return contract::InvalidField(field, value, accepted, reason);
}

// A row that is refused behind the checks shows a fault of ours, and part of it may be written: the
// whole message fails. So it does with what the store says, which the caller is told as it is.
absl::Status Unexpected(const absl::Status& status) {
  if (!IsRowError(status)) return status;
  return contract::Internal(absl::StrCat("a checked row was not stored: ", status.ToString()));
}

}  // namespace

ImportRun::ImportRun(storage::Database& database, const Store& store, contract::IdSource& ids,
                     ActivePolicy& active_policy)
    : database_(database), store_(store), ids_(ids), active_policy_(active_policy) {}

absl::Status ImportRun::Begin(const v1::ImportAccountsRequest& first) {
  if (!contract::IsKey(first.external_system())) {
    return contract::InvalidField("external_system", first.external_system(),
                                  "the key of a system, such as crm");
  }
  system_ = first.external_system();
  validate_only_ = first.validate_only();
  return absl::OkStatus();
}

absl::Status ImportRun::Add(const Call& call, const v1::ImportAccountsRequest& message) {
  if (system_.empty()) BANSO_RETURN_IF_ERROR(Begin(message));
  BANSO_RETURN_IF_ERROR(
      CheckImportMessage(message.external_system(), system_, "accounts", message.accounts_size()));
  // Counted apart and taken over with the commit: what is not durable is not acknowledged.
  v1::ImportAccountsResponse counts;
  BANSO_RETURN_IF_ERROR(
      WriteImport(database_, call, validate_only_, [&](storage::Writer& writer) -> absl::Status {
        BANSO_ASSIGN_OR_RETURN(classifier_, active_policy_.Get(writer, writer.now()));
        for (const v1::Account& row : message.accounts()) {
          BANSO_RETURN_IF_ERROR(AddRow(writer, row, &counts));
        }
        return absl::OkStatus();
      }));
  AddCounts(counts, &total_);
  return absl::OkStatus();
}

absl::Status ImportRun::AddRow(storage::Writer& writer, const v1::Account& row,
                               v1::ImportAccountsResponse* counts) {
  const int64_t index = total_.received() + counts->received();
  counts->set_received(counts->received() + 1);
  const absl::Status status = StoreRow(writer, row, counts);
  if (status.ok()) return absl::OkStatus();
  if (!IsRowError(status)) return status;
  counts->set_rejected(counts->rejected() + 1);
  for (v1::RowError& error : RowErrors(status, index, ExternalIdIn(row, system_), "accounts")) {
    *counts->add_errors() = std::move(error);
  }
  return absl::OkStatus();
}

absl::Status ImportRun::StoreRow(storage::Writer& writer, const v1::Account& row,
                                 v1::ImportAccountsResponse* counts) {
  std::string external_id = ExternalIdIn(row, system_);
  if (external_id.empty()) {
    return BadRow("accounts.external_ids", "", absl::StrCat("an id of the system ", system_),
                  "REQUIRED");
  }
  // Stored ids are in normalization form C; what is no text fails its field rules below.
  if (contract::ScanText(external_id).valid) external_id = contract::NormalizeText(external_id);
  if (!seen_.insert(external_id).second) {
    return BadRow("accounts.external_ids", external_id, "each account once in an import",
                  "DUPLICATE");
  }
  BANSO_ASSIGN_OR_RETURN(const auto name, store_.external_ids.Find(writer, system_, external_id));
  if (!name.has_value()) return Create(writer, row, external_id, counts);
  return Change(writer, *name, row, external_id, counts);
}

absl::Status ImportRun::Create(storage::Writer& writer, const v1::Account& row,
                               const std::string& external_id, v1::ImportAccountsResponse* counts) {
  v1::Account account = MergeRow(v1::Account(), row);
  BANSO_ASSIGN_OR_RETURN(*account.mutable_name(), NewName(writer, external_id));
  account.set_lifecycle_stage(v1::LIFECYCLE_STAGE_PROSPECT);
  *account.mutable_stage_since() = calendar::ToTimestamp(writer.now());
  BANSO_RETURN_IF_ERROR(Finish(writer, nullptr, external_id, &account));
  BANSO_RETURN_IF_ERROR(Unexpected(store_.Save(writer, nullptr, account, "", system_).status()));
  counts->set_created(counts->created() + 1);
  return absl::OkStatus();
}

absl::Status ImportRun::Change(storage::Writer& writer, const std::string& name,
                               const v1::Account& row, const std::string& external_id,
                               v1::ImportAccountsResponse* counts) {
  BANSO_ASSIGN_OR_RETURN(const v1::Account before, store_.accounts.Get(writer, name));
  BANSO_RETURN_IF_ERROR(CheckNotArchived(before));
  // A row about the duplicate of a merge tells only what is not known yet, as the merge did.
  const bool is_own = ExternalIdIn(before, system_) == external_id;
  v1::Account account =
      is_own ? MergeRow(before, row) : Merged(before, MergeRow(v1::Account(), row));
  BANSO_RETURN_IF_ERROR(Finish(writer, &before, external_id, &account));
  BANSO_RETURN_IF_ERROR(CheckOwners(before, account));
  const absl::StatusOr<v1::Account> stored = store_.Save(writer, &before, account, "", system_);
  BANSO_RETURN_IF_ERROR(Unexpected(stored.status()));
  if (stored->etag() == before.etag()) {
    counts->set_unchanged(counts->unchanged() + 1);
  } else {
    counts->set_updated(counts->updated() + 1);
  }
  return absl::OkStatus();
}

absl::Status ImportRun::Finish(storage::Writer& writer, const v1::Account* before,
                               const std::string& external_id, v1::Account* account) {
  BANSO_RETURN_IF_ERROR(contract::CheckResource("accounts", account));
  contract::Violations violations;
  CheckAccount(*account, "accounts", &violations);
  BANSO_RETURN_IF_ERROR(store_.CheckReferences(writer, before, *account, "accounts", &violations));
  for (const v1::ExternalId& id : account->external_ids()) {
    if (id.system() == system_ && id.id() == external_id) continue;
    BANSO_ASSIGN_OR_RETURN(const auto owner,
                           store_.external_ids.Find(writer, id.system(), id.id()));
    if (owner.has_value() && *owner != account->name()) {
      violations.Add("accounts.external_ids", id.id(),
                     absl::StrCat("an id of ", id.system(), " other than that of ", *owner),
                     "TAKEN");
    }
  }
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  if (classifier_ != nullptr) {
    *account->mutable_classification() = classifier_->Classify(*account, writer.now());
  }
  return store_.classification.CheckOwnersCertified(writer, writer.now(), before, *account);
}

absl::StatusOr<std::string> ImportRun::NewName(storage::Reader& reader,
                                               const std::string& external_id) {
  const std::optional<std::string> given = IdFromExternal(external_id);
  const std::string base = given.has_value() ? *given : ids_.New();
  // Ids of external ids that differ only in other characters clash often in the same data.
  int& attempt = attempts_[base];
  while (true) {
    std::string name = absl::StrCat("accounts/", NumberedId(base, ++attempt));
    BANSO_ASSIGN_OR_RETURN(const bool taken, store_.accounts.Exists(reader, name));
    if (!taken) return name;
  }
}

absl::StatusOr<v1::ImportAccountsResponse> AccountsApi::ImportAccounts(
    const Call& call, server::Source<v1::ImportAccountsRequest>& source) {
  ImportRun run(database_, store_, ids_, policy_);
  while (true) {
    v1::ImportAccountsRequest message;
    BANSO_ASSIGN_OR_RETURN(const bool more, source.Read(&message));
    if (!more) return run.total();
    BANSO_RETURN_IF_ERROR(run.Add(call, message));
  }
}

}  // namespace banso::accounts
