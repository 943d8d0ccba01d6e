#ifndef BANSO_COMMON_SERVER_PROXY_H_
#define BANSO_COMMON_SERVER_PROXY_H_

#include <memory>

#include "common/server/client.h"
#include "common/server/router.h"
#include "google/protobuf/descriptor.h"

namespace banso::server {

// Answers every RPC of `service` by asking `peer`: unary, server-streaming and client-streaming
// calls pass through byte for byte, without being parsed and without holding a thread. Passed on:
// the deadline (less a margin), who acts, request id and trace, cancellation; passed back: the
// status with its details. `admission` runs first, on the executor, and may refuse; it may read the
// database. Some methods can be handled here instead: register them in the router before
// Router::Forward.
//
// `peer` must outlive the server.
Router ProxyService(const google::protobuf::ServiceDescriptor* service, Peer& peer,
                    const Admission& admission = nullptr);

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_PROXY_H_
