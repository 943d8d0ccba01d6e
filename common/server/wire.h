#ifndef BANSO_COMMON_SERVER_WIRE_H_
#define BANSO_COMMON_SERVER_WIRE_H_

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "grpcpp/support/byte_buffer.h"

// Messages and bytes as gRPC carries them. For the adapters of this library only.
namespace banso::server::internal {

// INVALID_ARGUMENT when the bytes are not a message of that type: broken encoding, text that is not
// UTF-8, nested too deeply.
absl::Status Parse(const grpc::ByteBuffer& bytes, google::protobuf::Message* message);

// INTERNAL when the message cannot be encoded (2 GiB and more).
absl::Status Serialize(const google::protobuf::Message& message, grpc::ByteBuffer* bytes);

grpc::ByteBuffer ToByteBuffer(const std::string& bytes);
std::string ToString(const grpc::ByteBuffer& bytes);

}  // namespace banso::server::internal

#endif  // BANSO_COMMON_SERVER_WIRE_H_
