#include "common/server/wire.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "grpcpp/support/proto_buffer_reader.h"
#include "grpcpp/support/proto_buffer_writer.h"
#include "grpcpp/support/slice.h"

namespace banso::server::internal {

absl::Status Parse(const grpc::ByteBuffer& bytes, google::protobuf::Message* message) {
  // The reader takes a pointer that is not const, but only reads.
  grpc::ProtoBufferReader reader(const_cast<grpc::ByteBuffer*>(&bytes));
  if (reader.status().ok() && message->ParseFromZeroCopyStream(&reader)) return absl::OkStatus();
  return contract::Error(
      absl::StatusCode::kInvalidArgument, "MALFORMED_MESSAGE",
      absl::StrCat("The bytes received are not a valid ", message->GetDescriptor()->full_name(),
                   ": check the encoding, and that all text is UTF-8."));
}

absl::Status Serialize(const google::protobuf::Message& message, grpc::ByteBuffer* bytes) {
  const size_t size = message.ByteSizeLong();
  if (size > static_cast<size_t>(INT32_MAX)) {
    return contract::Internal(
        absl::StrCat("an answer of type ", message.GetDescriptor()->full_name(), " is too large"));
  }
  grpc::Slice slice(size);
  {
    google::protobuf::io::ArrayOutputStream array(const_cast<uint8_t*>(slice.begin()),
                                                  static_cast<int>(size));
    // Writes its last bytes when it goes.
    google::protobuf::io::CodedOutputStream output(&array);
    // Maps have no order of their own: the same answer given again is the same bytes.
    output.SetSerializationDeterministic(true);
    message.SerializeWithCachedSizes(&output);
  }
  *bytes = grpc::ByteBuffer(&slice, 1);
  return absl::OkStatus();
}

grpc::ByteBuffer ToByteBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string ToString(const grpc::ByteBuffer& bytes) {
  std::vector<grpc::Slice> slices;
  if (!bytes.Valid() || !bytes.Dump(&slices).ok()) return "";
  std::string text;
  text.reserve(bytes.Length());
  for (const grpc::Slice& slice : slices) {
    text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return text;
}

}  // namespace banso::server::internal
