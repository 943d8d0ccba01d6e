#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/handoff/api/completions_api.h"

namespace banso::handoff {

using storage::Reader;
using v1::Completion;

absl::StatusOr<Case> CompletionsApi::OpenCase(Reader& reader, const std::string& completion,
                                              absl::Time now) const {
  BANSO_ASSIGN_OR_RETURN(Case the_case, store_.LoadCase(reader, completion, now));
  BANSO_RETURN_IF_ERROR(CheckOpen(the_case.completion));
  return the_case;
}

absl::StatusOr<Completion> CompletionsApi::GetCompletion(const Call& /*call*/,
                                                         const v1::GetCompletionRequest& request) {
  return storage::Fetch<Completion>(
      database_, [&](Reader& reader) { return store_.completions.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListCompletionsResponse> CompletionsApi::ListCompletions(
    const Call& /*call*/, const v1::ListCompletionsRequest& request) {
  storage::ListQuery query = storage::QueryOf(request);
  if (request.states_size() > 0) {
    query.filters.push_back(storage::InEnums("state", request.states()));
  }
  if (!request.owner().empty()) query.filters.push_back(storage::Equal("owner", request.owner()));
  if (absl::StrContains(request.criteria_set(), "@")) {
    query.filters.push_back(storage::Equal("criteria_set", request.criteria_set()));
  } else if (!request.criteria_set().empty()) {
    query.filters.push_back(
        storage::StartsWith("criteria_set", absl::StrCat(request.criteria_set(), "@")));
  }
  return storage::ListPage(database_, store_.completions, query,
                           &v1::ListCompletionsResponse::mutable_completions);
}

absl::StatusOr<v1::EvaluateReadinessResponse> CompletionsApi::EvaluateReadiness(
    const Call& call, const v1::EvaluateReadinessRequest& request) {
  BANSO_ASSIGN_OR_RETURN(const Case the_case, storage::Fetch<Case>(database_, [&](Reader& reader) {
                           return store_.LoadCase(reader, request.name(), call.now);
                         }));
  v1::EvaluateReadinessResponse response;
  if (the_case.completion.has_readiness()) {
    *response.mutable_readiness() = the_case.completion.readiness();
    return response;
  }
  rule::Moment moment;
  Findings findings;
  BANSO_ASSIGN_OR_RETURN(*response.mutable_readiness(),
                         inquiry_.Evaluate(call, the_case, &moment, &findings));
  return response;
}

}  // namespace banso::handoff
