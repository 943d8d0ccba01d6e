#ifndef BANSO_CLIENTS_CLI_IMPORT_FRAME_H_
#define BANSO_CLIENTS_CLI_IMPORT_FRAME_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "clients/cli/context.h"
#include "clients/cli/csv.h"
#include "clients/cli/directory.h"
#include "clients/cli/import.h"
#include "clients/cli/import_rows.h"
#include "clients/cli/sheet.h"
#include "common/status_macros.h"
#include "google/protobuf/message.h"

// The frame of imports whose rows each become one thing: an account, or one of an account.
namespace banso::cli {

// What an import calls its rows.
struct RowWords {
  // Several of them: `contracts`.
  absl::string_view rows;
  // One: `a contract`.
  absl::string_view one;
  // That one: `the contract`.
  absl::string_view the;
};

// What a row says.
template <class MessageType>
struct RowEntry {
  using Message = MessageType;

  const CsvRow* row = nullptr;
  // `accounts/{account}`; empty when the row is about an account itself.
  std::string account;
  // The last part of the name of what becomes of it, or its id in the other system.
  std::string id;
  // The fields that are mapped.
  Message message;
};

// What became of a row.
enum class RowOutcome { kCreated, kUpdated, kUnchanged };

// Reads all rows, then stores those that are good. What is wrong with a row is reported and leaves
// the others alone; only an error that concerns all of them ends the import.
//
// An import says what a row means (Read) and how the good ones are stored (StoreAll, or Store of a
// RowByRowImport). `Entry` is a RowEntry or derived from one.
template <class Entry>
class RowImport {
 public:
  using Message = typename Entry::Message;

  RowImport(Context& context, const ImportOptions& options, Sheet sheet, const RowWords& words)
      : context_(context),
        options_(options),
        sheet_(std::move(sheet)),
        words_(words),
        ids_(std::string(words.the)) {}
  virtual ~RowImport() = default;
  RowImport(const RowImport&) = delete;
  RowImport& operator=(const RowImport&) = delete;

  // To be called once.
  absl::StatusOr<ImportReport> Run() {
    report_ = ReportOn(sheet_, options_, words_.rows);
    rows_ = sheet_.TakeRows();
    BANSO_RETURN_IF_ERROR(Prepare());
    if (BelongsToAccounts()) {
      BANSO_ASSIGN_OR_RETURN(accounts_, AccountDirectory(connection(), options_.system));
    }
    for (CsvRow& row : rows_) ReadRow(&row);
    BANSO_RETURN_IF_ERROR(StoreAll());
    report_.created += counts_[static_cast<size_t>(RowOutcome::kCreated)];
    report_.updated += counts_[static_cast<size_t>(RowOutcome::kUpdated)];
    report_.unchanged += counts_[static_cast<size_t>(RowOutcome::kUnchanged)];
    SortProblems(&report_);
    return std::move(report_);
  }

 protected:
  // Fetches what reading and storing need, such as what an earlier import has stored.
  virtual absl::Status Prepare() { return absl::OkStatus(); }
  // Whether rows name accounts that are there already.
  virtual bool BelongsToAccounts() const { return true; }
  // Completes an entry whose mapped fields have been set, and rejects the row if something is wrong
  // with it.
  virtual void Read(const CsvRow& row, Entry* entry) = 0;
  // Stores all entries, and counts what became of them.
  virtual absl::Status StoreAll() = 0;

  // Calls a method that changes something; in a dry run it does nothing.
  template <class Response>
  absl::Status Change(absl::string_view method, const google::protobuf::Message& request) {
    if (options_.dry_run) return absl::OkStatus();
    Response ignored;
    return connection().Call(method, request, &ignored);
  }

  // Thread-safe.
  void Count(RowOutcome outcome) { ++counts_[static_cast<size_t>(outcome)]; }

