#ifndef BANSO_COMMON_SERVER_REMOTE_FACTS_H_
#define BANSO_COMMON_SERVER_REMOTE_FACTS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/contract/call.h"
#include "common/rule/catalog.h"
#include "common/rule/evaluate.h"
#include "common/server/client.h"

namespace banso::server {

// The service that owns a fact, by its prefix: `account.` is accounts', `metric.`, `assessment.`,
// `score.`, `stage.` and `success.` are health's, `plan.` is kickoff's, `completion.` and
// `handoff.` are handoff's. Empty for any other.
absl::string_view ServiceOfFact(absl::string_view fact);

// Reads facts fresh from the services that own them, all at the same time. A service that does not
// answer leaves its facts out: they are unknown, and `missing` says why.
class RemoteFactReader : public rule::FactReader {
 public:
  // `call` is passed on; both must outlive the reader.
  RemoteFactReader(Peers& peers, const Call& call) : peers_(peers), call_(call) {}

  absl::StatusOr<std::vector<fact::v1::FactReading>> Read(absl::Span<const rule::FactRead> reads,
                                                          const rule::Moment& moment) override;

  // What kept services from answering, by service, of all reads so far.
  const std::map<std::string, absl::Status>& missing() const { return missing_; }

 private:
  Peers& peers_;
  const Call& call_;
  std::map<std::string, absl::Status> missing_;
};

// Lists the facts that `services` own, page by page. UNAVAILABLE (or another error of a service)
// when one of them does not answer: a catalog with holes would refuse good rules.
absl::StatusOr<rule::FactCatalog> FetchCatalog(Peers& peers, const Call& call,
                                               const std::vector<std::string>& services);

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_REMOTE_FACTS_H_
