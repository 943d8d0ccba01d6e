#include "common/server/proxy.h"

#include <utility>

namespace banso::server {

Router ProxyService(const google::protobuf::ServiceDescriptor* service, Peer& peer,
                    Admission admission) {
  Router router(service);
  router.Forward(peer, std::move(admission));
  return router;
}

}  // namespace banso::server
