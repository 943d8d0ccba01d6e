#include "services/accounts/api/roll_up.h"

#include <vector>

#include "common/status_macros.h"
#include "services/accounts/domain/lifecycle.h"

namespace banso::accounts {

absl::Status RollUpAccount(storage::Writer& writer, const Store& store, ActivePolicy& policy,
                           const v1::Account& before, v1::Account account) {
  BANSO_ASSIGN_OR_RETURN(const std::vector<v1::Onboarding> onboardings,
                         store.onboardings.All(writer, account.name()));
  RollUp(onboardings, writer.now(), &account);
  BANSO_RETURN_IF_ERROR(policy.Classify(writer, writer.now(), &account));
  return store.Save(writer, &before, account).status();
}

}  // namespace banso::accounts
