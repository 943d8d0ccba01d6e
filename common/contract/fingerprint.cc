#include "common/contract/fingerprint.h"

#include <sodium.h>

#include <memory>

#include "common/status_macros.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace banso::contract {

std::string Hash(absl::string_view data, int size) {
  BANSO_CHECK(sodium_init() >= 0);
  BANSO_CHECK(size >= static_cast<int>(crypto_generichash_BYTES_MIN) &&
              size <= static_cast<int>(crypto_generichash_BYTES_MAX));
  std::string hash(static_cast<size_t>(size), '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(),
                     reinterpret_cast<const unsigned char*>(data.data()), data.size(), nullptr, 0);
  return hash;
}

std::string DeterministicBytes(const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializePartialToCodedStream(&coded);
  }
  return bytes;
}

std::string Fingerprint(const google::protobuf::Message& message,
                        absl::Span<const absl::string_view> without) {
  if (without.empty()) return Hash(DeterministicBytes(message));
  const std::unique_ptr<google::protobuf::Message> copy(message.New());
  copy->CopyFrom(message);
  for (const absl::string_view name : without) {
    const auto* field = copy->GetDescriptor()->FindFieldByName(std::string(name));
    if (field != nullptr) copy->GetReflection()->ClearField(copy.get(), field);
  }
  return Hash(DeterministicBytes(*copy));
}

}  // namespace banso::contract
