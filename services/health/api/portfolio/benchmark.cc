#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/rule/condition.h"
#include "common/rule/evaluate.h"
#include "common/rule/value.h"
#include "common/status_macros.h"
#include "services/health/api/evaluation.h"
#include "services/health/api/portfolio/active_accounts.h"
#include "services/health/api/portfolio/portfolio.h"
#include "services/health/api/portfolio/portfolio_api.h"
#include "services/health/api/scoring/score_plan.h"
#include "services/health/domain/curve.h"
#include "services/health/domain/portfolio/benchmark.h"
#include "services/health/store/fact_catalog.h"
#include "services/health/store/fact_table.h"

namespace banso::health {

using storage::Reader;

namespace {

absl::Status CheckRequest(const v1::GetBenchmarkRequest& request,
                          const rule::FactCatalog& catalog) {
  contract::Violations violations;
  rule::CheckFactRef(request.reading(), catalog, "reading", &violations);
  const fact::v1::FactType* type = catalog.Find(request.reading().fact());
  if (type != nullptr) {
    const type::v1::ValueType result = rule::ResultType(request.reading(), *type);
    if (result != type::v1::VALUE_TYPE_NUMBER && result != type::v1::VALUE_TYPE_FLAG) {
      violations.Add("reading", request.reading().fact(), "a reading that gives a number",
                     "NOT_ACCEPTED");
    }
  }
  return violations.ToStatus();
}

std::optional<double> NumberIn(const type::v1::Explanation& explanation) {
  if (!explanation.has_value()) return std::nullopt;
  return NumberOf(explanation.value(), absl::CivilDay());
}

// Reads one fact of one account after another as of a time.
class Readings {
 public:
  Readings(const Store& store, Reader& reader, const rule::FactCatalog& catalog, const AsOf& as_of)
      : store_(store), reader_(reader), catalog_(catalog), as_of_(as_of), facts_(store, reader) {}

  absl::StatusOr<type::v1::Explanation> Read(const std::string& account,
                                             const type::v1::FactRef& ref) {
    BANSO_ASSIGN_OR_RETURN(const AccountEvaluation evaluation,
                           AccountEvaluation::Load(store_, reader_, facts_, account));
    return Read(evaluation, ref);
  }
  // The number that a peer has; nothing when it has none, or is not known any more.
  absl::StatusOr<std::optional<double>> ReadNumber(const std::string& account,
                                                   const type::v1::FactRef& ref) {
    BANSO_ASSIGN_OR_RETURN(const std::optional<AccountEvaluation> evaluation,
                           AccountEvaluation::LoadIfKnown(store_, reader_, facts_, account));
    if (!evaluation.has_value()) return std::optional<double>();
    BANSO_ASSIGN_OR_RETURN(const type::v1::Explanation found, Read(*evaluation, ref));
    return NumberIn(found);
  }

 private:
  absl::StatusOr<type::v1::Explanation> Read(const AccountEvaluation& evaluation,
                                             const type::v1::FactRef& ref) {
    BANSO_ASSIGN_OR_RETURN(const rule::Moment moment, evaluation.LatestMoment(as_of_));
    const std::vector<rule::FactRead> reads = rule::Reads(ref, moment, catalog_);
    BANSO_ASSIGN_OR_RETURN(std::vector<fact::v1::FactReading> answers, facts_.Read(reads, moment));
    rule::Readings readings;
    for (size_t i = 0; i < reads.size(); ++i) {
      readings.insert_or_assign(rule::Key(reads[i]), std::move(answers[i]));
    }
    return rule::Explain(ref, moment, catalog_, readings);
  }

