#include "services/gateway/api/revisions.h"

#include <memory>

#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "google/protobuf/message.h"
#include "services/gateway/api/part_client.h"
#include "services/gateway/domain/differences.h"
#include "services/gateway/domain/program_parts.h"

namespace banso::gateway {

absl::StatusOr<v1::DiffRevisionsResponse> DiffRevisions(server::Peers& peers, const Call& call,
                                                        const v1::DiffRevisionsRequest& request) {
  const google::protobuf::Descriptor* kind = RevisionedKind(request.before());
  if (kind == nullptr) {
    return contract::InvalidField("before", request.before(), "a revision such as `surveys/x@2`",
                                  "NOT_ACCEPTED");
  }
  if (RevisionedKind(request.after()) != kind) {
    return contract::InvalidField("after", request.after(),
                                  "a revision of the same kind as `before`", "NOT_ACCEPTED");
  }
  BANSO_ASSIGN_OR_RETURN(const std::unique_ptr<google::protobuf::Message> before,
                         GetResource(peers, call, *kind, request.before()));
  BANSO_ASSIGN_OR_RETURN(const std::unique_ptr<google::protobuf::Message> after,
                         GetResource(peers, call, *kind, request.after()));
  v1::DiffRevisionsResponse response;
  *response.mutable_before() = RevisionOf(*before);
  *response.mutable_after() = RevisionOf(*after);
  for (v1::Difference& difference : DifferencesOf(*before, *after)) {
    *response.add_differences() = std::move(difference);
  }
  return response;
}

}  // namespace banso::gateway
