#ifndef BANSO_COMMON_SERVER_GRPC_STATUS_H_
#define BANSO_COMMON_SERVER_GRPC_STATUS_H_

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

// The one place where our statuses and gRPC's meet. For the adapters of this library only.
namespace banso::server::internal {

// Code, message and details as they travel. An error without details gets an ErrorInfo; the cause
// of an internal error stays here.
grpc::Status ToGrpcStatus(const absl::Status& status);

// The other way round. Details that cannot be read are left out.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace banso::server::internal

#endif  // BANSO_COMMON_SERVER_GRPC_STATUS_H_
