#ifndef BANSO_COMMON_SERVER_FACTS_SERVICE_H_
#define BANSO_COMMON_SERVER_FACTS_SERVICE_H_

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/fact/v1/fact.pb.h"
#include "common/server/router.h"
#include "common/server/stream.h"
#include "common/storage/database.h"
#include "common/storage/fact_log.h"

namespace banso::server {

// Answers facts that a service owns but does not keep in its FactLog, such as metrics that are
// worked out from samples.
class FactProvider {
 public:
  virtual ~FactProvider() = default;
  // True for the facts it answers.
  virtual bool Owns(absl::string_view fact) const = 0;
  // One reading per subject and query, subject by subject, in the order asked. `request` holds only
  // queries about facts that it owns.
  virtual absl::StatusOr<std::vector<fact::v1::FactReading>> Read(
      storage::Reader& reader, const fact::v1::GetFactsRequest& request, absl::Time now) = 0;
};

// The facts that a service owns, sorted by name.
using FactTypes = std::shared_ptr<const std::vector<fact::v1::FactType>>;

struct FactsServiceOptions {
  storage::Database* database = nullptr;
  const storage::FactLog* log = nullptr;
  // Returns the facts owned at the moment; asked for each call, so it should remember its answer.
  std::function<absl::StatusOr<FactTypes>(storage::Reader&)> types = {};
  // Returns the kind of subject of a fact that is this service's although `types` does not have it,
  // because nothing of it has been recorded: it is unknown. UNSPECIFIED for any other. May be
  // empty.
  std::function<fact::v1::SubjectKind(absl::string_view fact)> undeclared = {};
  // May be null.
  FactProvider* provider = nullptr;
  // Opens the stream of WatchFacts; empty: a storage::FactFeed over `log`.
  std::function<absl::StatusOr<std::unique_ptr<Feed<fact::v1::WatchFactsResponse>>>(
      const Call&, const fact::v1::WatchFactsRequest&)>
      watch = {};
};

// Returns a `types` function for facts that never change. They need not be sorted.
std::function<absl::StatusOr<FactTypes>(storage::Reader&)> FixedFactTypes(
    std::vector<fact::v1::FactType> types);

// Returns a stream of the log's changes; see FactsServiceOptions::watch.
absl::StatusOr<std::unique_ptr<Feed<fact::v1::WatchFactsResponse>>> WatchFactLog(
    storage::Database& database, const storage::FactLog& log,
    const fact::v1::WatchFactsRequest& request);

// Handlers of banso.fact.v1.FactsService. What `options` points to must outlive the server.
Router FactsRouter(FactsServiceOptions options);

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_FACTS_SERVICE_H_
