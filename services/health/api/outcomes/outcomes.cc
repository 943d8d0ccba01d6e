#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/field_rules.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/health/api/change_of.h"
#include "services/health/api/lists.h"
#include "services/health/api/outcomes/outcomes_api.h"
#include "services/health/domain/outcomes/outcome_rules.h"

namespace banso::health {

using storage::Reader;
using storage::Writer;
using v1::Outcome;

namespace {

constexpr int kMaxRows = 1000;
constexpr int kMaxErrors = 1000;

enum class RowOutcome { kStored, kDuplicate };

absl::StatusOr<Outcome> StoreNew(const Store& store, Writer& writer, Outcome outcome) {
  if (!outcome.has_known_time()) {
    *outcome.mutable_known_time() = calendar::ToTimestamp(writer.now());
  }
  return store.outcomes.Create(writer, std::move(outcome));
}

// Stores one row of an import. What is wrong with the row is INVALID_ARGUMENT.
absl::StatusOr<RowOutcome> StoreRow(const Store& store, Writer& writer, Outcome row) {
  if (row.name().empty()) {
    return contract::InvalidField("name", "", "accounts/{account}/outcomes/{outcome}", "REQUIRED");
  }
  BANSO_RETURN_IF_ERROR(contract::Check(&row));
  const std::string account = contract::Parent(row.name());
  BANSO_ASSIGN_OR_RETURN(const bool known, store.accounts.headers.Exists(writer, account));
  if (!known) {
    return contract::InvalidField("name", row.name(), "an outcome of an account that is known",
                                  "UNKNOWN_ACCOUNT");
  }
  BANSO_RETURN_IF_ERROR(CheckOutcome(row, account, writer.now()));
  // A list may name an account still that was merged into another.
  BANSO_ASSIGN_OR_RETURN(*row.mutable_name(), store.accounts.KeptName(writer, row.name()));
  BANSO_ASSIGN_OR_RETURN(const std::optional<Outcome> stored,
                         store.outcomes.Find(writer, row.name()));
  if (!stored.has_value()) {
    BANSO_RETURN_IF_ERROR(StoreNew(store, writer, std::move(row)).status());
    return RowOutcome::kStored;
  }
  if (SameOutcome(*stored, row)) return RowOutcome::kDuplicate;
  return contract::InvalidField("name", row.name(),
                                "a name of its own, or the same content as was stored under it",
                                "NAME_TAKEN");
}

void AddError(const absl::Status& status, int64_t index, v1::ImportOutcomesResponse& response) {
  response.set_rejected(response.rejected() + 1);
  if (response.errors_size() >= kMaxErrors) return;
  v1::OutcomeError* error = response.add_errors();
  error->set_index(index);
  const std::vector<contract::FieldViolation> violations = contract::FieldViolations(status);
  if (violations.empty()) {
    error->set_message(std::string(status.message()));
    error->set_reason(contract::Reason(status));
    return;
  }
  error->set_field(violations.front().field);
  error->set_message(violations.front().description);
  error->set_reason(violations.front().reason);
}

}  // namespace

absl::StatusOr<Outcome> OutcomesApi::CreateOutcome(const Call& call,
                                                   const v1::CreateOutcomeRequest& request) {
  contract::Violations violations;
  violations.AddAll("outcome", CheckOutcome(request.outcome(), request.parent(), call.now));
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  return storage::Mutate<Outcome>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Outcome> {
        BANSO_RETURN_IF_ERROR(store_.accounts.CheckOpen(writer, request.parent()));
        Outcome outcome = request.outcome();
        outcome.set_name(contract::Join(request.parent(), "outcomes",
                                        contract::IdOrNew(request.outcome_id(), ids_)));
        return StoreNew(store_, writer, std::move(outcome));
      });
}

absl::StatusOr<Outcome> OutcomesApi::GetOutcome(const Call&, const v1::GetOutcomeRequest& request) {
  return storage::Fetch<Outcome>(
      database_, [&](Reader& reader) { return store_.outcomes.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListOutcomesResponse> OutcomesApi::ListOutcomes(
    const Call&, const v1::ListOutcomesRequest& request) {
  storage::ListQuery query = PageOf(request);
  query.parent = request.parent();
  query.order_by = "occurred";
  if (request.kinds_size() > 0) query.filters.push_back(storage::InEnums("kind", request.kinds()));
  if (!request.result().empty()) {
    query.filters.push_back(storage::Equal("result", request.result()));
  }
  if (request.has_occurred_from()) {
    query.filters.push_back(
        storage::AtLeast("occurred", storage::Value(calendar::ToTime(request.occurred_from()))));
  }
  return storage::Fetch<v1::ListOutcomesResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::ListOutcomesResponse> {
        BANSO_ASSIGN_OR_RETURN(storage::Page<Outcome> page, store_.outcomes.List(reader, query));
        return ToResponse<v1::ListOutcomesResponse>(std::move(page),
                                                    &v1::ListOutcomesResponse::mutable_outcomes);
      });
}

absl::StatusOr<v1::DeleteOutcomeResponse> OutcomesApi::DeleteOutcome(
    const Call& call, const v1::DeleteOutcomeRequest& request) {
  return ChangeOf<v1::DeleteOutcomeResponse>(
      store_, database_, call, request,
      [&](Writer& writer) -> absl::StatusOr<v1::DeleteOutcomeResponse> {
        BANSO_RETURN_IF_ERROR(store_.outcomes.Delete(writer, request.name(), request.etag()));
        return v1::DeleteOutcomeResponse();
      });
}

absl::Status OutcomesApi::Import(const Call& call, const v1::ImportOutcomesRequest& message,
                                 v1::ImportOutcomesResponse& response) {
  if (message.outcomes_size() > kMaxRows) {
    return contract::InvalidField("outcomes", absl::StrCat(message.outcomes_size(), " outcomes"),
                                  absl::StrCat("at most ", kMaxRows, " outcomes in a message"));
  }
  v1::ImportOutcomesResponse after;
  const auto store_rows = [&](Writer& writer) -> absl::Status {
    after = response;
    for (const Outcome& row : message.outcomes()) {
      const int64_t index = after.received();
      after.set_received(index + 1);
      const auto stored = StoreRow(store_, writer, row);
      if (absl::IsInvalidArgument(stored.status())) {
        AddError(stored.status(), index, after);
        continue;
      }
      BANSO_RETURN_IF_ERROR(stored.status());
      if (*stored == RowOutcome::kStored) {
        after.set_stored(after.stored() + 1);
      } else {
        after.set_duplicates(after.duplicates() + 1);
      }
    }
    return absl::OkStatus();
  };
  BANSO_RETURN_IF_ERROR(database_.Write(call, store_rows).status());
  response = std::move(after);
  return absl::OkStatus();
}

absl::StatusOr<v1::ImportOutcomesResponse> OutcomesApi::ImportOutcomes(
    const Call& call, server::Source<v1::ImportOutcomesRequest>& source) {
  v1::ImportOutcomesResponse response;
  v1::ImportOutcomesRequest message;
  while (true) {
    BANSO_ASSIGN_OR_RETURN(const bool more, source.Read(&message));
    if (!more) return response;
    BANSO_RETURN_IF_ERROR(Import(call, message, response));
  }
}

}  // namespace banso::health
