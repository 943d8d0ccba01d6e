#ifndef BANSO_COMMON_RULE_OWNER_REQUESTS_H_
#define BANSO_COMMON_RULE_OWNER_REQUESTS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "banso/fact/v1/fact.pb.h"
#include "common/rule/evaluate.h"

namespace banso::rule {

// Some reads in the form that FactsService takes: queries about one subject, to one owner.
struct OwnerRequest {
  // The first word of the facts' names, such as `account`: it says which service owns them.
  std::string owner;
  // One subject, 1 to 200 queries, with the moment's `as_of` and `known_at`.
  fact::v1::GetFactsRequest request;
  // Which of the reads each query is: reading i of the answer belongs to reads[indices[i]].
  std::vector<size_t> indices;
};

// Sorts reads into requests, for a FactReader that asks services. By owner and subject; more than
// 200 queries to one owner about one subject become several requests.
std::vector<OwnerRequest> RequestsByOwner(absl::Span<const FactRead> reads, const Moment& moment);

// `account` of `account.segment`.
std::string OwnerOf(absl::string_view fact);

}  // namespace banso::rule

#endif  // BANSO_COMMON_RULE_OWNER_REQUESTS_H_
