// Page tokens and resume tokens, and the values inside them.

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/contract/page_token.h"
#include "common/storage/list_query.h"
#include "common/storage/list_sql.h"
#include "common/storage/resume_point.h"
#include "tests/fuzz/target.h"

namespace banso::fuzz {
namespace {

constexpr char kEpoch[] = "epoch";

const contract::TokenScope& Scope() {
  static const auto& scope = *new contract::TokenScope{kEpoch, "query"};
  return scope;
}

// What a list of notes makes of the token.
absl::StatusOr<storage::ListSql> ListBehind(absl::string_view token) {
  storage::ListQuery query;
  query.order_by = "rank desc, title";
  query.page_token = std::string(token);
  return storage::BuildListSql(
      {.table = "note", .pattern = "shelves/{shelf}/notes/{note}", .columns = {"rank", "title"}},
      query, kEpoch);
}

std::string ListToken() {
  absl::StatusOr<storage::ListSql> first = ListBehind("");
  Require(first.ok(), "the first page needs no token");
  return storage::NextPageToken(*first, {7, "title", "shelves/s/notes/n"});
}

void RunPageToken(absl::string_view input) {
  // As a token of a caller: refused, or one that we have made.
  const absl::StatusOr<std::string> position = contract::DecodePageToken(Scope(), input);
  if (position.ok()) {
    Require(contract::EncodePageToken(Scope(), *position) == input, "a token has one form");
  } else {
    Require(absl::IsInvalidArgument(position.status()), "a bad token is the caller's fault");
  }
  const absl::StatusOr<storage::ListSql> sql = ListBehind(input);
  Require(sql.ok() || absl::IsInvalidArgument(sql.status()), "a bad token of a list");

  // As a position: comes back as it was, and not with a token that has been altered.
  std::string token = contract::EncodePageToken(Scope(), input);
  const absl::StatusOr<std::string> back = contract::DecodePageToken(Scope(), token);
  Require(back.ok() && *back == input, "a position survives its token");
  char& altered = token[input.size() % token.size()];
  altered = altered == 'A' ? 'B' : 'A';
  Require(!contract::DecodePageToken(Scope(), token).ok(), "an altered token is refused");

  // As the bytes in a token, which only a flaw of ours would bring.
  const absl::StatusOr<std::vector<storage::Value>> values = storage::DecodeValues(input);
  if (!values.ok()) return;
  const auto again = storage::DecodeValues(storage::EncodeValues(*values));
  Require(again.ok() && again->size() == values->size(), "values survive their encoding");
}

void RunResumeToken(absl::string_view input) {
  const auto point = storage::DecodeResumePoint(kEpoch, "changes", input);
  Require(
      point.ok() || absl::IsInvalidArgument(point.status()) || absl::IsOutOfRange(point.status()),
      "a bad resume token is refused");
  storage::ResumePoint made;
  made.position = static_cast<int64_t>(input.size());
  made.phase = static_cast<int>(input.size() % 3);
  made.key = std::string(input);
  const std::string token = storage::EncodeResumePoint(kEpoch, "changes", made);
  const auto back = storage::DecodeResumePoint(kEpoch, "changes", token);
  Require(back.ok() && back->key == made.key && back->position == made.position &&
              back->phase == made.phase,
          "a place survives its token");
  Require(!storage::DecodeResumePoint("other", "changes", token).ok(), "another store");
  Require(!storage::DecodeResumePoint(kEpoch, "facts", token).ok(), "another feed");
}

}  // namespace

Target PageTokenTarget() {
  return {"page_token",
          {"", contract::EncodePageToken(Scope(), "position"), ListToken(),
           storage::EncodeValues({7, 1.5, "text", storage::Bytes{"b"}, nullptr})},
          RunPageToken};
}

Target ResumeTokenTarget() {
  storage::ResumePoint point;
  point.position = 12;
  point.key = "shelves/s/notes/n";
  return {"resume_token",
          {"", storage::EncodeResumePoint(kEpoch, "changes", point),
           storage::EncodeResumePoint("other", "changes", point)},
          RunResumeToken};
}

}  // namespace banso::fuzz
