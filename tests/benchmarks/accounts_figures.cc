#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "tests/benchmarks/figures.h"
#include "tests/benchmarks/load_client.h"
#include "tests/benchmarks/process.h"
#include "tests/benchmarks/requests.h"
#include "tests/benchmarks/streams.h"

namespace banso::benchmarks {
namespace {

constexpr int kPageSize = 50;
constexpr int kMany = 100000;
constexpr int kImportMessages = 10;
constexpr int kImportBatch = 1000;

std::string Method(absl::string_view name) { return absl::StrCat(kAccountsService, name); }

// Seconds for so many messages from account `first` on.
double Import(const std::string& address, int64_t first, int messages) {
  accounts::v1::ImportAccountsResponse response;
  const double seconds =
      SendAll(address, Method("ImportAccounts"), ImportMessages(first, messages), &response);
  if (response.created() == int64_t{messages} * kImportBatch) return seconds;
  std::fprintf(stderr, "the import failed: %s\n", response.ShortDebugString().c_str());
  std::exit(1);
}

std::vector<std::string> NamesIn(const std::string& address) {
  accounts::v1::ListAccountsRequest request;
  request.set_page_size(kImportBatch);
  accounts::v1::ListAccountsResponse response;
  Call(address, Method("ListAccounts"), request, &response);
  std::vector<std::string> names;
  for (const accounts::v1::Account& account : response.accounts()) names.push_back(account.name());
  return names;
}

// Calls in flight, and over how many connections: as many clients as a team has, or a crowd.
struct Crowd {
  int calls = 16;
  int connections = 1;
};
constexpr Crowd kTeam = {.calls = 16, .connections = 1};
constexpr Crowd kThrong = {.calls = 64, .connections = 4};

LoadResult Load(const std::string& address, absl::string_view method, Crowd crowd,
                std::function<std::string(int64_t)> request) {
  LoadOptions options;
  options.method = Method(method);
  options.concurrency = crowd.calls;
  options.connections = crowd.connections;
  options.request = std::move(request);
  return RunLoad(address, options);
}

class AccountsRun {
 public:
  explicit AccountsRun(Figures& figures) : figures_(figures) {}

  void Measure() {
    MeasureIdleMemory();
    Import(few(), 0, 1);
    MeasureGet();
    MeasureImport();
    MeasureWatch();
    MeasureGrowth();
    MeasureCreate();
  }

 private:
  std::string few() const { return few_->address("accounts"); }
  std::string many() const { return many_->address("accounts"); }

  void Start(std::unique_ptr<Server>& server, const std::string& name) {
    server = std::make_unique<Server>(dir_, name, ServiceCommand(dir_, "accounts", name));
  }

  void MeasureIdleMemory() {
    Start(few_, "few");
    AddMemory("memory of accounts, idle", *few_);
    // Not among what the benchmark is built with.
    if (!std::filesystem::exists(absl::StrCat(BinDir(), "/banso-suite"))) return;
    const Server suite(dir_, "suite", ServiceCommand(dir_, "suite", "suite"));
    AddMemory("memory of banso-suite, idle", suite);
  }

  void AddMemory(const std::string& name, const Server& server) {
    Figure figure;
    figure.name = name;
    figure.measured = server.MemoryMib();
    figure.unit = "MiB";
    figure.remark = "VmRSS";
    figures_.push_back(figure);
  }

  double Get(const std::string& address) {
    const std::vector<std::string>& requests = requests_;
    last_ = Load(address, "GetAccount", kTeam, [&requests](int64_t i) {
      return requests[static_cast<size_t>(i * 7919) % requests.size()];
    });
    return last_.per_second;
  }

  double List(const std::string& address) {
    const std::string request = ListAccountsRequest(kPageSize);
    last_ = Load(address, "ListAccounts", kTeam, [&request](int64_t) { return request; });
    return last_.per_second;
  }

  double Create(const std::string& address, Crowd crowd) {
    last_ = Load(address, "CreateAccount", crowd,
                 [this](int64_t) { return CreateAccountRequest(++created_); });
    return last_.per_second;
  }

  std::string Latency() const {
    return absl::StrFormat("p50 %.1f ms, p99 %.1f ms", absl::ToDoubleMilliseconds(last_.p50),
                           absl::ToDoubleMilliseconds(last_.p99));
  }

  void MeasureGet() {
    for (const std::string& name : NamesIn(few())) requests_.push_back(GetAccountRequest(name));
    accounts::v1::GetAccountRequest request;
    request.ParseFromString(requests_[0]);
    accounts::v1::Account account;
    Call(few(), Method("GetAccount"), request, &account);
    std::ofstream(dir_.File("answer")) << account.SerializeAsString();
    const Server echo(dir_, "echo",
                      {absl::StrCat(BinDir(), "/banso-bench"),
                       absl::StrCat("--serve_echo=", dir_.File("answer"))});
    Figure figure;
    figure.name = "GetAccount, 16 in flight";
    figure.unit = "calls/s";
    figure.aim = 0.7;
    figure.compared_with = "common/server with a handler that returns the same bytes";
    Compare(
        figure, [&] { return Get(few()); }, [&] { return Get(echo.address("echo")); });
    figures_.push_back(figure);
    figure.name = "GetAccount, 16 in flight, against bare gRPC";
    figure.aim.reset();
    figure.compared_with = "gRPC's callback API alone, the same bytes";
    Compare(
        figure, [&] { return Get(few()); }, [&] { return Get(echo.address("bare")); });
    figures_.push_back(figure);
  }

