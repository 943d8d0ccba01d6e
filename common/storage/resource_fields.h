#ifndef BANSO_COMMON_STORAGE_RESOURCE_FIELDS_H_
#define BANSO_COMMON_STORAGE_RESOURCE_FIELDS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/type/v1/revision.pb.h"
#include "google/protobuf/message.h"

// The fields that every resource has, by their names. What a message lacks is left out: reading
// gives nothing, writing does nothing.
namespace banso::storage {

std::string NameOf(const google::protobuf::Message& resource);
void SetName(google::protobuf::Message& resource, absl::string_view name);

std::string EtagOf(const google::protobuf::Message& resource);
void SetEtag(google::protobuf::Message& resource, absl::string_view etag);

// The field `create_time`; nothing when it is not set or the message lacks it.
std::optional<absl::Time> CreateTimeOf(const google::protobuf::Message& resource);
void SetCreateTime(google::protobuf::Message& resource, absl::Time time);
void SetUpdateTime(google::protobuf::Message& resource, absl::Time time);

// The field `revision`; null when the message lacks it. As a message of its own type.
type::v1::Revision* MutableRevision(google::protobuf::Message& resource);

// The etag of a resource that was written `revision` times, the last time at `position`; no two
// states of a name share one, even if it is deleted and created again.
std::string MakeEtag(int64_t revision, int64_t position);

// Reads a resource from the bytes that were stored; DATA_LOSS when they are none of its kind.
absl::Status ParseStored(absl::string_view data, google::protobuf::Message& resource);

// Returns true if two messages of one kind differ at most in what ClearBookkeeping clears.
bool SameContent(const google::protobuf::Message& a, const google::protobuf::Message& b);

// Clears etag, create_time, update_time and revision: what is left is what the author wrote.
void ClearBookkeeping(google::protobuf::Message& resource);

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_RESOURCE_FIELDS_H_
