#include <memory>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "banso/health/v1/outcomes_service.pb.h"
#include "clients/cli/import.h"
#include "clients/cli/import_frame.h"
#include "clients/cli/methods.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"

namespace banso::cli {
namespace {

using health::v1::ImportOutcomesRequest;
using health::v1::ImportOutcomesResponse;
using health::v1::Outcome;

constexpr char kImportOutcomes[] = "banso.health.v1.OutcomesService/ImportOutcomes";
constexpr int kOutcomeBatch = 1000;
constexpr absl::Duration kOutcomesTimeout = absl::Minutes(10);

class OutcomeImport : public RowImport<RowEntry<Outcome>> {
 public:
  OutcomeImport(Context& context, const ImportOptions& options, Sheet sheet)
      : RowImport(context, options, std::move(sheet),
                  {.rows = "outcomes", .one = "an outcome", .the = "the outcome"}) {}

 private:
  using Entry = RowEntry<Outcome>;

  void Read(const CsvRow& row, Entry* entry) override {
    for (const char* field : {"kind", "occurred_time"}) Need(row, field, "an outcome needs it");
    entry->account = FindAccount(row);
    entry->id = ReadId(row, entry->account);
    entry->message.set_name(contract::Join(entry->account, "outcomes", entry->id));
  }

  // They go in by a stream.
  absl::Status StoreAll() override {
    if (options().dry_run) {
      report().others.emplace_back("good outcomes", entries().size());
      return absl::OkStatus();
    }
    std::unique_ptr<Upload> upload =
        connection().Send(*FindFullName(kImportOutcomes), kOutcomesTimeout);
    ImportOutcomesRequest request;
    for (const Entry& entry : entries()) {
      *request.add_outcomes() = entry.message;
      if (request.outcomes_size() < kOutcomeBatch) continue;
      if (!upload->Send(request)) break;
      request.Clear();
    }
    if (!request.outcomes().empty()) upload->Send(request);
    ImportOutcomesResponse response;
    BANSO_RETURN_IF_ERROR(upload->Finish(&response));
    report().created = response.stored();
    report().unchanged = response.duplicates();
    AddRefusals(
        sheet(), response,
        [&](size_t i) { return std::make_pair(entries()[i].row, std::string("id")); },
        &report().rejected);
    return absl::OkStatus();
  }
};

}  // namespace

absl::StatusOr<ImportReport> ImportOutcomes(Context& context, const ImportOptions& options) {
  return ImportRows<OutcomeImport>(context, options, {"account", "id"},
                                   {"account", "id", "kind", "occurred_time"});
}

}  // namespace banso::cli
