#ifndef BANSO_COMMON_CONTRACT_PAGE_TOKEN_H_
#define BANSO_COMMON_CONTRACT_PAGE_TOKEN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

// Page tokens and resume tokens: opaque to callers, bound to the store and the question that they
// belong to, and checked against damage. They keep nothing secret.
namespace banso::contract {

// What a token belongs to.
struct TokenScope {
  // The identity of the store; a restored backup has another.
  std::string store_epoch;
  // The question, usually made by QueryKey. Empty for a stream that has only one.
  std::string query;
};

// Returns a key of the question that `request` to `method` asks: equal for requests that differ
// only in `page_size`, `page_token`, `resume_token` and `request_id`.
std::string QueryKey(absl::string_view method, const google::protobuf::Message& request);

// Returns a token in URL-safe characters. `position` is any bytes; n of them make a token of about
// 4/3 n + 50 characters.
std::string EncodePageToken(const TokenScope& scope, absl::string_view position);
// Returns the position in `token`. INVALID_ARGUMENT (INVALID_PAGE_TOKEN) for the field
// `page_token` if the token is damaged, or belongs to another question or store.
absl::StatusOr<std::string> DecodePageToken(const TokenScope& scope, absl::string_view token);

// Returns a token in URL-safe characters, never equal to a page token.
std::string EncodeResumeToken(const TokenScope& scope, absl::string_view position);
// Returns the position in `token`. INVALID_ARGUMENT (INVALID_RESUME_TOKEN) for the field
// `resume_token` if it is damaged or belongs to another question; OUT_OF_RANGE
// (RESUME_TOKEN_EXPIRED) if it belongs to another store: the stream must begin again.
absl::StatusOr<std::string> DecodeResumeToken(const TokenScope& scope, absl::string_view token);

}  // namespace banso::contract

#endif  // BANSO_COMMON_CONTRACT_PAGE_TOKEN_H_
