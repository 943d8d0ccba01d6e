#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/rubrics_api.h"
#include "services/accounts/domain/rubric.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::RolePlayRubric;

absl::StatusOr<RolePlayRubric> RubricsApi::SaveRolePlayRubric(
    const Call& call, const v1::SaveRolePlayRubricRequest& request) {
  const RolePlayRubric& rubric = request.role_play_rubric();
  contract::Violations violations;
  CheckRubric(rubric, &violations);
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  if (request.validate_only()) return rubric;
  return storage::Mutate<RolePlayRubric>(database_, call, request, [&](Writer& writer) {
    return store_.team.rubrics.Save(writer, rubric, request.reason(), rubric.etag());
  });
}

absl::StatusOr<RolePlayRubric> RubricsApi::ActivateRolePlayRubric(
    const Call& call, const v1::ActivateRolePlayRubricRequest& request) {
  return storage::Mutate<RolePlayRubric>(database_, call, request, [&](Writer& writer) {
    return store_.team.rubrics.Activate(writer, request.name(), writer.now());
  });
}

absl::StatusOr<RolePlayRubric> RubricsApi::GetRolePlayRubric(
    const Call& call, const v1::GetRolePlayRubricRequest& request) {
  return storage::Fetch<RolePlayRubric>(database_, [&](Reader& reader) {
    return store_.team.rubrics.Get(reader, request.name(), call.now);
  });
}

absl::StatusOr<v1::ListRolePlayRubricRevisionsResponse> RubricsApi::ListRolePlayRubricRevisions(
    const Call& call, const v1::ListRolePlayRubricRevisionsRequest& request) {
  return storage::ListRevisionsPage(
      database_, store_.team.rubrics, request, call.now,
      &v1::ListRolePlayRubricRevisionsResponse::mutable_role_play_rubrics);
}

absl::StatusOr<v1::CompareRatersResponse> RubricsApi::CompareRaters(
    const Call& call, const v1::CompareRatersRequest& request) {
  using Response = v1::CompareRatersResponse;
  return storage::Fetch<Response>(database_, [&](Reader& reader) -> absl::StatusOr<Response> {
    BANSO_ASSIGN_OR_RETURN(const RolePlayRubric rubric,
                           store_.team.rubrics.Get(reader, request.name(), call.now));
    const std::string revision = absl::StrCat(rubric.name(), "@", rubric.revision().number());
    BANSO_ASSIGN_OR_RETURN(
        const std::vector<v1::RolePlay> role_plays,
        store_.team.role_plays.All(reader, "", {storage::Equal("rubric", revision)}));
    Response response = accounts::CompareRaters(role_plays);
    response.set_rubric(revision);
    return response;
  });
}

}  // namespace banso::accounts
