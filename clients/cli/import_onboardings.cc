#include <atomic>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/handoff/v1/handoff_service.pb.h"
#include "clients/cli/directory.h"
#include "clients/cli/import.h"
#include "clients/cli/import_rows.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"

namespace banso::cli {
namespace {

using accounts::v1::Onboarding;
using accounts::v1::RecordClockRequest;
using handoff::v1::Process;
using handoff::v1::StartOnboardingRequest;

constexpr char kOnboardingsOf[] = "banso.accounts.v1.AccountsService/";
constexpr char kProcesses[] = "banso.handoff.v1.HandoffService/";
constexpr char kClocks[] = "clocks.";
constexpr absl::Duration kProcessPause = absl::Milliseconds(200);

// The clocks that people may set, by word.
const std::map<std::string, type::v1::Clock>& Clocks() {
  static const auto& clocks = *new std::map<std::string, type::v1::Clock>{
      {"first_meeting", type::v1::CLOCK_FIRST_MEETING},
      {"kickoff", type::v1::CLOCK_KICKOFF},
      {"go_live", type::v1::CLOCK_GO_LIVE},
      {"first_value", type::v1::CLOCK_FIRST_VALUE},
  };
  return clocks;
}

// An onboarding of the file, and the days of its clocks.
struct OnboardingEntry {
  const CsvRow* row = nullptr;
  StartOnboardingRequest start;
  std::vector<RecordClockRequest> clocks;

  std::string name() const {
    return contract::Join(start.parent(), "onboardings", start.onboarding_id());
  }
};

// The work of one import.
class OnboardingImport {
 public:
  OnboardingImport(Context& context, const ImportOptions& options, Sheet sheet)
      : context_(context), options_(options), sheet_(std::move(sheet)) {}

  absl::StatusOr<ImportReport> Run() {
    report_ = ReportOn(sheet_, options_, "onboardings");
    rows_ = sheet_.TakeRows();
    BANSO_ASSIGN_OR_RETURN(accounts_, AccountDirectory(context_.connection, options_.system));
    BANSO_ASSIGN_OR_RETURN(members_, MemberDirectory(context_.connection));
    for (CsvRow& row : rows_) ReadRow(&row);
    BANSO_RETURN_IF_ERROR(ReadStored());
    BANSO_RETURN_IF_ERROR(StoreEach(
        entries_.size(), options_.parallel, [&](size_t i) { return entries_[i].row->line; },
        [&](size_t i) { return Store(entries_[i]); }, &report_.rejected));
    report_.created = created_;
    report_.updated = updated_;
    report_.unchanged = unchanged_;
    SortProblems(&report_);
    return std::move(report_);
  }

 private:
  std::string Find(const CsvRow& row, absl::string_view field, const Directory& directory,
                   absl::string_view what) {
    return Lookup(sheet_, row, field, directory, "an onboarding", what, &report_.rejected)
        .value_or("");
  }

  void ReadRow(CsvRow* row) {
    OnboardingEntry entry;
    entry.row = row;
    const size_t before = report_.rejected.size();
    sheet_.CheckKnown(row, &report_.rejected, &report_.warnings);
    sheet_.Fill(*row, &entry.start, &report_.rejected);
    for (const char* field : {"kind", "contract_start"}) {
      if (!sheet_.Text(*row, field).empty()) continue;
      report_.rejected.push_back(sheet_.Problem(*row, field, "empty; an onboarding needs it"));
    }
    entry.start.set_parent(Find(*row, "account", accounts_, "an account"));
    entry.start.set_owner(Find(*row, "owner", members_, "an owner"));
    entry.start.set_onboarding_id(
        ids_.Read(sheet_, *row, entry.start.parent(), &report_.rejected).value_or(""));
    ReadClocks(*row, &entry);
    if (report_.rejected.size() == before) entries_.push_back(std::move(entry));
  }

  void ReadClocks(const CsvRow& row, OnboardingEntry* entry) {
    for (const std::string& field : sheet_.FieldsWith(kClocks)) {
      const std::string text = sheet_.Text(row, field);
      if (text.empty()) continue;
      RecordClockRequest request;
      const auto accepted = SetField("date", text, sheet_.rules(), &request);
      if (accepted.has_value()) {
        report_.rejected.push_back(sheet_.Problem(row, field, absl::StrCat("must be ", *accepted)));
        continue;
      }
      request.set_name(entry->name());
      request.set_clock(Clocks().at(std::string(absl::StripPrefix(field, kClocks))));
      SetRequestId(&request);
      entry->clocks.push_back(std::move(request));
    }
  }

