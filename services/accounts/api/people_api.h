#ifndef BANSO_SERVICES_ACCOUNTS_API_PEOPLE_API_H_
#define BANSO_SERVICES_ACCOUNTS_API_PEOPLE_API_H_

#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "banso/accounts/v1/people_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/storage/database.h"
#include "services/accounts/store/store.h"

namespace banso::accounts {

// The handlers of banso.accounts.v1.PeopleService, one method per RPC and named like it. Requests
// have passed contract::Check. Thread-safe.
//
// stakeholders.cc, stakeholder_changes.cc, summaries.cc and erase.cc hold them by topic.
class PeopleApi {
 public:
  // All must outlive the handlers.
  PeopleApi(storage::Database& database, const Store& store, contract::IdSource& ids)
      : database_(database), store_(store), ids_(ids) {}

  absl::StatusOr<v1::Stakeholder> CreateStakeholder(const Call& call,
                                                    const v1::CreateStakeholderRequest& request);
  absl::StatusOr<v1::Stakeholder> GetStakeholder(const Call& call,
                                                 const v1::GetStakeholderRequest& request);
  absl::StatusOr<v1::ListStakeholdersResponse> ListStakeholders(
      const Call& call, const v1::ListStakeholdersRequest& request);
  absl::StatusOr<v1::Stakeholder> UpdateStakeholder(const Call& call,
                                                    const v1::UpdateStakeholderRequest& request);

  absl::StatusOr<v1::DeleteStakeholderResponse> DeleteStakeholder(
      const Call& call, const v1::DeleteStakeholderRequest& request);
  absl::StatusOr<v1::StakeholderChange> ReplaceStakeholder(
      const Call& call, const v1::ReplaceStakeholderRequest& request);
  absl::StatusOr<v1::ListStakeholderChangesResponse> ListStakeholderChanges(
      const Call& call, const v1::ListStakeholderChangesRequest& request);
  absl::StatusOr<v1::Stakeholder> RecordEnthusiasm(const Call& call,
                                                   const v1::RecordEnthusiasmRequest& request);
  absl::StatusOr<v1::AccountSummary> GetAccountSummary(const Call& call,
                                                       const v1::GetAccountSummaryRequest& request);
  absl::StatusOr<v1::ListAccountSummariesResponse> ListAccountSummaries(
      const Call& call, const v1::ListAccountSummariesRequest& request);
  absl::StatusOr<v1::ErasePersonResponse> ErasePerson(const Call& call,
                                                      const v1::ErasePersonRequest& request);

  // Brings the summaries up to date of which something has changed because time has passed. For a
  // sweep.
  absl::Status RefreshDueSummaries(const Call& call);

 private:
  // Checks a stakeholder and what it refers to.
  absl::Status CheckStakeholder(storage::Reader& reader, const v1::Stakeholder& stakeholder) const;

  // The change that ReplaceStakeholder has just made.
  absl::StatusOr<v1::StakeholderChange> ChangeAfter(storage::Reader& reader,
                                                    const std::string& account,
                                                    const ChangeCause& cause) const;

  absl::StatusOr<v1::ErasePersonResponse> EraseMember(storage::Writer& writer,
                                                      const std::string& name) const;
  absl::StatusOr<v1::ErasePersonResponse> EraseStakeholder(storage::Writer& writer,
                                                           const std::string& name) const;
  // The names that a stakeholder has and has had, and those of its copies, by merges of accounts.
  absl::StatusOr<std::set<std::string>> NamesOf(storage::Reader& reader,
                                                const std::string& name) const;
  // Erases what is kept under one name: the resource if there is one, its history and facts.
  absl::Status EraseResource(storage::Writer& writer, const std::string& name) const;

  storage::Database& database_;
  const Store& store_;
  contract::IdSource& ids_;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_PEOPLE_API_H_
