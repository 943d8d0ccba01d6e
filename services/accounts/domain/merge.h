#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_MERGE_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_MERGE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "google/protobuf/message.h"

// Merging two accounts that turned out to be the same company.
namespace banso::accounts {

inline constexpr char kReasonMergeOtherWay[] = "MERGE_OTHER_WAY";

// FAILED_PRECONDITION unless `duplicate` may be merged into `kept`: ACCOUNT_ARCHIVED for either,
// ONBOARDING_RUNNING while one of the duplicate's onboardings is RUNNING or COMPLETED but not yet
// accepted, MERGE_OTHER_WAY when the duplicate is further in its lifecycle (a customer in retention
// before one that is WON, both before prospects and lost customers). INVALID_ARGUMENT for an
// account and itself.
absl::Status CheckMerge(const v1::Account& kept, const v1::Account& duplicate,
                        const std::vector<v1::Onboarding>& of_duplicate);

// The account that is kept, with what it lacked taken over from the duplicate: fields, owners,
// adoption, attributes, ids in systems where it had none, waivers for members who had none. Its
// name, stage and etag stay. The same for a row of an import that speaks of the duplicate still.
v1::Account Merged(const v1::Account& kept, const v1::Account& duplicate);

// The duplicate after a merge: archived, pointing to `kept`, without the ids that `kept` has now
// and without overrides: those go on there.
v1::Account MergedAway(const v1::Account& duplicate, const v1::Account& kept, absl::Time now);

// Replaces every text of `message` that is a key of `names`, its own name aside, also in messages
// within it.
void RenameReferences(const std::map<std::string, std::string>& names,
                      google::protobuf::Message* message);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_MERGE_H_