  // What an earlier import has started.
  absl::Status ReadStored() {
    accounts::v1::ListOnboardingsRequest request;
    request.set_parent("accounts/-");
    return EachPage<accounts::v1::ListOnboardingsRequest, accounts::v1::ListOnboardingsResponse>(
        context_.connection, absl::StrCat(kOnboardingsOf, "ListOnboardings"), request,
        [&](const accounts::v1::ListOnboardingsResponse& page) {
          for (const Onboarding& one : page.onboardings()) stored_[one.name()] = one;
        });
  }

  absl::Status Store(const OnboardingEntry& entry) {
    const auto stored = stored_.find(entry.name());
    const bool fresh = stored == stored_.end();
    if (fresh && !options_.dry_run) BANSO_RETURN_IF_ERROR(Start(entry.start));
    int recorded = 0;
    for (const RecordClockRequest& clock : entry.clocks) {
      if (!fresh && HasClock(stored->second, clock)) continue;
      ++recorded;
      if (options_.dry_run) continue;
      Onboarding ignored;
      BANSO_RETURN_IF_ERROR(
          context_.connection.Call(absl::StrCat(kOnboardingsOf, "RecordClock"), clock, &ignored));
    }
    ++(fresh ? created_ : recorded > 0 ? updated_ : unchanged_);
    return absl::OkStatus();
  }

  static bool HasClock(const Onboarding& onboarding, const RecordClockRequest& wanted) {
    for (const accounts::v1::ClockReading& reading : onboarding.clocks()) {
      if (reading.clock() != wanted.clock()) continue;
      return contract::Fingerprint(reading.date()) == contract::Fingerprint(wanted.date());
    }
    return false;
  }

  // Starts it and waits until all services have done their part.
  absl::Status Start(StartOnboardingRequest request) {
    SetRequestId(&request);
    Process process;
    BANSO_RETURN_IF_ERROR(
        context_.connection.Call(absl::StrCat(kProcesses, "StartOnboarding"), request, &process));
    const absl::Time deadline = absl::Now() + context_.connection.options().timeout;
    while (process.state() == handoff::v1::PROCESS_STATE_RUNNING && absl::Now() < deadline) {
      absl::SleepFor(kProcessPause);
      handoff::v1::GetProcessRequest get;
      get.set_name(process.name());
      BANSO_RETURN_IF_ERROR(
          context_.connection.Call(absl::StrCat(kProcesses, "GetProcess"), get, &process));
    }
    if (process.state() == handoff::v1::PROCESS_STATE_SUCCEEDED) return absl::OkStatus();
    return FromServer(absl::FailedPreconditionError(
        absl::StrCat(process.name(), " has not started it: ", process.status_text())));
  }

  Context& context_;
  const ImportOptions& options_;
  Sheet sheet_;
  Directory accounts_;
  Directory members_;
  std::vector<CsvRow> rows_;
  RowIds ids_{"the onboarding"};
  std::map<std::string, Onboarding> stored_;
  std::vector<OnboardingEntry> entries_;
  std::atomic<int64_t> created_{0}, updated_{0}, unchanged_{0};
  ImportReport report_;
};

absl::Status CheckClocks(const Sheet& sheet) {
  for (const std::string& field : sheet.FieldsWith(kClocks)) {
    if (Clocks().contains(std::string(absl::StripPrefix(field, kClocks)))) continue;
    std::vector<std::string> words;
    for (const auto& [word, clock] : Clocks()) words.push_back(absl::StrCat(kClocks, word));
    return InputError(absl::StrCat(
        "'", field, "' is no clock that can be set; there are: ", absl::StrJoin(words, ", "),
        "; the contract's start is contract_start"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ImportReport> ImportOnboardings(Context& context, const ImportOptions& options) {
  const absl::Time started = absl::Now();
  BANSO_ASSIGN_OR_RETURN(const absl::CivilDay today, TodayOf(context.connection, options.sheet));
  BANSO_ASSIGN_OR_RETURN(Sheet sheet,
                         Sheet::Open(options.sheet, *StartOnboardingRequest::descriptor(),
                                     {"account", "id", "owner", kClocks}, today));
  BANSO_RETURN_IF_ERROR(sheet.Require({"account", "id", "owner", "kind", "contract_start"}));
  BANSO_RETURN_IF_ERROR(CheckClocks(sheet));
  BANSO_ASSIGN_OR_RETURN(ImportReport report,
                         OnboardingImport(context, options, std::move(sheet)).Run());
  report.took = absl::Now() - started;
  return report;
}

}  // namespace banso::cli
