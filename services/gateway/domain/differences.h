#ifndef BANSO_SERVICES_GATEWAY_DOMAIN_DIFFERENCES_H_
#define BANSO_SERVICES_GATEWAY_DOMAIN_DIFFERENCES_H_

#include <vector>

#include "banso/gateway/v1/gateway_service.pb.h"
#include "google/protobuf/message.h"

namespace banso::gateway {

// What was written differently in two messages of one type, in the order of their fields; what the
// server sets (fields that are output-only, etags) is left out, and so is what only a later version
// knows.
std::vector<v1::Difference> DifferencesOf(const google::protobuf::Message& before,
                                          const google::protobuf::Message& after);

}  // namespace banso::gateway

#endif  // BANSO_SERVICES_GATEWAY_DOMAIN_DIFFERENCES_H_
