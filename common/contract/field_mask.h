#ifndef BANSO_COMMON_CONTRACT_FIELD_MASK_H_
#define BANSO_COMMON_CONTRACT_FIELD_MASK_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"

// Partial updates (AIP-134, AIP-161). A path names a field, or a field within a message field
// (`profile.sites`); lists and maps are named and replaced as a whole. `*` stands for everything.
namespace banso::contract {

// Checks that every path of `mask` names something in `descriptor` that a caller may write.
// Violations of the field `mask_field` ("update_mask") for each path that is unknown, goes into a
// list or map, or names a field marked `output_only`.
absl::Status CheckMask(const google::protobuf::FieldMask& mask,
                       const google::protobuf::Descriptor* descriptor,
                       absl::string_view mask_field = "update_mask");

// Changes `target`, the stored resource, to what the update says, and checks the result as a
// whole. `patch`, of the same type, is the resource in the request, `field` its name there
// ("account").
//  - An empty mask means the fields that are set in `patch`; `*` means all fields.
//  - A named field that `patch` leaves empty is cleared.
//  - A message field is replaced as a whole, except that what the server sets in it stays.
//  - `name`, `etag` and fields marked `output_only` never change.
//  - A field marked `immutable` may be named only with the value it has; `*` leaves it alone when
//    `patch` does not set it.
// On an error (INVALID_ARGUMENT with all violations) `target` is left unchanged.
absl::Status ApplyMask(const google::protobuf::FieldMask& mask,
                       const google::protobuf::Message& patch, absl::string_view field,
                       google::protobuf::Message* target);

}  // namespace banso::contract

#endif  // BANSO_COMMON_CONTRACT_FIELD_MASK_H_