  const Store& store_;
  Reader& reader_;
  const rule::FactCatalog& catalog_;
  const AsOf as_of_;
  StoreFactReader facts_;
};

// The other active accounts that share the values of all these facts with the account. What is
// shared is added to `response`.
absl::StatusOr<std::vector<std::string>> FindPeers(const Store& store, Reader& reader,
                                                   const v1::GetBenchmarkRequest& request,
                                                   const AsOf& as_of, absl::Time now,
                                                   v1::GetBenchmarkResponse& response) {
  BANSO_ASSIGN_OR_RETURN(const std::vector<ActiveAccount> active,
                         ActiveAccounts(store, reader, as_of));
  std::vector<std::string> peers;
  for (const ActiveAccount& account : active) {
    if (account.name != request.account()) peers.push_back(account.name);
  }
  for (const std::string& fact : request.peer_facts()) {
    BANSO_ASSIGN_OR_RETURN(const FactValues values,
                           GroupingValues(store, reader, "peer_facts", fact, as_of, now));
    const auto own = values.find(request.account());
    if (own == values.end()) {
      response.add_peers_share(absl::StrCat(fact, " is not known"));
      return std::vector<std::string>();
    }
    response.add_peers_share(absl::StrCat(fact, " = ", rule::ValueText(own->second)));
    std::erase_if(peers, [&](const std::string& peer) {
      const auto other = values.find(peer);
      return other == values.end() || !rule::Equal(other->second, own->second);
    });
  }
  return peers;
}

// What is asked about peers, and what one snapshot says of it.
struct BenchmarkQuestion {
  rule::FactCatalog catalog;
  type::v1::Explanation own;
  // In the order of names.
  std::vector<std::string> peers;
  v1::GetBenchmarkResponse shared;
  // Nothing when the reading is more than a window over samples.
  std::optional<ScorePlan> plan;
  LoadedPages::MetricsBySource metrics;
};

absl::Status LoadQuestion(const Store& store, Reader& reader,
                          const v1::GetBenchmarkRequest& request, const AsOf& as_of, absl::Time now,
                          BenchmarkQuestion& question) {
  BANSO_ASSIGN_OR_RETURN(question.catalog, ReadCatalog(store, reader, now));
  BANSO_RETURN_IF_ERROR(CheckRequest(request, question.catalog));
  Readings readings(store, reader, question.catalog, as_of);
  BANSO_ASSIGN_OR_RETURN(question.own, readings.Read(request.account(), request.reading()));
  BANSO_ASSIGN_OR_RETURN(question.peers,
                         FindPeers(store, reader, request, as_of, now, question.shared));
  v1::ScoreModel reading;
  *reading.add_measures()->mutable_fact() = request.reading();
  BANSO_ASSIGN_OR_RETURN(question.plan,
                         ScorePlan::Compile(store, reader, {reading}, question.catalog));
  BANSO_ASSIGN_OR_RETURN(question.metrics, ReadMetricsBySource(reader));
  return absl::OkStatus();
}

// What the reading is for these accounts, of those that have one.
absl::StatusOr<std::vector<double>> ReadSome(const Store& store, Reader& reader,
                                             const BenchmarkQuestion& question,
                                             const type::v1::FactRef& reading, const AsOf& as_of,
                                             absl::Span<const NumberedAccount> accounts) {
  std::vector<double> values;
  if (!question.plan.has_value()) {
    Readings readings(store, reader, question.catalog, as_of);
    for (const NumberedAccount& account : accounts) {
      BANSO_ASSIGN_OR_RETURN(const std::optional<double> value,
                             readings.ReadNumber(account.name, reading));
      if (value.has_value()) values.push_back(*value);
    }
    return values;
  }
  ScorePlan plan = *question.plan;
  BANSO_RETURN_IF_ERROR(
      ScanSamples(reader, accounts, question.metrics,
                  [&](const NumberedAccount& account, SamplePages& pages) -> absl::Status {
                    BANSO_RETURN_IF_ERROR(plan.Read(pages, account, as_of));
                    const std::optional<double> value = plan.Number(0, 0);
                    if (value.has_value()) values.push_back(*value);
                    return absl::OkStatus();
                  }));
  return values;
}

// The same for all peers, several at once.
absl::StatusOr<std::vector<double>> ReadPeers(storage::Database& database, const Store& store,
                                              const Call& call, const BenchmarkQuestion& question,
                                              const type::v1::FactRef& reading, const AsOf& as_of) {
  BANSO_ASSIGN_OR_RETURN(std::vector<NumberedAccount> accounts,
                         NumberAccounts(database, store, Portfolio::kAll));
  std::erase_if(accounts, [&](const NumberedAccount& account) {
    return !std::binary_search(question.peers.begin(), question.peers.end(), account.name);
  });
  const size_t size = question.plan.has_value() ? kPlannedPart : kPart;
  std::vector<std::vector<double>> of_parts(CountParts(accounts, size));
  BANSO_RETURN_IF_ERROR(ForEachPart(
      database, call, accounts, size,
      [&](size_t part, Reader& reader, absl::Span<const NumberedAccount> some) -> absl::Status {
        BANSO_ASSIGN_OR_RETURN(of_parts[part],
                               ReadSome(store, reader, question, reading, as_of, some));
        return absl::OkStatus();
      }));
  std::vector<double> values;
  for (const std::vector<double>& of_part : of_parts) {
    values.insert(values.end(), of_part.begin(), of_part.end());
  }
  return values;
}

}  // namespace

absl::StatusOr<v1::GetBenchmarkResponse> PortfolioApi::GetBenchmark(
    const Call& call, const v1::GetBenchmarkRequest& request) {
  const AsOf as_of = AsOfRequest(request, call.now);
  BenchmarkQuestion question;
  BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) {
    return LoadQuestion(store_, reader, request, as_of, call.now, question);
  }));
  BANSO_ASSIGN_OR_RETURN(const std::vector<double> values,
                         ReadPeers(database_, store_, call, question, request.reading(), as_of));
  v1::GetBenchmarkResponse response = CompareWithPeers(
      NumberIn(question.own), values, static_cast<int64_t>(question.peers.size() - values.size()));
  response.set_account(request.account());
  response.set_reading(rule::Print(request.reading()));
  if (!response.has_value()) response.set_unknown_because(question.own.unknown_because());
  *response.mutable_peers_share() = question.shared.peers_share();
  *response.mutable_as_of() = calendar::ToTimestamp(as_of.time);
  return response;
}

}  // namespace banso::health
