#ifndef BANSO_TESTS_CONFORMANCE_VARIANTS_H_
#define BANSO_TESTS_CONFORMANCE_VARIANTS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/conformance/rpcs.h"

// Other requests made of an example that are valid, too. Each returns null where there is no such
// variant of this request.
namespace banso::conformance {

// With another request id.
MessagePtr WithRequestId(const google::protobuf::Message& request, absl::string_view id);
// With an etag that no resource has.
MessagePtr WithStaleEtag(const google::protobuf::Message& request);
// With a value in every field that the server sets itself: means the same.
MessagePtr WithOutputOnlySet(const google::protobuf::Message& request);
// With its free text in normalization form D: means the same.
MessagePtr Decomposed(const google::protobuf::Message& request);
// With the same request id, and one field that says something else.
MessagePtr WithOtherBody(const google::protobuf::Message& request);

// A request that differs in one field, and the field's path.
struct Changed {
  std::string field;
  MessagePtr request;
};

// Updates of what is stored: each changes one of its fields that may only be set at creation, once
// without a mask by another value and once by a mask that names the field, which the update leaves
// empty. Paths begin with the resource (`account.kind`); its name is passed over.
std::vector<Changed> WithImmutableChanged(const google::protobuf::Message& update,
                                          const google::protobuf::Message& stored);

// A question for a single item per page, without filters that may be left out, and of all parents
// where one may ask for all.
MessagePtr FirstOfAll(const google::protobuf::Message& request);
// The filters that FirstOfAll leaves out: what may be left out but for size, token and request id.
std::vector<const google::protobuf::FieldDescriptor*> FiltersOf(
    const google::protobuf::Descriptor* request);
// `question`, which has no filters, with each of its filters by itself: as `example` has it, or
// with some value that the field's rules allow.
std::vector<Changed> WithEachFilter(const google::protobuf::Message& question,
                                    const google::protobuf::Message& example);
// The page token in an answer to such a question; empty when there is none.
std::string NextPageToken(const google::protobuf::MethodDescriptor* method,
                          const std::string& reply);
MessagePtr WithPageToken(const google::protobuf::Message& request, absl::string_view token);

// Clears what is shown once and never again: secrets that the server makes.
void ClearOneTimeSecrets(google::protobuf::Message* message);

}  // namespace banso::conformance

#endif  // BANSO_TESTS_CONFORMANCE_VARIANTS_H_