  void MeasureImport() {
    Start(many_, "many");
    token_ = TokenOfNow(many(), Method("WatchChanges"));
    RawTable raw(dir_.File("raw_import.db"), kAccountColumns, kAccountColumnCount);
    int64_t next = 0, next_raw = 0;
    Figure figure;
    figure.name = "ImportAccounts, 1,000 in a message";
    figure.unit = "rows/s";
    figure.aim = 0.2;
    figure.compared_with = "the account's row alone, no index but the key, 1,000 in a transaction";
    Compare(
        figure,
        [&] {
          const double seconds = Import(many(), next, kImportMessages);
          next += int64_t{kImportMessages} * kImportBatch;
          return kImportMessages * kImportBatch / seconds;
        },
        [&] {
          std::vector<RawRow> rows;
          for (int i = 0; i < kImportMessages * kImportBatch; ++i)
            rows.push_back(AccountRow(next_raw++));
          return raw.Load(rows, kImportBatch);
        });
    figures_.push_back(figure);
    while (next < kMany) {
      Import(many(), next, kImportMessages);
      next += int64_t{kImportMessages} * kImportBatch;
    }
    AddMemory("memory of accounts after importing 100,000", *many_);
  }

  void MeasureWatch() {
    for (const int watchers : {1, 8}) {
      const int64_t changes = watchers == 1 ? 20000 : 5000;
      Figure figure;
      figure.name = absl::StrCat("WatchChanges, catching up, ", watchers,
                                 watchers == 1 ? " watcher" : " watchers");
      figure.unit = "changes/s";
      figure.remark = watchers == 1 ? "" : "all watchers together";
      figure.measured = Median([&] {
        return static_cast<double>(watchers * changes) /
               WatchAll(many(), Method("WatchChanges"), token_, watchers, changes);
      });
      figures_.push_back(figure);
    }
  }

  void MeasureGrowth() {
    Figure figure;
    figure.unit = "calls/s";
    figure.compared_with = "the same with 1,000 accounts";
    figure.name = "GetAccount, 16 in flight, 100,000 accounts";
    const std::vector<std::string> names = NamesIn(many());
    const std::vector<std::string> requests_of_few = requests_;
    std::vector<std::string> requests_of_many;
    for (const std::string& name : names) requests_of_many.push_back(GetAccountRequest(name));
    Compare(
        figure,
        [&] {
          requests_ = requests_of_many;
          return Get(many());
        },
        [&] {
          requests_ = requests_of_few;
          return Get(few());
        });
    figure.remark = Latency();
    figures_.push_back(figure);
    figure.name = "ListAccounts, page of 50, 16 in flight, 100,000";
    Compare(
        figure, [&] { return List(many()); }, [&] { return List(few()); });
    figure.remark = Latency();
    figures_.push_back(figure);
  }

  void MeasureCreate() {
    RawTable raw(dir_.File("raw_create.db"), kAccountColumns, kAccountColumnCount);
    int64_t rows = 0;
    Figure figure;
    figure.name = "CreateAccount, durable, 64 in flight";
    figure.unit = "calls/s";
    figure.aim = 2;
    figure.compared_with = "the account's row alone, one commit each, synchronous=FULL";
    Compare(
        figure, [&] { return Create(few(), kThrong); },
        [&] {
          return raw.CommitOneByOne(absl::Milliseconds(500), [&] { return AccountRow(++rows); });
        });
    figure.remark = Latency();
    figures_.push_back(figure);

    Figure growth;
    growth.name = "CreateAccount, 16 in flight, 100,000 accounts";
    growth.unit = "calls/s";
    growth.compared_with = "the same with a few thousand accounts";
    Start(fewer_, "fewer");
    Import(fewer_->address("accounts"), 0, 1);
    Compare(
        growth, [&] { return Create(many(), kTeam); },
        [&] { return Create(fewer_->address("accounts"), kTeam); });
    growth.remark = Latency();
    figures_.push_back(growth);
  }

  Figures& figures_;
  const WorkDir dir_;
  // With 1,000 accounts, 100,000, and again 1,000.
  std::unique_ptr<Server> few_;
  std::unique_ptr<Server> many_;
  std::unique_ptr<Server> fewer_;
  // GetAccount requests for accounts that exist.
  std::vector<std::string> requests_;
  // Of a watch from before the first account of `many_`.
  std::string token_;
  int64_t created_ = 0;
  LoadResult last_;
};

}  // namespace

void MeasureAccounts(Figures& figures) { AccountsRun(figures).Measure(); }

}  // namespace banso::benchmarks
