#include "services/health/store/fact_change.h"

#include <utility>

#include "common/calendar/proto_time.h"

namespace banso::health {

fact::v1::FactChange MakeChange(absl::string_view subject, std::string fact,
                                std::optional<type::v1::Value> value, absl::Time occurred,
                                absl::string_view source) {
  fact::v1::FactChange change;
  change.set_subject(std::string(subject));
  change.set_fact(std::move(fact));
  if (value.has_value()) *change.mutable_value() = *std::move(value);
  *change.mutable_occurred_time() = calendar::ToTimestamp(occurred);
  change.set_source(std::string(source));
  return change;
}

}  // namespace banso::health
