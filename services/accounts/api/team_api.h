#ifndef BANSO_SERVICES_ACCOUNTS_API_TEAM_API_H_
#define BANSO_SERVICES_ACCOUNTS_API_TEAM_API_H_

#include "absl/status/statusor.h"
#include "banso/accounts/v1/team_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/storage/database.h"
#include "services/accounts/store/store.h"

namespace banso::accounts {

// The handlers of banso.accounts.v1.TeamService, one method per RPC and named like it. Requests
// have passed contract::Check. Thread-safe. members.cc holds those of members.
class TeamApi {
 public:
  // All must outlive the handlers.
  TeamApi(storage::Database& database, const Store& store, contract::IdSource& ids)
      : database_(database), store_(store), ids_(ids) {}

  absl::StatusOr<v1::Member> CreateMember(const Call& call, const v1::CreateMemberRequest& request);
  absl::StatusOr<v1::Member> GetMember(const Call& call, const v1::GetMemberRequest& request);
  absl::StatusOr<v1::ListMembersResponse> ListMembers(const Call& call,
                                                      const v1::ListMembersRequest& request);
  absl::StatusOr<v1::Member> UpdateMember(const Call& call, const v1::UpdateMemberRequest& request);
  absl::StatusOr<v1::Member> MoveMember(const Call& call, const v1::MoveMemberRequest& request);
  absl::StatusOr<v1::Member> EndEmployment(const Call& call,
                                           const v1::EndEmploymentRequest& request);
  absl::StatusOr<v1::Member> ResumeEmployment(const Call& call,
                                              const v1::ResumeEmploymentRequest& request);
  absl::StatusOr<v1::RolePlay> CreateRolePlay(const Call& call,
                                              const v1::CreateRolePlayRequest& request);
  absl::StatusOr<v1::RolePlay> GetRolePlay(const Call& call, const v1::GetRolePlayRequest& request);
  absl::StatusOr<v1::ListRolePlaysResponse> ListRolePlays(const Call& call,
                                                          const v1::ListRolePlaysRequest& request);
  absl::StatusOr<v1::RolePlay> RateRolePlay(const Call& call,
                                            const v1::RateRolePlayRequest& request);
  absl::StatusOr<v1::DeleteRolePlayResponse> DeleteRolePlay(
      const Call& call, const v1::DeleteRolePlayRequest& request);
  absl::StatusOr<v1::Account> WaiveCertification(const Call& call,
                                                 const v1::WaiveCertificationRequest& request);

 private:
  storage::Database& database_;
  const Store& store_;
  contract::IdSource& ids_;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_TEAM_API_H_
