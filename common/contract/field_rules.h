#ifndef BANSO_COMMON_CONTRACT_FIELD_RULES_H_
#define BANSO_COMMON_CONTRACT_FIELD_RULES_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

// Enforces the constraints that the protos state as options (banso/type/v1/rules.proto). The rules
// of a message type are compiled once per process into a plan; checking a message follows the plan
// and builds texts only for violations. All functions are thread-safe for different messages.
//
// Beyond the options, everywhere:
//  - text is valid UTF-8 without control characters, at most 4,000 characters unless stated;
//  - enum values are ones that the enum has;
//  - numbers are neither NaN nor infinite;
//  - a banso.type.v1.Date is a day that exists, the keys of a banso.type.v1.LocalizedText are
//    language tags, google.protobuf's Timestamp and Duration are within their documented range;
//  - messages nest at most 50 levels deep.
//
// Rules about text (`form`, lengths) hold for each item of a list and each value of a map. Empty
// text counts as absent: it is governed by `required` alone; as an item of a list it is refused
// where the list is required or has a form other than free text.
namespace banso::contract {

// Checks and normalizes a request as it came from the caller, in place: text is brought into
// Unicode normalization form C, and fields marked `output_only` are cleared.
//
// A request with a field `update_mask` is a partial update: in its resource (the field whose
// message has the `resource` option) only what the caller sends is checked, `required` not being
// enforced, and the mask's paths must be ones that a caller may write (see CheckMask). ApplyMask
// then checks the merged resource as a whole.
//
// Returns OK, or INVALID_ARGUMENT with all violations; INTERNAL if the proto states rules that
// make no sense (see CompileRules).
absl::Status Check(google::protobuf::Message* request);

// Checks a whole resource that is about to be stored: as Check, but fields marked `output_only`
// are kept and not looked at. Paths begin with `field` ("account"), unless that is empty.
absl::Status CheckResource(absl::string_view field, google::protobuf::Message* resource);

// Compiles the rules of a message type and of all types it contains, so that the first call does
// not pay for it. Returns INTERNAL with one sentence per fault if the proto states rules that make
// no sense, such as a length of a number or a pattern that is none.
absl::Status CompileRules(const google::protobuf::Descriptor* descriptor);

// Clears every field marked `sensitive`, at any depth: for logs, and when a person is erased.
void ClearSensitive(google::protobuf::Message* message);

}  // namespace banso::contract

#endif  // BANSO_COMMON_CONTRACT_FIELD_RULES_H_
