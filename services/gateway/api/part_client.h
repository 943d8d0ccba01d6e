#ifndef BANSO_SERVICES_GATEWAY_API_PART_CLIENT_H_
#define BANSO_SERVICES_GATEWAY_API_PART_CLIENT_H_

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/type/v1/revision.pb.h"
#include "common/contract/call.h"
#include "common/contract/errors.h"
#include "common/server/client.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "services/gateway/domain/program_parts.h"

namespace banso::gateway {

// What goes with the saving of a part.
struct SaveOptions {
  // Why the program is applied.
  std::string reason;
  // The same for every attempt.
  std::string request_id;
  // The types of the facts that its rules read.
  std::vector<fact::v1::FactType> fact_types;
  // The names of the program's parts: it may refer to them before they are saved.
  std::vector<std::string> resources;
};

// What stands at the service under the name of a part.
struct Standing {
  // What is in force: its revision (`scoreModels/onboarding@2`), or the name of a part that has no
  // revisions. Empty: nothing.
  std::string in_force;
  // True when exactly the part is in force, so that there is nothing to do.
  bool same = false;
};

// One part of a program at the service that keeps it. Errors are the service's own, or UNAVAILABLE.
class PartClient {
 public:
  virtual ~PartClient() = default;

  virtual absl::StatusOr<Standing> Look(const Call& call) = 0;
  // Has the service check the part and stores nothing; what is wrong goes to `violations` with
  // paths into the program. An error when the service cannot tell.
  virtual absl::Status Check(const Call& call, const SaveOptions& options,
                             contract::Violations* violations) = 0;
  // Saves the part as a draft and returns the name of its revision; a part that has no revisions is
  // in force from then on, and the name is the part's own.
  virtual absl::StatusOr<std::string> Save(const Call& call, const SaveOptions& options) = 0;
  // Puts a saved revision in force.
  virtual absl::Status Activate(const Call& call, const std::string& revision,
                                const std::string& request_id) = 0;
};

// The client of `part`, which must outlive it, as must `peers`. Not for kReclassification.
std::unique_ptr<PartClient> MakePartClient(server::Peers& peers, const Part& part);

// The revisions in force that are of a kind in `kinds` and of no resource in `named`, by kind and
// name.
absl::StatusOr<std::vector<std::string>> OthersInForce(
    server::Peers& peers, const Call& call,
    const std::vector<const google::protobuf::Descriptor*>& kinds,
    const std::set<std::string>& named);

// The resource of a kind that has a Get<Kind>, by its name. Errors are the service's own, or
// UNAVAILABLE.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> GetResource(
    server::Peers& peers, const Call& call, const google::protobuf::Descriptor& kind,
    const std::string& name);

// The revision that a resource of a revisioned kind is.
const type::v1::Revision& RevisionOf(const google::protobuf::Message& resource);

// Classifies every account anew; returns whether any moved.
absl::StatusOr<bool> ReclassifyAll(server::Peers& peers, const Call& call,
                                   const std::string& request_id);

}  // namespace banso::gateway

#endif  // BANSO_SERVICES_GATEWAY_API_PART_CLIENT_H_
