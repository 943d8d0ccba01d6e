#include <map>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "banso/health/v1/metrics_service.pb.h"
#include "banso/type/v1/operations.pb.h"
#include "clients/cli/directory.h"
#include "clients/cli/import.h"
#include "clients/cli/import_rows.h"
#include "clients/cli/methods.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/fingerprint.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"

namespace banso::cli {
namespace {

using accounts::v1::Contract;
using health::v1::IngestSamplesRequest;
using health::v1::IngestSamplesResponse;
using health::v1::Sample;

constexpr char kMethod[] = "banso.health.v1.MetricsService/IngestSamples";
constexpr char kWide[] = "metrics.";
constexpr int kBatch = 5000;
constexpr absl::Duration kTimeout = absl::Minutes(30);

// The work of one import.
class SampleImport {
 public:
  SampleImport(Context& context, const ImportOptions& options, Sheet sheet)
      : context_(context), options_(options), sheet_(std::move(sheet)) {}

  absl::StatusOr<ImportReport> Run() {
    report_ = ReportOn(sheet_, options_, "rows of samples");
    rows_ = sheet_.TakeRows();
    if (sheet_.Has("contract")) {
      BANSO_RETURN_IF_ERROR(EachContract(context_.connection, [&](const Contract& contract) {
        contracts_[contract::LastId(contract.name())].push_back(contract);
      }));
    } else {
      BANSO_ASSIGN_OR_RETURN(accounts_, AccountDirectory(context_.connection, options_.system));
    }
    for (CsvRow& row : rows_) ReadRow(&row);
    if (sheet_.Has("contract")) {
      report_.others.emplace_back("outside their contract", outside_contract_);
    }
    if (options_.dry_run) {
      report_.others.emplace_back("good samples", samples_.size());
    } else {
      BANSO_RETURN_IF_ERROR(SendAll());
    }
    SortProblems(&report_);
    return std::move(report_);
  }

 private:
  void ReadRow(CsvRow* row) {
    const size_t before = report_.rejected.size();
    sheet_.CheckKnown(row, &report_.rejected, &report_.warnings);
    Sample sample;
    sheet_.Fill(*row, &sample, &report_.rejected);
    if (!sample.has_occurred_time() && sheet_.Text(*row, "occurred_time").empty()) {
      report_.rejected.push_back(
          sheet_.Problem(*row, "occurred_time", "empty; a sample needs a time"));
    }
    if (sheet_.Has("contract")) {
      ReadContract(*row, &sample);
    } else {
      sample.set_account(
          Lookup(sheet_, *row, "account", accounts_, "a sample", "an account", &report_.rejected)
              .value_or(""));
    }
    SetValue(*row, "value", &sample);
    if (report_.rejected.size() != before) return;
    if (sheet_.Has("metric")) Add(*row, sheet_.Text(*row, "metric"), "metric", sample);
    for (const std::string& field : sheet_.FieldsWith(kWide)) AddWide(*row, field, sample);
  }

  // The account is that of the contract; a day outside of its days is doubtful.
  void ReadContract(const CsvRow& row, Sample* sample) {
    const std::string text = sheet_.Text(row, "contract");
    const auto found = contracts_.find(IdOf(text));
    if (text.empty() || found == contracts_.end() || found->second.size() > 1) {
      report_.rejected.push_back(sheet_.Problem(row, "contract",
                                                text.empty() ? "empty; a sample needs a contract"
                                                : found == contracts_.end()
                                                    ? "no such contract"
                                                    : "the id of contracts of several accounts"));
      return;
    }
    const Contract& contract = found->second.front();
    sample->set_account(contract::Parent(contract.name()));
    if (!sample->has_occurred_time()) return;
    const absl::CivilDay day =
        calendar::DayOf(calendar::ToTime(sample->occurred_time()), sheet_.rules().zone);
    const bool ended =
        (contract.has_end_date() && day > calendar::ToDay(contract.end_date())) ||
        (contract.has_terminate_date() && day > calendar::ToDay(contract.terminate_date()));
    if (!ended && day >= calendar::ToDay(contract.start_date())) return;
    ++outside_contract_;
    (options_.within_contract ? report_.rejected : report_.warnings)
        .push_back(sheet_.Problem(
            row, "occurred_time",
            ended ? "after the last day of the contract" : "before the first day of the contract"));
  }

  // The value in a mapped column: a number, or a flag as 1 or 0. False when there is none.
  bool SetValue(const CsvRow& row, const std::string& field, Sample* sample) {
    const std::string text = sheet_.Text(row, field);
    if (text.empty()) return false;
    const std::string word = absl::AsciiStrToLower(text);
    const bool yes = word == "true" || word == "yes";
    const bool no = word == "false" || word == "no";
    const auto accepted = SetField("value", yes ? "1" : no ? "0" : text, sheet_.rules(), sample);
    if (!accepted.has_value()) return true;
    report_.rejected.push_back(
        sheet_.Problem(row, field, absl::StrCat("must be ", *accepted, ", or true or false")));
    return false;
  }

