#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "banso/type/v1/rules.pb.h"
#include "common/contract/errors.h"
#include "common/contract/field_mask.h"
#include "common/contract/field_rules.h"
#include "common/contract/fingerprint.h"
#include "common/contract/proto_services.h"
#include "common/contract/resource_name.h"
#include "common/contract/text.h"
#include "common/status_macros.h"
#include "common/storage/transaction_database.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "services/accounts/api/deals_api.h"
#include "services/accounts/api/import_api.h"
#include "services/accounts/api/import_rows.h"
#include "services/accounts/api/member_roles.h"
#include "services/accounts/api/people_api.h"
#include "services/accounts/api/relations_api.h"
#include "services/accounts/api/team_api.h"
#include "services/accounts/domain/account.h"

namespace banso::accounts {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using storage::Writer;
using v1::ImportedResource;
using v1::ImportResourcesRequest;
using v1::ImportResourcesResponse;

// Stands for the row's account in names.
constexpr absl::string_view kRowAccount = "accounts/-/";
// Stands in for an account that is not known yet, so that such names can be checked.
constexpr char kAnyAccount[] = "accounts/a";

void SetField(absl::string_view field, const std::string& text, Message* message) {
  const FieldDescriptor* found = message->GetDescriptor()->FindFieldByName(std::string(field));
  if (found != nullptr) message->GetReflection()->SetString(message, found, text);
}

std::string AccountFilledIn(const std::string& name, const std::string& account) {
  if (!absl::StartsWith(name, kRowAccount)) return name;
  return absl::StrCat(account, "/", name.substr(kRowAccount.size()));
}

// Puts the account into the names of other resources that leave it open.
void FillInAccount(const std::string& account, Message* message) {
  const google::protobuf::Reflection& reflection = *message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->options().GetExtension(type::v1::rules).form() !=
        type::v1::TEXT_FORM_RESOURCE_NAME) {
      continue;
    }
    if (!field->is_repeated()) {
      reflection.SetString(message, field,
                           AccountFilledIn(reflection.GetString(*message, field), account));
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(*message, field); ++i) {
      reflection.SetRepeatedString(
          message, field, i,
          AccountFilledIn(reflection.GetRepeatedString(*message, field, i), account));
    }
  }
}

// The call that takes such requests; null when none does.
const MethodDescriptor* CallTaking(const Descriptor* request) {
  for (const auto* service : contract::ServicesOf(request->file()->package())) {
    for (int i = 0; i < service->method_count(); ++i) {
      if (service->method(i)->input_type() == request) return service->method(i);
    }
  }
  return nullptr;
}

enum class RowResult { kCreated, kUpdated, kUnchanged };

// Where a row goes.
struct RowPlace {
  // `accounts/{account}`; empty for a member.
  std::string account;
  std::string id;
  std::string name;
};

// The message of a transaction: each row does what the handlers of its kind do, within it.
class ResourceRows {
 public:
  ResourceRows(Writer& writer, const Store& store, contract::IdSource& ids, ActivePolicy& policy,
               const calendar::Calendars& calendars, const AccessCheck& access)
      : writer_(writer),
        store_(store),
        database_(writer),
        call_(writer.call()),
        access_(access),
        roles_(MemberRoles(database_, store)),
        relations_(database_, store, ids, calendars),
        people_(database_, store, ids),
        deals_(database_, store, ids, policy),
        team_(database_, store, ids) {
    call_.request_id.clear();
  }

  using FindPlace = absl::FunctionRef<absl::StatusOr<RowPlace>()>;

