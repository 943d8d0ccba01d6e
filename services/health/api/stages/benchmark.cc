#include <optional>
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
#include "services/health/api/stages/active_accounts.h"
#include "services/health/api/stages/stages_api.h"
#include "services/health/domain/curve.h"
#include "services/health/domain/stages/benchmark.h"
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

// Reads one fact of one account after another as of a time.
class Readings {
 public:
  Readings(const Store& store, Reader& reader, const rule::FactCatalog& catalog, absl::Time as_of)
      : store_(store), reader_(reader), catalog_(catalog), as_of_(as_of), facts_(store, reader) {}

  absl::StatusOr<type::v1::Explanation> Read(const std::string& account,
                                             const type::v1::FactRef& ref) {
    BANSO_ASSIGN_OR_RETURN(const AccountEvaluation evaluation,
                           AccountEvaluation::Load(store_, reader_, facts_, account));
    const rule::Moment moment = evaluation.LatestMoment({.time = as_of_});
    const std::vector<rule::FactRead> reads = rule::Reads(ref, moment, catalog_);
    BANSO_ASSIGN_OR_RETURN(std::vector<fact::v1::FactReading> answers, facts_.Read(reads, moment));
    rule::Readings readings;
    for (size_t i = 0; i < reads.size(); ++i) {
      readings.insert_or_assign(rule::Key(reads[i]), std::move(answers[i]));
    }
    return rule::Explain(ref, moment, catalog_, readings);
  }

 private:
  const Store& store_;
  Reader& reader_;
  const rule::FactCatalog& catalog_;
  const absl::Time as_of_;
  StoreFactReader facts_;
};

std::optional<double> NumberIn(const type::v1::Explanation& explanation) {
  if (!explanation.has_value()) return std::nullopt;
  return NumberOf(explanation.value(), absl::CivilDay());
}

// The other active accounts that share the values of all these facts with the account. What is
// shared is added to `response`.
absl::StatusOr<std::vector<std::string>> FindPeers(const Store& store, Reader& reader,
                                                   const v1::GetBenchmarkRequest& request,
                                                   absl::Time as_of, absl::Time now,
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

}  // namespace

absl::StatusOr<v1::GetBenchmarkResponse> StagesApi::GetBenchmark(
    const Call& call, const v1::GetBenchmarkRequest& request) {
  const absl::Time as_of = request.has_as_of() ? calendar::ToTime(request.as_of()) : call.now;
  return storage::Fetch<v1::GetBenchmarkResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::GetBenchmarkResponse> {
        BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog catalog, store_.Catalog(reader, call.now));
        BANSO_RETURN_IF_ERROR(CheckRequest(request, catalog));
        Readings readings(store_, reader, catalog, as_of);
        BANSO_ASSIGN_OR_RETURN(const type::v1::Explanation own,
                               readings.Read(request.account(), request.reading()));
        v1::GetBenchmarkResponse shared;
        BANSO_ASSIGN_OR_RETURN(const std::vector<std::string> peers,
                               FindPeers(store_, reader, request, as_of, call.now, shared));
        std::vector<double> values;
        for (const std::string& peer : peers) {
          BANSO_ASSIGN_OR_RETURN(const type::v1::Explanation reading,
                                 readings.Read(peer, request.reading()));
          if (const auto value = NumberIn(reading); value.has_value()) values.push_back(*value);
        }
        v1::GetBenchmarkResponse response = CompareWithPeers(
            NumberIn(own), values, static_cast<int64_t>(peers.size() - values.size()));
        response.set_account(request.account());
        response.set_reading(rule::Print(request.reading()));
        if (!response.has_value()) response.set_unknown_because(own.unknown_because());
        *response.mutable_peers_share() = shared.peers_share();
        *response.mutable_as_of() = calendar::ToTimestamp(as_of);
        return response;
      });
}

}  // namespace banso::health
