#include "common/server/proxy.h"

namespace banso::server {

Router ProxyService(const google::protobuf::ServiceDescriptor* service, Peer& peer,
                    const Admission& admission) {
  Router router(service);
  router.Forward(peer, admission);
  return router;
}

}  // namespace banso::server
