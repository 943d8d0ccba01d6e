#ifndef BANSO_SERVICES_HEALTH_API_OWN_FACTS_H_
#define BANSO_SERVICES_HEALTH_API_OWN_FACTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/server/facts_service.h"
#include "services/health/store/fact_reader.h"
#include "services/health/store/store.h"

namespace banso::health {

// Answers all facts of this service: metrics and judgements from what was recorded, labels and
// scores from its log; those of an account whose turn is due are worked out on the spot, so that
// whoever asks for the present never reads what is no longer true.
class OwnFacts : public server::FactProvider {
 public:
  // The store must outlive this.
  explicit OwnFacts(const Store& store) : store_(store) {}

  bool Owns(absl::string_view fact) const override;
  absl::StatusOr<std::vector<fact::v1::FactReading>> Read(storage::Reader& reader,
                                                          const fact::v1::GetFactsRequest& request,
                                                          absl::Time now) override;

 private:
  const Store& store_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_OWN_FACTS_H_
