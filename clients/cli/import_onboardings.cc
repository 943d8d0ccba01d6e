#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "banso/accounts/v1/onboardings_service.pb.h"
#include "banso/handoff/v1/processes_service.pb.h"
#include "clients/cli/directory.h"
#include "clients/cli/import.h"
#include "clients/cli/import_frame.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"

namespace banso::cli {
namespace {

using accounts::v1::Onboarding;
using accounts::v1::RecordClockRequest;
using handoff::v1::Process;
using handoff::v1::StartOnboardingRequest;

constexpr char kOnboardings[] = "banso.accounts.v1.OnboardingsService/";
constexpr char kProcesses[] = "banso.handoff.v1.ProcessesService/";
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

// The day of a clock, with the field that it came from.
struct ClockDay {
  std::string field;
  RecordClockRequest request;
};

// An onboarding of the file, and the days of its clocks.
struct OnboardingEntry : RowEntry<StartOnboardingRequest> {
  std::vector<ClockDay> clocks;
};

class OnboardingImport : public RowByRowImport<OnboardingEntry> {
 public:
  OnboardingImport(Context& context, const ImportOptions& options, Sheet sheet)
      : RowByRowImport(context, options, std::move(sheet),
                       {.rows = "onboardings", .one = "an onboarding", .the = "the onboarding"}) {}

 private:
  absl::Status Prepare() override {
    BANSO_RETURN_IF_ERROR(CheckClocks(sheet()));
    BANSO_ASSIGN_OR_RETURN(members_, MemberDirectory(connection()));
    accounts::v1::ListOnboardingsRequest request;
    request.set_parent("accounts/-");
    return EachPage<accounts::v1::ListOnboardingsRequest, accounts::v1::ListOnboardingsResponse>(
        connection(), absl::StrCat(kOnboardings, "ListOnboardings"), request,
        [&](const accounts::v1::ListOnboardingsResponse& page) {
          for (const Onboarding& one : page.onboardings()) stored_[one.name()] = one;
        });
  }

  void Read(const CsvRow& row, OnboardingEntry* entry) override {
    for (const char* field : {"kind", "contract_start"}) Need(row, field, "an onboarding needs it");
    entry->account = FindAccount(row);
    StartOnboardingRequest& start = entry->message;
    start.set_parent(entry->account);
    start.set_owner(Find(row, "owner", members_, "an owner"));
    entry->id = ReadId(row, entry->account);
    start.set_onboarding_id(entry->id);
    ReadClocks(row, entry);
  }

  void ReadClocks(const CsvRow& row, OnboardingEntry* entry) {
    for (const std::string& field : sheet().FieldsWith(kClocks)) {
      const std::string text = sheet().Text(row, field);
      if (text.empty()) continue;
      RecordClockRequest request;
      const auto accepted = SetField("date", text, sheet().rules(), &request);
      if (accepted.has_value()) {
        Reject(row, field, absl::StrCat("must be ", *accepted));
        continue;
      }
      request.set_name(NameOf(*entry));
      request.set_clock(Clocks().at(std::string(absl::StripPrefix(field, kClocks))));
      SetRequestId(&request);
      entry->clocks.push_back({field, std::move(request)});
    }
  }

  static std::string NameOf(const OnboardingEntry& entry) {
    return contract::Join(entry.account, "onboardings", entry.id);
  }

  absl::Status Store(const OnboardingEntry& entry) override {
    const auto stored = stored_.find(NameOf(entry));
    const bool fresh = stored == stored_.end();
    if (fresh && !options().dry_run) {
      BANSO_ASSIGN_OR_RETURN(const bool started, Start(entry));
      if (!started) return absl::OkStatus();
    }
    RowOutcome outcome = fresh ? RowOutcome::kCreated : RowOutcome::kUnchanged;
    bool complete = true;
    for (const auto& [field, clock] : entry.clocks) {
      if (!fresh && HasClock(stored->second, clock)) continue;
      if (!fresh) outcome = RowOutcome::kUpdated;
      const absl::Status recorded =
          Change<Onboarding>(absl::StrCat(kOnboardings, "RecordClock"), clock);
      BANSO_ASSIGN_OR_RETURN(const bool taken,
                             TookAlso(recorded, *entry.row, field, "the clock is not set"));
      complete = complete && taken;
    }
    if (complete) Count(outcome);
    return absl::OkStatus();
  }

  static bool HasClock(const Onboarding& onboarding, const RecordClockRequest& wanted) {
    for (const accounts::v1::ClockReading& reading : onboarding.clocks()) {
      if (reading.clock() != wanted.clock()) continue;
      return contract::Fingerprint(reading.date()) == contract::Fingerprint(wanted.date());
    }
    return false;
  }

  // Whether it could be started: waits until all services have done their part. What has begun and
  // does not come to its end is reported.
  absl::StatusOr<bool> Start(const OnboardingEntry& entry) {
    StartOnboardingRequest request = entry.message;
    SetRequestId(&request);
    Process process;
    BANSO_RETURN_IF_ERROR(
        connection().Call(absl::StrCat(kProcesses, "StartOnboarding"), request, &process));
    const absl::Status ended = AwaitEnd(&process);
    // What was cancelled has been taken back.
    if (process.state() == handoff::v1::PROCESS_STATE_CANCELLED) return ended;
    return TookAlso(ended, *entry.row, "id", "not started");
  }

  // OK when the process has done all of its steps.
  absl::Status AwaitEnd(Process* process) {
    const absl::Time deadline = absl::Now() + connection().options().timeout;
    while (process->state() == handoff::v1::PROCESS_STATE_RUNNING && absl::Now() < deadline) {
      absl::SleepFor(kProcessPause);
      handoff::v1::GetProcessRequest get;
      get.set_name(process->name());
      BANSO_RETURN_IF_ERROR(
          connection().Call(absl::StrCat(kProcesses, "GetProcess"), get, process));
    }
    if (process->state() == handoff::v1::PROCESS_STATE_SUCCEEDED) return absl::OkStatus();
    return FromServer(
        absl::FailedPreconditionError(absl::StrCat(process->name(), ": ", process->status_text())));
  }

  Directory members_;
  std::map<std::string, Onboarding> stored_;
};

}  // namespace

absl::StatusOr<ImportReport> ImportOnboardings(Context& context, const ImportOptions& options) {
  return ImportRows<OnboardingImport>(context, options, {"account", "id", "owner", kClocks},
                                      {"account", "id", "owner", "kind", "contract_start"});
}

}  // namespace banso::cli
