#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "banso/accounts/v1/import_service.pb.h"
#include "clients/cli/directory.h"
#include "clients/cli/import.h"
#include "clients/cli/import_frame.h"
#include "clients/cli/methods.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "google/protobuf/message.h"

namespace banso::cli {
namespace {

using accounts::v1::ImportedResource;
using accounts::v1::ImportResourcesRequest;
using accounts::v1::ImportResourcesResponse;

constexpr char kImportResources[] = "banso.accounts.v1.ImportService/ImportResources";
constexpr size_t kResourceBatch = 500;
constexpr absl::Duration kResourcesTimeout = absl::Minutes(10);

// What an import has to know of a kind of resource.
struct ResourceWords {
  RowWords words;
  // The field of ImportedResource, such as `contract`.
  const char* field;
  // A field that a new one needs, and how that is said; null: none.
  const char* needed = nullptr;
  const char* why = "";
};

// Sends rows as a stream: the server creates what is new, brings the rest up to date, and tells
// what is wrong with a row.
template <class Message>
class ResourceImport : public RowImport<RowEntry<Message>> {
 public:
  ResourceImport(Context& context, const ImportOptions& options, Sheet sheet,
                 const ResourceWords& words)
      : RowImport<RowEntry<Message>>(context, options, std::move(sheet), words.words),
        words_(words) {}

 protected:
  using Entry = RowEntry<Message>;

  // Sets the fields that name other resources.
  virtual void ReadReferences(const CsvRow& /*row*/, Message* /*message*/) {}

 private:
  void Read(const CsvRow& row, Entry* entry) override {
    if (words_.needed != nullptr) this->Need(row, words_.needed, words_.why);
    if (this->BelongsToAccounts()) entry->account = this->FindAccount(row);
    entry->id = this->ReadId(row, entry->account);
    ReadReferences(row, &entry->message);
  }

  absl::Status StoreAll() override {
    const std::vector<Entry>& entries = this->entries();
    for (size_t begin = 0; begin < entries.size(); begin += kResourceBatch) {
      const size_t end = std::min(begin + kResourceBatch, entries.size());
      BANSO_RETURN_IF_ERROR(StoreBatch(entries.data() + begin, entries.data() + end));
    }
    return absl::OkStatus();
  }

  // A call for each batch, so that the answer has room for every refused row.
  absl::Status StoreBatch(const Entry* begin, const Entry* end) {
    ImportResourcesRequest request;
    request.set_validate_only(this->options().dry_run);
    for (const Entry* entry = begin; entry != end; ++entry) {
      ImportedResource* row = request.add_resources();
      row->set_account(entry->account);
      row->set_id(entry->id);
      row->GetReflection()
          ->MutableMessage(row, ImportedResource::descriptor()->FindFieldByName(words_.field))
          ->CopyFrom(entry->message);
    }
    std::unique_ptr<Upload> upload =
        this->connection().Send(*FindFullName(kImportResources), kResourcesTimeout);
    upload->Send(request);
    ImportResourcesResponse response;
    BANSO_RETURN_IF_ERROR(upload->Finish(&response));
    this->report().created += response.created();
    this->report().updated += response.updated();
    this->report().unchanged += response.unchanged();
    for (const accounts::v1::RowError& error : response.errors()) {
      absl::string_view field = error.field();
      absl::ConsumePrefix(&field, absl::StrCat(words_.field, "."));
      this->Reject(*begin[error.index()].row, field, error);
    }
    return absl::OkStatus();
  }

