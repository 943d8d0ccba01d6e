#ifndef BANSO_SERVICES_HEALTH_API_METRICS_INGEST_H_
#define BANSO_SERVICES_HEALTH_API_METRICS_INGEST_H_

#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "banso/health/v1/metrics_service.pb.h"
#include "common/contract/call.h"
#include "common/storage/database.h"
#include "services/health/domain/sample_rules.h"
#include "services/health/store/samples.h"
#include "services/health/store/store.h"

namespace banso::health {

// Takes the messages of one IngestSamples stream. For one thread.
class IngestRun {
 public:
  // Both must outlive the run.
  IngestRun(storage::Database& database, const Store& store) : database_(database), store_(store) {}

  // Stores the good samples of a message, durably, and counts the others. Samples are normalized in
  // place. An error means that nothing of the message was stored.
  absl::Status Add(const Call& call, v1::IngestSamplesRequest& message);

  // What has become of all messages so far.
  const v1::IngestSamplesResponse& response() const { return response_; }

 private:
  struct Account {
    std::string name;
    absl::TimeZone zone;
    // Whether a sample was stored for it.
    bool touched = false;
  };
  // What a message does, taken over when it is committed.
  struct Batch;

  absl::Status AddSample(storage::Writer& writer, v1::Sample& sample, Batch& batch);
  absl::StatusOr<std::optional<SampleFault>> StoreSample(storage::Writer& writer,
                                                         v1::Sample& sample, Batch& batch);
  absl::StatusOr<const v1::Metric*> FindMetric(storage::Reader& reader, const std::string& name,
                                               Batch& batch) const;
  absl::StatusOr<Account*> FindAccount(storage::Reader& reader, const v1::Sample& sample,
                                       Batch& batch) const;
  absl::StatusOr<SampleFault> UnknownMetric(storage::Reader& reader, const std::string& name) const;
  absl::StatusOr<SampleFault> UnknownAccount(storage::Reader& reader, const v1::Sample& sample,
                                             Batch& batch) const;

  storage::Database& database_;
  const Store& store_;
  v1::IngestSamplesResponse response_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_METRICS_INGEST_H_
