#ifndef BANSO_SERVICES_ACCOUNTS_API_ATTRIBUTES_API_H_
#define BANSO_SERVICES_ACCOUNTS_API_ATTRIBUTES_API_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "banso/accounts/v1/attributes_service.pb.h"
#include "common/contract/call.h"
#include "common/storage/database.h"
#include "services/accounts/store/store.h"

namespace banso::accounts {

// The handlers of banso.accounts.v1.AttributesService, one method per RPC and named like it.
// Requests have passed contract::Check. Thread-safe.
class AttributesApi {
 public:
  // All must outlive the handlers.
  AttributesApi(storage::Database& database, const Store& store)
      : database_(database), store_(store) {}

  absl::StatusOr<v1::AttributeDefinition> CreateAttributeDefinition(
      const Call& call, const v1::CreateAttributeDefinitionRequest& request);
  absl::StatusOr<v1::AttributeDefinition> GetAttributeDefinition(
      const Call& call, const v1::GetAttributeDefinitionRequest& request);
  absl::StatusOr<v1::ListAttributeDefinitionsResponse> ListAttributeDefinitions(
      const Call& call, const v1::ListAttributeDefinitionsRequest& request);
  absl::StatusOr<v1::AttributeDefinition> UpdateAttributeDefinition(
      const Call& call, const v1::UpdateAttributeDefinitionRequest& request);
  absl::StatusOr<v1::DeleteAttributeDefinitionResponse> DeleteAttributeDefinition(
      const Call& call, const v1::DeleteAttributeDefinitionRequest& request);

 private:
  absl::Status CheckDefinition(storage::Reader& reader,
                               const v1::AttributeDefinition& definition) const;

  // The declaration as an update leaves it, and whether there is one already.
  struct Updated {
    v1::AttributeDefinition definition;
    bool is_new = false;
  };
  absl::StatusOr<Updated> Update(storage::Reader& reader,
                                 const v1::UpdateAttributeDefinitionRequest& request) const;

  // The policy in force whose rules read the attribute; empty when none does.
  absl::StatusOr<std::string> PolicyThatReads(storage::Reader& reader, const std::string& fact,
                                              absl::Time now) const;

  storage::Database& database_;
  const Store& store_;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_ATTRIBUTES_API_H_
