#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
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
#include "tests/benchmarks/raw_sqlite.h"
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

// The names of all accounts.
std::vector<std::string> NamesIn(const std::string& address) {
  accounts::v1::ListAccountsRequest request;
  request.set_page_size(kImportBatch);
  std::vector<std::string> names;
  do {
    accounts::v1::ListAccountsResponse page;
    Call(address, Method("ListAccounts"), request, &page);
    for (const accounts::v1::Account& account : page.accounts()) names.push_back(account.name());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return names;
}

std::vector<std::string> GetRequests(const std::string& address) {
  std::vector<std::string> requests;
  for (const std::string& name : NamesIn(address)) requests.push_back(GetAccountRequest(name));
  return requests;
}

// Calls in flight, and over how many connections.
struct Crowd {
  int calls = 16;
  int connections = 1;
};
// One client that serves a team; 16 clients that wait for each answer; many clients.
constexpr Crowd kTeam = {.calls = 16, .connections = 1};
constexpr Crowd kClients = {.calls = 16, .connections = 16};
constexpr Crowd kThrong = {.calls = 64, .connections = 4};

// What a straightforward server in Go with gRPC and SQLite reached on another machine of 2 cores,
// asked by 16 clients: calls a second, and MiB.
constexpr double kGoCreates = 3300;
constexpr double kGoGets = 20000;
constexpr double kGoLists = 4800;
constexpr double kGoMemory = 29;
constexpr char kGoServer[] = "a plain Go server with gRPC and SQLite, on another such machine";

class AccountsRun {
 public:
  explicit AccountsRun(Figures& figures) : figures_(figures) {}

  void Measure() {
    MeasureIdleMemory();
    Import(few(), 0, 1);
    AddMemory("memory of accounts with 1,000 accounts", *few_);
    MeasureGet();
    MeasureImport();
    MeasureWatch();
    MeasureGrowth();
    MeasureCreate();
    MeasureLikeGo();
  }

 private:
  using Requests = std::function<std::string(int64_t)>;

  std::string few() const { return few_->address("accounts"); }
  std::string many() const { return many_->address("accounts"); }

  void Start(std::unique_ptr<Server>& server, const std::string& name) {
    server = std::make_unique<Server>(dir_, name, ServiceCommand(dir_, "accounts", name));
  }

  Figure NewFigure(const std::string& name, const std::string& unit,
                   const std::string& compared_with = "") {
    cost_ = Cost();
    reference_cost_ = Cost();
    Figure figure;
    figure.name = name;
    figure.unit = unit;
    figure.compared_with = compared_with;
    return figure;
  }

  void Add(Figure figure) {
    if (cost_.units > 0) figure.processor = cost_.seconds / cost_.units * 1e6;
    if (reference_cost_.units > 0) {
      figure.reference_processor = reference_cost_.seconds / reference_cost_.units * 1e6;
    }
    figures_.push_back(std::move(figure));
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
    Figure figure = NewFigure(name, "MiB");
    figure.measured = server.MemoryMib();
    figure.remark = "VmRSS";
    Add(figure);
  }

  // What a measured program and its reference have taken in the rounds of a figure.
  struct Cost {
    double seconds = 0;
    double units = 0;
  };

  // Calls a second; what they cost the server goes to `cost`.
  double Ask(const Server& server, const std::string& service, absl::string_view method,
             Crowd crowd, Requests requests, Cost& cost) {
    LoadOptions options;
    options.method = Method(method);
    options.concurrency = crowd.calls;
    options.connections = crowd.connections;
    options.request = std::move(requests);
    const double before = server.ProcessorSeconds();
    last_ = RunLoad(server.address(service), options);
    cost.seconds += server.ProcessorSeconds() - before;
    cost.units += static_cast<double>(last_.calls);
    return last_.per_second;
  }

  double Get(const Server& server, const std::vector<std::string>& requests, Cost& cost,
             Crowd crowd = kTeam, const std::string& service = "accounts") {
    return Ask(
        server, service, "GetAccount", crowd,
        [&requests](int64_t i) {
          return requests[static_cast<size_t>(i * 7919) % requests.size()];
        },
        cost);
  }

  double List(const Server& server, Cost& cost, Crowd crowd = kTeam) {
    return Ask(
        server, "accounts", "ListAccounts", crowd,
        [request = ListAccountsRequest(kPageSize)](int64_t) { return request; }, cost);
  }

  double Create(const Server& server, Cost& cost, Crowd crowd) {
    return Ask(
        server, "accounts", "CreateAccount", crowd,
        [this](int64_t) { return CreateAccountRequest(++created_); }, cost);
  }

  // Rows a second.
  double ImportInto(const Server& server, int64_t& next, int messages, Cost& cost) {
    const double rows = static_cast<double>(messages) * kImportBatch;
    const double before = server.ProcessorSeconds();
    const double seconds = Import(server.address("accounts"), next, messages);
    cost.seconds += server.ProcessorSeconds() - before;
    cost.units += rows;
    next += int64_t{messages} * kImportBatch;
    return rows / seconds;
  }

  std::string Latency() const {
    return absl::StrFormat("p50 %.1f ms, p99 %.1f ms", absl::ToDoubleMilliseconds(last_.p50),
                           absl::ToDoubleMilliseconds(last_.p99));
  }

  void MeasureGet() {
    requests_of_few_ = GetRequests(few());
    accounts::v1::GetAccountRequest request;
    request.ParseFromString(requests_of_few_[0]);
    accounts::v1::Account account;
    Call(few(), Method("GetAccount"), request, &account);
    std::ofstream(dir_.File("answer")) << account.SerializeAsString();
    const Server echo(dir_, "echo",
                      {absl::StrCat(BinDir(), "/banso-bench"),
                       absl::StrCat("--serve_echo=", dir_.File("answer"))});
    const auto get = [&] { return Get(*few_, requests_of_few_, cost_); };
    Figure figure = NewFigure("GetAccount, 16 in flight", "calls/s",
                              "common/server with a handler that returns the same bytes");
    figure.aim = 0.7;
    Compare(figure, get,
            [&] { return Get(echo, requests_of_few_, reference_cost_, kTeam, "echo"); });
    Add(figure);
    figure = NewFigure("GetAccount, 16 in flight, against bare gRPC", "calls/s",
                       "gRPC's callback API alone, the same bytes");
    Compare(figure, get,
            [&] { return Get(echo, requests_of_few_, reference_cost_, kTeam, "bare"); });
    Add(figure);
  }

  void MeasureImport() {
    Start(many_, "many");
    token_ = TokenOfNow(many(), Method("WatchChanges"));
    RawTable raw(dir_.File("raw_import.db"), kAccountColumns, kAccountColumnCount);
    int64_t next_raw = 0;
    Figure figure =
        NewFigure("ImportAccounts, 1,000 in a message", "rows/s",
                  "the account's row alone, no index but the key, 1,000 in a transaction");
    figure.aim = 0.2;
    const auto import = [&] { return ImportInto(*many_, imported_, kImportMessages, cost_); };
    Compare(figure, import, [&] {
      std::vector<RawRow> rows;
      for (int i = 0; i < kImportMessages * kImportBatch; ++i)
        rows.push_back(AccountRow(next_raw++));
      return Timed(reference_cost_, kImportMessages * kImportBatch,
                   [&] { return raw.Load(rows, kImportBatch); });
    });
    Add(figure);

    RawCopy copy(dir_.File("raw_copy.db"), dir_.File("many/accounts.db"));
    figure = NewFigure("ImportAccounts, against all that it writes", "rows/s",
                       "the same rows of all tables, with their indexes, copied by SQL");
    Compare(figure, import, [&] {
      return Timed(reference_cost_, kImportMessages * kImportBatch,
                   [&] { return copy.Load(kImportMessages * kImportBatch, kImportBatch); });
    });
    Add(figure);
    while (imported_ < kMany) ImportInto(*many_, imported_, kImportMessages, cost_);
    AddMemory("memory of accounts after importing 100,000", *many_);
  }

  // Runs `load`, which this process does itself.
  static double Timed(Cost& cost, int rows, const std::function<double()>& load) {
    const double before = OwnProcessorSeconds();
    const double per_second = load();
    cost.seconds += OwnProcessorSeconds() - before;
    cost.units += rows;
    return per_second;
  }

  double Watch(const Server& server, const std::string& token, int watchers, int64_t changes,
               Cost& cost) {
    const double total = static_cast<double>(watchers) * static_cast<double>(changes);
    const double before = server.ProcessorSeconds();
    const double seconds =
        WatchAll(server.address("accounts"), Method("WatchChanges"), token, watchers, changes);
    cost.seconds += server.ProcessorSeconds() - before;
    cost.units += total;
    return total / seconds;
  }

  void MeasureWatch() {
    for (const int watchers : {1, 8}) {
      const int64_t changes = watchers == 1 ? 20000 : 5000;
      Figure figure = NewFigure(absl::StrCat("WatchChanges, catching up, ", watchers,
                                             watchers == 1 ? " watcher" : " watchers"),
                                "changes/s");
      figure.remark = watchers == 1 ? "" : "all watchers together";
      figure.measured = Median([&] { return Watch(*many_, token_, watchers, changes, cost_); });
      Add(figure);
    }
  }

  void MeasureGrowth() {
    const char kFew[] = "the same with 1,000 accounts";
    const std::vector<std::string> requests_of_many = GetRequests(many());
    Figure figure = NewFigure("GetAccount, 16 in flight, 100,000 accounts", "calls/s", kFew);
    Compare(
        figure, [&] { return Get(*many_, requests_of_many, cost_); },
        [&] { return Get(*few_, requests_of_few_, reference_cost_); });
    figure.remark = Latency();
    Add(figure);
    figure = NewFigure("ListAccounts, page of 50, 16 in flight, 100,000 accounts", "calls/s", kFew);
    Compare(
        figure, [&] { return List(*many_, cost_); }, [&] { return List(*few_, reference_cost_); });
    figure.remark = Latency();
    Add(figure);

    const char kFewThousand[] = "the same with a few thousand accounts";
    Start(fewer_, "fewer");
    const std::string token = TokenOfNow(fewer_->address("accounts"), Method("WatchChanges"));
    int64_t imported = 0;
    ImportInto(*fewer_, imported, 1, cost_);
    figure = NewFigure("CreateAccount, 16 in flight, 100,000 accounts", "calls/s", kFewThousand);
    Compare(
        figure, [&] { return Create(*many_, cost_, kTeam); },
        [&] { return Create(*fewer_, reference_cost_, kTeam); });
    figure.remark = Latency();
    Add(figure);
    figure =
        NewFigure("ImportAccounts, 1,000 in a message, 100,000 accounts", "rows/s", kFewThousand);
    Compare(
        figure, [&] { return ImportInto(*many_, imported_, 2, cost_); },
        [&] { return ImportInto(*fewer_, imported, 2, reference_cost_); });
    Add(figure);
    constexpr int64_t kChanges = 5000;
    figure = NewFigure("WatchChanges, catching up, 1 watcher, 100,000 accounts", "changes/s",
                       kFewThousand);
    Compare(
        figure, [&] { return Watch(*many_, token_, 1, kChanges, cost_); },
        [&] { return Watch(*fewer_, token, 1, kChanges, reference_cost_); });
    Add(figure);
  }

  void MeasureCreate() {
    RawTable raw(dir_.File("raw_create.db"), kAccountColumns, kAccountColumnCount);
    int64_t rows = 0;
    Figure figure = NewFigure("CreateAccount, durable, 64 in flight", "calls/s",
                              "the account's row alone, one commit each, synchronous=FULL");
    figure.aim = 2;
    Compare(
        figure, [&] { return Create(*few_, cost_, kThrong); },
        [&] {
          return raw.CommitOneByOne(absl::Milliseconds(500), [&] { return AccountRow(++rows); });
        });
    figure.remark = Latency();
    Add(figure);
  }

  void MeasureLikeGo() {
    MeasureAgainst("CreateAccount, 16 clients", kGoCreates,
                   [&] { return Create(*few_, cost_, kClients); });
    MeasureAgainst("GetAccount, 16 clients", kGoGets,
                   [&] { return Get(*few_, requests_of_few_, cost_, kClients); });
    MeasureAgainst("ListAccounts, page of 50, 16 clients", kGoLists,
                   [&] { return List(*few_, cost_, kClients); });
    Figure figure = NewFigure("memory of accounts after all of this", "MiB", kGoServer);
    figure.measured = few_->MemoryMib();
    figure.reference = kGoMemory;
    figure.ratio = figure.measured / kGoMemory;
    Add(figure);
  }

  void MeasureAgainst(const std::string& name, double constant,
                      const std::function<double()>& measure) {
    Figure figure = NewFigure(name, "calls/s", kGoServer);
    figure.measured = Median(measure);
    figure.reference = constant;
    figure.ratio = figure.measured / constant;
    figure.remark = Latency();
    Add(figure);
  }

  Figures& figures_;
  const WorkDir dir_;
  // With 1,000 accounts, 100,000, and again 1,000, before what is created in them.
  std::unique_ptr<Server> few_;
  std::unique_ptr<Server> many_;
  std::unique_ptr<Server> fewer_;
  std::vector<std::string> requests_of_few_;
  // Of a watch from before the first account of `many_`.
  std::string token_;
  // How many accounts `many_` was given.
  int64_t imported_ = 0;
  int64_t created_ = 0;
  LoadResult last_;
  Cost cost_;
  Cost reference_cost_;
};

}  // namespace

void MeasureAccounts(Figures& figures) { AccountsRun(figures).Measure(); }

}  // namespace banso::benchmarks