  // `find` is asked for the place once what is set in the row is known to be sound.
  absl::StatusOr<RowResult> Put(const ImportedResource& row, FindPlace find) {
    switch (row.resource_case()) {
      case ImportedResource::kMember:
        return Put(find, row.member(), "member", store_.team.members, team_, &TeamApi::CreateMember,
                   &TeamApi::UpdateMember);
      case ImportedResource::kSite:
        return Put(find, row.site(), "site", store_.sites, relations_, &RelationsApi::CreateSite,
                   &RelationsApi::UpdateSite);
      case ImportedResource::kStakeholder:
        return Put(find, row.stakeholder(), "stakeholder", store_.stakeholders, people_,
                   &PeopleApi::CreateStakeholder, &PeopleApi::UpdateStakeholder);
      case ImportedResource::kDeal:
        return Put(find, row.deal(), "deal", store_.deals, deals_, &DealsApi::CreateDeal,
                   &DealsApi::UpdateDeal);
      case ImportedResource::kContract:
        return Put(find, row.contract(), "contract", store_.contracts, relations_,
                   &RelationsApi::CreateContract, &RelationsApi::UpdateContract);
      case ImportedResource::kInteraction:
        return Put(find, row.interaction(), "interaction", store_.interactions, relations_,
                   &RelationsApi::CreateInteraction, &RelationsApi::UpdateInteraction);
      case ImportedResource::RESOURCE_NOT_SET:
        break;
    }
    return contract::Internal("a row without a resource was not refused");
  }

 private:
  // `kind` is the field of the requests that holds the resource.
  template <class T, class Api, class Create, class Update>
  absl::StatusOr<RowResult> Put(FindPlace find, T resource, const std::string& kind,
                                const storage::Collection<T>& stored, Api& api,
                                absl::StatusOr<T> (Api::*create)(const Call&, const Create&),
                                absl::StatusOr<T> (Api::*update)(const Call&, const Update&)) {
    Update given;
    MutableResource(kind, &given)->CopyFrom(resource);
    if (resource.name().empty()) {
      SetField("name", kind == "member" ? "members/a" : absl::StrCat(kAnyAccount, "/", kind, "s/a"),
               MutableResource(kind, &given));
    }
    FillInAccount(kAnyAccount, MutableResource(kind, &given));
    BANSO_RETURN_IF_ERROR(contract::Check(&given));
    const absl::StatusOr<RowPlace> found = find();
    if (!found.ok()) {
      return absl::IsInvalidArgument(found.status())
                 ? WithFaultsOf<Create>(*MutableResource(kind, &given), kind, found.status())
                 : found.status();
    }
    const RowPlace& place = *found;
    resource.clear_etag();
    resource.set_name(place.name);
    FillInAccount(place.account, &resource);
    BANSO_ASSIGN_OR_RETURN(const std::optional<T> before, stored.Find(writer_, place.name));
    if (!before.has_value()) {
      Create request;
      SetField("parent", place.account, &request);
      SetField(absl::StrCat(kind, "_id"), place.id, &request);
      MutableResource(kind, &request)->CopyFrom(resource);
      BANSO_RETURN_IF_ERROR(contract::Check(&request));
      BANSO_RETURN_IF_ERROR(CheckMay<Create>());
      BANSO_RETURN_IF_ERROR((api.*create)(call_, request).status());
      return RowResult::kCreated;
    }
    Update request;
    MutableResource(kind, &request)->CopyFrom(resource);
    BANSO_RETURN_IF_ERROR(contract::Check(&request));
    T after = *before;
    BANSO_RETURN_IF_ERROR(contract::ApplyMask({}, *MutableResource(kind, &request), kind, &after));
    if (contract::DeterministicBytes(after) == contract::DeterministicBytes(*before)) {
      return RowResult::kUnchanged;
    }
    BANSO_RETURN_IF_ERROR(CheckMay<Update>());
    BANSO_RETURN_IF_ERROR((api.*update)(call_, request).status());
    return RowResult::kUpdated;
  }

  // PERMISSION_DENIED unless whoever imports may make the call that takes a Request.
  template <class Request>
  absl::Status CheckMay() const {
    static const MethodDescriptor* const kCall = CallTaking(Request::descriptor());
    if (kCall == nullptr) return contract::Internal("a row stands for no call");
    return access_(*kCall, call_, roles_);
  }