  const ResourceWords words_;
};

class ContractImport : public ResourceImport<accounts::v1::Contract> {
 public:
  ContractImport(Context& context, const ImportOptions& options, Sheet sheet)
      : ResourceImport(context, options, std::move(sheet),
                       {.words = {.rows = "contracts", .one = "a contract", .the = "the contract"},
                        .field = "contract",
                        .needed = "start_date",
                        .why = "a contract needs its first day"}) {}
};

class SiteImport : public ResourceImport<accounts::v1::Site> {
 public:
  SiteImport(Context& context, const ImportOptions& options, Sheet sheet)
      : ResourceImport(
            context, options, std::move(sheet),
            {.words = {.rows = "sites", .one = "a site", .the = "the site"}, .field = "site"}) {}
};

class StakeholderImport : public ResourceImport<accounts::v1::Stakeholder> {
 public:
  StakeholderImport(Context& context, const ImportOptions& options, Sheet sheet)
      : ResourceImport(context, options, std::move(sheet),
                       {.words = {.rows = "people", .one = "a person", .the = "the person"},
                        .field = "stakeholder"}) {}

 private:
  void ReadReferences(const CsvRow& row, accounts::v1::Stakeholder* person) override {
    const std::string site = sheet().Text(row, "site");
    if (!site.empty()) person->set_site(absl::StrCat("accounts/-/sites/", IdOf(site)));
  }
};

class MemberImport : public ResourceImport<accounts::v1::Member> {
 public:
  MemberImport(Context& context, const ImportOptions& options, Sheet sheet)
      : ResourceImport(context, options, std::move(sheet),
                       {.words = {.rows = "members", .one = "a member", .the = "the member"},
                        .field = "member"}) {}

 private:
  bool BelongsToAccounts() const override { return false; }
};

// The names in a field, separated by `;`.
std::vector<std::string> NamesIn(const std::string& text) {
  std::vector<std::string> names;
  for (const absl::string_view part : absl::StrSplit(text, ';')) {
    const absl::string_view name = absl::StripAsciiWhitespace(part);
    if (!name.empty()) names.emplace_back(name);
  }
  return names;
}

class InteractionImport : public ResourceImport<accounts::v1::Interaction> {
 public:
  InteractionImport(Context& context, const ImportOptions& options, Sheet sheet)
      : ResourceImport(context, options, std::move(sheet),
                       {.words = {.rows = "contacts", .one = "a contact", .the = "the contact"},
                        .field = "interaction"}) {}

 private:
  absl::Status Prepare() override {
    BANSO_ASSIGN_OR_RETURN(members_, MemberDirectory(connection()));
    return absl::OkStatus();
  }

  void ReadReferences(const CsvRow& row, accounts::v1::Interaction* interaction) override {
    for (const std::string& name : NamesIn(sheet().Text(row, "members"))) {
      const std::optional<std::string> member = members_.Find(name);
      if (member.has_value()) {
        interaction->add_members(*member);
      } else {
        Reject(row, "members", absl::StrCat("'", name, "' is the name of no member"));
      }
    }
    for (const std::string& person : NamesIn(sheet().Text(row, "stakeholders"))) {
      interaction->add_stakeholders(absl::StrCat("accounts/-/stakeholders/", IdOf(person)));
    }
  }

  Directory members_;
};

}  // namespace

absl::StatusOr<ImportReport> ImportContracts(Context& context, const ImportOptions& options) {
  return ImportRows<ContractImport>(context, options, {"account", "id"},
                                    {"account", "id", "start_date"});
}

absl::StatusOr<ImportReport> ImportSites(Context& context, const ImportOptions& options) {
  return ImportRows<SiteImport>(context, options, {"account", "id"}, {"account", "id"});
}

absl::StatusOr<ImportReport> ImportStakeholders(Context& context, const ImportOptions& options) {
  return ImportRows<StakeholderImport>(context, options, {"account", "id", "site"},
                                       {"account", "id"});
}

absl::StatusOr<ImportReport> ImportMembers(Context& context, const ImportOptions& options) {
  return ImportRows<MemberImport>(context, options, {"id"}, {"id"});
}

absl::StatusOr<ImportReport> ImportInteractions(Context& context, const ImportOptions& options) {
  return ImportRows<InteractionImport>(context, options,
                                       {"account", "id", "members", "stakeholders"},
                                       {"account", "id", "channel", "start_time", "members"});
}

}  // namespace banso::cli