  void Reject(const CsvRow& row, absl::string_view field, absl::string_view text) {
    report_.rejected.push_back(sheet_.Problem(row, field, text));
  }
  // The same of a row that the server refuses, by its RowError; `field` is the one of the sheet.
  void Reject(const CsvRow& row, absl::string_view field, const accounts::v1::RowError& error) {
    Reject(row, field, error.message());
    report_.rejected.back().reason = error.reason();
  }
  // Tells what is doubtful about a row that is taken. Thread-safe.
  void Warn(const CsvRow& row, absl::string_view field, absl::string_view text) {
    RowProblem problem = sheet_.Problem(row, field, text);
    std::lock_guard lock(mutex_);
    report_.warnings.push_back(std::move(problem));
  }
  // Whether a further step of a row, of which something is stored already, was taken too. When the
  // server refuses the step, the row is reported as one that is stored in part, and is not to be
  // counted; `field` is the one that is missing, `text` says so (`not won`). All other errors are
  // returned. Thread-safe.
  absl::StatusOr<bool> TookAlso(const absl::Status& status, const CsvRow& row,
                                absl::string_view field, absl::string_view text) {
    if (status.ok()) return true;
    if (!IsOfTheRow(status)) return status;
    RowProblem problem = sheet_.Problem(row, field, absl::StrCat(text, ": ", RefusalText(status)));
    problem.reason = RefusalReason(status);
    std::lock_guard lock(mutex_);
    report_.partly.push_back(std::move(problem));
    return false;
  }
  // Rejects the row when the field is empty; `why` is such as `a contract needs its first day`.
  void Need(const CsvRow& row, absl::string_view field, absl::string_view why) {
    if (sheet_.Text(row, field).empty()) Reject(row, field, absl::StrCat("empty; ", why));
  }
  // What a field names, or nothing and a rejected row; `what` is such as `a sales owner`.
  std::string Find(const CsvRow& row, absl::string_view field, const Directory& directory,
                   absl::string_view what) {
    return Lookup(sheet_, row, field, directory, words_.one, what, &report_.rejected).value_or("");
  }
  std::string FindAccount(const CsvRow& row) {
    return Find(row, "account", accounts_, "an account");
  }
  // The id that the row gives, which no other row below the same `parent` has; else empty, and the
  // row is rejected.
  std::string ReadId(const CsvRow& row, absl::string_view parent) {
    return ids_.Read(sheet_, row, parent, &report_.rejected).value_or("");
  }

  // The same as it stands in `field`.
  std::string ReadIdAsWritten(const CsvRow& row, absl::string_view field) {
    return ids_.ReadAsWritten(sheet_, row, field, &report_.rejected).value_or("");
  }

  Connection& connection() { return context_.connection; }
  const ImportOptions& options() const { return options_; }
  const Sheet& sheet() const { return sheet_; }
  const std::vector<CsvRow>& rows() const { return rows_; }
  std::vector<Entry>& entries() { return entries_; }
  ImportReport& report() { return report_; }

 private:
  void ReadRow(CsvRow* row) {
    Entry entry;
    entry.row = row;
    const size_t rejected = report_.rejected.size();
    const size_t warnings = report_.warnings.size();
    sheet_.CheckKnown(row, &report_.rejected, &report_.warnings);
    sheet_.Fill(*row, &entry.message, &report_.rejected);
    Read(*row, &entry);
    if (report_.rejected.size() == rejected) {
      entries_.push_back(std::move(entry));
    } else {
      // Warnings are about rows that are taken.
      report_.warnings.resize(warnings);
    }
  }

  Context& context_;
  const ImportOptions& options_;
  Sheet sheet_;
  const RowWords words_;
  Directory accounts_;
  std::vector<CsvRow> rows_;
  RowIds ids_;
  std::vector<Entry> entries_;
  // By outcome.
  std::atomic<int64_t> counts_[3] = {};
  // Guards the report's warnings, and what is stored in part, while rows are stored.
  std::mutex mutex_;
  ImportReport report_;
};

// Stores rows one by one, several at a time.
template <class Entry>
class RowByRowImport : public RowImport<Entry> {
 public:
  using RowImport<Entry>::RowImport;

 protected:
  // Stores a good row, and counts it. A refusal of the server is returned while nothing of the row
  // is stored: it is the row's. Later ones are reported by TookAlso. Runs on several threads.
  virtual absl::Status Store(const Entry& entry) = 0;
  // Rows of one chain are stored one after the other, in the order of the entries; those without a
  // chain in any order.
  virtual std::string ChainOf(const Entry& /*entry*/) const { return ""; }

  absl::Status StoreAll() override {
    std::vector<RowChain> chains;
    std::map<std::string, size_t> index;
    for (const Entry& entry : this->entries()) {
      const std::string chain = ChainOf(entry);
      const auto [found, added] = index.try_emplace(chain, chains.size());
      if (added || chain.empty()) chains.emplace_back();
      RowChain& rows = chain.empty() ? chains.back() : chains[found->second];
      rows.push_back({entry.row->line, [this, &entry] { return Store(entry); }});
    }
    return StoreChains(chains, this->options().parallel, &this->report().rejected);
  }
};

// Opens the table and runs an import of it: `Import` is a RowImport, made of the context, the
// options and the table. `own_fields` are those to which the import itself gives a meaning,
// `required` those that must be mapped.
template <class Import>
absl::StatusOr<ImportReport> ImportRows(Context& context, const ImportOptions& options,
                                        std::set<std::string> own_fields,
                                        std::vector<absl::string_view> required) {
  const TableFields fields = {*Import::Message::descriptor(), std::move(own_fields),
                              std::move(required)};
  return ImportTable(context, options, fields,
                     [&](Sheet sheet) { return Import(context, options, std::move(sheet)).Run(); });
}

}  // namespace banso::cli

#endif  // BANSO_CLIENTS_CLI_IMPORT_FRAME_H_