  // What is wrong with where a row goes, and with the resource as a new one: nothing is stored
  // there.
  template <class Create>
  static absl::Status WithFaultsOf(const Message& resource, const std::string& kind,
                                   const absl::Status& place) {
    Create request;
    SetField("parent", kAnyAccount, &request);
    SetField(absl::StrCat(kind, "_id"), "a", &request);
    MutableResource(kind, &request)->CopyFrom(resource);
    contract::Violations violations;
    violations.AddAll("", place);
    violations.AddAll("", contract::Check(&request));
    return violations.ToStatus();
  }

  static Message* MutableResource(const std::string& kind, Message* request) {
    return request->GetReflection()->MutableMessage(
        request, request->GetDescriptor()->FindFieldByName(kind));
  }

  Writer& writer_;
  const Store& store_;
  storage::TransactionDatabase database_;
  Call call_;
  const AccessCheck& access_;
  const server::RoleSource roles_;
  RelationsApi relations_;
  PeopleApi people_;
  DealsApi deals_;
  TeamApi team_;
};

// The collection of a row, such as `contracts`.
std::string CollectionOf(ImportedResource::ResourceCase kind) {
  const auto* field = ImportedResource::descriptor()->FindFieldByNumber(static_cast<int>(kind));
  return absl::StrCat(field->name(), "s");
}

// One stream of ImportResources. Used by one thread.
class ResourceImport {
 public:
  explicit ResourceImport(const Store& store) : store_(store) {}

  // Reads what the first message says for all.
  absl::Status Begin(const ImportResourcesRequest& message) {
    if (begun_) return absl::OkStatus();
    begun_ = true;
    if (!message.external_system().empty() && !contract::IsKey(message.external_system())) {
      return contract::InvalidField("external_system", message.external_system(),
                                    "the key of a system, such as crm");
    }
    system_ = message.external_system();
    validate_only_ = message.validate_only();
    return absl::OkStatus();
  }

  const std::string& system() const { return system_; }
  bool validate_only() const { return validate_only_; }

  // Stores the good rows of a message. An error is none of a row's; nothing may be stored then.
  absl::Status Add(Writer& writer, ResourceRows& rows, const ImportResourcesRequest& message,
                   ImportResourcesResponse* counts) {
    for (const ImportedResource& row : message.resources()) {
      const int64_t index = total_.received() + counts->received();
      counts->set_received(counts->received() + 1);
      BANSO_ASSIGN_OR_RETURN(const int64_t before, writer.Position());
      const absl::StatusOr<RowResult> result = Put(writer, rows, row);
      if (result.ok()) {
        Count(*result, counts);
        continue;
      }
      if (!IsRowError(result.status())) return result.status();
      BANSO_ASSIGN_OR_RETURN(const int64_t after, writer.Position());
      if (after != before) {
        return contract::Internal(
            absl::StrCat("a checked row was not stored: ", result.status().ToString()));
      }
      counts->set_rejected(counts->rejected() + 1);
      for (v1::RowError& error : RowErrors(result.status(), index, row.id(), "resources")) {
        *counts->add_errors() = std::move(error);
      }
    }
    return absl::OkStatus();
  }

  // What was committed counts.
  void TakeOver(const ImportResourcesResponse& counts) { AddCounts(counts, &total_); }
  const ImportResourcesResponse& total() const { return total_; }

 private:
  absl::StatusOr<RowResult> Put(Writer& writer, ResourceRows& rows, const ImportedResource& row) {
    BANSO_RETURN_IF_ERROR(CheckRow(row));
    return rows.Put(row, [&] { return NewPlace(writer, row); });
  }

