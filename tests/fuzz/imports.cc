// The messages of client streams, whose rows the handlers check one by one.

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/health/v1/metrics_service.pb.h"
#include "banso/health/v1/outcomes_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/server/stream.h"
#include "common/storage/open.h"
#include "common/testing/temp_dir.h"
#include "services/accounts/api/active_policy.h"
#include "services/accounts/api/import_run.h"
#include "services/accounts/store/store.h"
#include "services/health/api/metrics/ingest.h"
#include "services/health/api/outcomes/outcomes_api.h"
#include "services/health/store/store.h"
#include "tests/fuzz/target.h"

namespace banso::fuzz {
namespace {

// A stream of one message.
template <class Message>
class OneMessage : public server::Source<Message> {
 public:
  explicit OneMessage(Message message) : message_(std::move(message)) {}
  absl::StatusOr<bool> Read(Message* message) override {
    if (read_) return false;
    read_ = true;
    *message = message_;
    return true;
  }

 private:
  const Message message_;
  bool read_ = false;
};

std::unique_ptr<storage::Database> OpenStore(const testing::TempDir& dir, const std::string& name,
                                             storage::Migrations schema) {
  storage::OpenOptions options;
  options.path = dir.File(name + ".db");
  options.service = name;
  options.migrations = std::move(schema);
  absl::StatusOr<std::unique_ptr<storage::Database>> database = storage::OpenSqlite(options);
  Require(database.ok(), "a store can be opened");
  return *std::move(database);
}

Call NewCall() {
  Call call;
  call.method = "fuzz";
  call.actor = "members/operator";
  call.now = absl::FromUnixSeconds(1775001600);
  call.deadline = absl::Now() + absl::Minutes(1);
  return call;
}

void RequireFault(const absl::Status& status) {
  Require(status.ok() || absl::IsInvalidArgument(status), "a bad message is the caller's fault");
}

// What takes the messages: stores with nothing in them, into which nothing comes.
class Importers {
 public:
  void Accounts(accounts::v1::ImportAccountsRequest message) {
    message.set_validate_only(true);
    accounts::ImportRun run(*accounts_, accounts_store_, ids_, policy_);
    const absl::Status status = run.Add(NewCall(), message);
    RequireFault(status);
    const auto& total = run.total();
    Require(!status.ok() || total.received() == message.accounts_size(), "every row counts");
    Require(total.created() + total.updated() + total.unchanged() + total.rejected() ==
                total.received(),
            "of every row something becomes");
    Require(total.rejected() <= total.errors_size(), "a row is refused for a reason");
  }

  void Samples(health::v1::IngestSamplesRequest message) {
    health::IngestRun run(*health_, health_store_);
    RequireFault(run.Add(NewCall(), message));
    const auto& total = run.response();
    Require(total.stored() == 0 && total.rejected() == total.received(), "of unknown accounts");
  }

  void Outcomes(health::v1::ImportOutcomesRequest message) {
    OneMessage<health::v1::ImportOutcomesRequest> source(std::move(message));
    RequireFault(outcomes_.ImportOutcomes(NewCall(), source).status());
  }

 private:
  const testing::TempDir dir_;
  const accounts::Store accounts_store_;
  const health::Store health_store_;
  contract::CountingIdSource ids_;
  accounts::ActivePolicy policy_{accounts_store_};
  const std::unique_ptr<storage::Database> accounts_ =
      OpenStore(dir_, "accounts", accounts::Schema());
  const std::unique_ptr<storage::Database> health_ = OpenStore(dir_, "health", health::Schema());
  health::OutcomesApi outcomes_{*health_, health_store_, ids_};
};

Importers& TheImporters() {
  // Its folder goes with the program.
  static Importers importers;
  return importers;
}

template <class Message>
void Try(absl::string_view input, void (Importers::*import)(Message)) {
  Message message;
  if (!message.ParseFromArray(input.data(), static_cast<int>(input.size()))) return;
  (TheImporters().*import)(std::move(message));
}

void RunImport(absl::string_view input) {
  Try(input, &Importers::Accounts);
  Try(input, &Importers::Samples);
  Try(input, &Importers::Outcomes);
}

std::string GoodAccounts() {
  accounts::v1::ImportAccountsRequest request;
  request.set_external_system("crm");
  accounts::v1::Account* account = request.add_accounts();
  account->set_display_name("Acme");
  account->set_employees(12);
  account->add_external_ids()->set_system("crm");
  account->mutable_external_ids(0)->set_id("1");
  return request.SerializeAsString();
}

std::string GoodSamples() {
  health::v1::IngestSamplesRequest request;
  health::v1::Sample* sample = request.add_samples();
  sample->set_id("s-1");
  sample->set_account("accounts/acme");
  sample->set_metric("metrics/logins");
  return request.SerializeAsString();
}

std::string GoodOutcomes() {
  health::v1::ImportOutcomesRequest request;
  request.add_outcomes()->set_name("accounts/acme/outcomes/o1");
  return request.SerializeAsString();
}

}  // namespace

Target ImportTarget() {
  return {"import", {"", GoodAccounts(), GoodSamples(), GoodOutcomes()}, RunImport};
}

}  // namespace banso::fuzz
