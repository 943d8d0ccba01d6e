#ifndef BANSO_SERVICES_HEALTH_STORE_FACT_CHANGE_H_
#define BANSO_SERVICES_HEALTH_STORE_FACT_CHANGE_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/type/v1/value.pb.h"

namespace banso::health {

// A fact of this service as it is from a time on: that it has this value, or (nothing) that it is
// not known any more. `source` is the resource that it comes from.
fact::v1::FactChange MakeChange(absl::string_view subject, std::string fact,
                                std::optional<type::v1::Value> value, absl::Time occurred,
                                absl::string_view source);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_FACT_CHANGE_H_