  // Checks what a row says beside the resource.
  static absl::Status CheckRow(const ImportedResource& row) {
    if (row.resource_case() == ImportedResource::RESOURCE_NOT_SET) {
      return contract::InvalidField("resource", "", "what is known of the resource");
    }
    ImportedResource own;
    own.set_account(row.account());
    own.set_id(row.id());
    // Any resource that is sound: that of the row is checked as its kind asks for.
    own.mutable_site()->set_display_name("any");
    return contract::Check(&own);
  }

  // Where the row goes, if no other row of the stream went there.
  absl::StatusOr<RowPlace> NewPlace(storage::Reader& reader, const ImportedResource& row) {
    BANSO_ASSIGN_OR_RETURN(RowPlace place, PlaceOf(reader, row));
    if (!seen_.insert(place.name).second) {
      return contract::InvalidField(
          "id", row.id(),
          absl::StrCat("each resource once in an import; ", place.name, " was there before"));
    }
    return place;
  }

  absl::StatusOr<RowPlace> PlaceOf(storage::Reader& reader, const ImportedResource& row) const {
    const std::optional<std::string> id = IdFromExternal(row.id());
    if (!id.has_value()) {
      return contract::InvalidField("id", row.id(), "an id with a letter a-z or a digit in it");
    }
    RowPlace place;
    place.id = *id;
    BANSO_ASSIGN_OR_RETURN(place.account, AccountOf(reader, row));
    place.name = contract::Join(place.account, CollectionOf(row.resource_case()), place.id);
    return place;
  }

  absl::StatusOr<std::string> AccountOf(storage::Reader& reader,
                                        const ImportedResource& row) const {
    if (row.has_member()) {
      if (row.account().empty()) return std::string();
      return contract::InvalidField("account", row.account(), "none, for a member");
    }
    if (contract::Match("accounts/{account}", row.account()).has_value()) return row.account();
    if (system_.empty() || row.account().empty()) {
      return contract::InvalidField("account", row.account(),
                                    system_.empty()
                                        ? "a name such as accounts/acme, or an id of the "
                                          "system that external_system names"
                                        : absl::StrCat("an account's id in ", system_));
    }
    std::string id = row.account();
    // Stored ids are in normalization form C.
    if (contract::ScanText(id).valid) id = contract::NormalizeText(id);
    BANSO_ASSIGN_OR_RETURN(const auto account, store_.external_ids.Find(reader, system_, id));
    if (account.has_value()) return *account;
    return contract::InvalidField("account", row.account(),
                                  absl::StrCat("the id of an account in ", system_));
  }

  static void Count(RowResult result, ImportResourcesResponse* counts) {
    if (result == RowResult::kCreated) counts->set_created(counts->created() + 1);
    if (result == RowResult::kUpdated) counts->set_updated(counts->updated() + 1);
    if (result == RowResult::kUnchanged) counts->set_unchanged(counts->unchanged() + 1);
  }

  const Store& store_;
  bool begun_ = false;
  std::string system_;
  bool validate_only_ = false;
  absl::flat_hash_set<std::string> seen_;
  ImportResourcesResponse total_;
};

}  // namespace

absl::StatusOr<ImportResourcesResponse> ImportApi::ImportResources(
    const Call& call, server::Source<ImportResourcesRequest>& source) {
  ResourceImport import(store_);
  while (true) {
    ImportResourcesRequest message;
    BANSO_ASSIGN_OR_RETURN(const bool more, source.Read(&message));
    if (!more) return import.total();
    BANSO_RETURN_IF_ERROR(import.Begin(message));
    BANSO_RETURN_IF_ERROR(CheckImportMessage(message.external_system(), import.system(),
                                             "resources", message.resources_size()));
    ImportResourcesResponse counts;
    BANSO_RETURN_IF_ERROR(WriteImport(database_, call, import.validate_only(), [&](Writer& writer) {
      ResourceRows rows(writer, store_, ids_, policy_, calendars_, access_);
      return import.Add(writer, rows, message, &counts);
    }));
    import.TakeOver(counts);
  }
}

}  // namespace banso::accounts