  // A column that holds the values of one metric.
  void AddWide(const CsvRow& row, const std::string& field, Sample sample) {
    if (!SetValue(row, field, &sample)) return;
    const std::string metric(absl::StripPrefix(field, kWide));
    if (!sample.id().empty()) sample.set_id(absl::StrCat(sample.id(), "-", metric));
    Add(row, metric, field, std::move(sample));
  }

  void Add(const CsvRow& row, const std::string& metric, absl::string_view field, Sample sample) {
    if (metric.empty()) {
      report_.rejected.push_back(sheet_.Problem(row, field, "empty; a sample needs a metric"));
      return;
    }
    sample.set_metric(absl::StartsWith(metric, "metrics/") ? metric
                                                           : absl::StrCat("metrics/", metric));
    if (sample.id().empty()) sample.set_id(IdFor(sample));
    samples_.push_back({&row, std::string(field), std::move(sample)});
  }

  // An id made of everything but the value: a row that is imported again with another value is then
  // refused instead of counted twice. Equal rows of one file are numbered.
  std::string IdFor(Sample sample) {
    sample.clear_value();
    const std::string hash = absl::BytesToHexString(contract::Fingerprint(sample)).substr(0, 32);
    const int number = ++numbers_[hash];
    return number == 1 ? hash : absl::StrCat(hash, "-", number);
  }

  absl::Status SendAll() {
    std::unique_ptr<Upload> upload = context_.connection.Send(*FindFullName(kMethod), kTimeout);
    IngestSamplesRequest request;
    for (const Entry& entry : samples_) {
      *request.add_samples() = entry.sample;
      if (request.samples_size() < kBatch) continue;
      if (!upload->Send(request)) break;
      request.Clear();
    }
    if (!request.samples().empty()) upload->Send(request);
    IngestSamplesResponse response;
    BANSO_RETURN_IF_ERROR(upload->Finish(&response));
    report_.created = response.stored();
    report_.unchanged = response.duplicates();
    AddRefusals(
        sheet_, response,
        [&](size_t i) { return std::make_pair(samples_[i].row, samples_[i].field); },
        &report_.rejected);
    return absl::OkStatus();
  }

  // A sample with the row and field that it came from.
  struct Entry {
    const CsvRow* row = nullptr;
    std::string field;
    Sample sample;
  };

  Context& context_;
  const ImportOptions& options_;
  Sheet sheet_;
  // Who is who by account, or by contract: the contracts with an id.
  Directory accounts_;
  std::map<std::string, std::vector<Contract>> contracts_;
  int64_t outside_contract_ = 0;
  std::vector<CsvRow> rows_;
  std::vector<Entry> samples_;
  std::map<std::string, int> numbers_;
  ImportReport report_;
};

}  // namespace

absl::StatusOr<ImportReport> ImportSamples(Context& context, const ImportOptions& options) {
  const auto import = [&](Sheet sheet) -> absl::StatusOr<ImportReport> {
    if (sheet.Has("account") == sheet.Has("contract")) {
      return InputError(
          "whose the samples are is said by an account or by a contract: add --map account=COLUMN "
          "or --map contract=COLUMN, one of them");
    }
    if (!sheet.Has("metric") && sheet.FieldsWith(kWide).empty()) {
      return InputError(
          "no metric is named: add --map metric=COLUMN, --set metric=METRIC, or --map "
          "metrics.METRIC=COLUMN for a column with the values of one metric");
    }
    return SampleImport(context, options, std::move(sheet)).Run();
  };
  return ImportTable(
      context, options,
      {*Sample::descriptor(), {"account", "contract", "metric", "value", kWide}, {"occurred_time"}},
      import);
}

absl::StatusOr<absl::CivilDay> TodayOf(Connection& connection, const SheetOptions& options) {
  if (!options.today.empty()) {
    const std::optional<absl::CivilDay> day = ReadDay(options.today, "YYYY-MM-DD");
    if (day.has_value()) return *day;
    return InputError(absl::StrCat("--today '", options.today, "' is no day; write YYYY-MM-DD"));
  }
  type::v1::GetTimeResponse response;
  BANSO_RETURN_IF_ERROR(connection.Call("banso.type.v1.OperationsService/GetTime",
                                        type::v1::GetTimeRequest(), &response));
  return calendar::DayOf(calendar::ToTime(response.time()), options.time_zone);
}

}  // namespace banso::cli
