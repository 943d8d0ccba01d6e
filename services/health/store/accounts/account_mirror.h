#ifndef BANSO_SERVICES_HEALTH_STORE_ACCOUNTS_ACCOUNT_MIRROR_H_
#define BANSO_SERVICES_HEALTH_STORE_ACCOUNTS_ACCOUNT_MIRROR_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"

namespace banso::health {

// What is read of an account when all of them are gone through.
struct AccountBrief {
  absl::string_view name;
  // In which its days are counted.
  absl::string_view zone;
  bool archived = false;
  // Another account has taken its place.
  bool merged = false;
};

// Of an account what every sample of it asks for.
struct KnownAccount {
  // The name of the zone in which its days are counted.
  std::string zone;
  // Another account has taken its place.
  bool merged = false;
};

// What is kept of the accounts and onboardings that accounts tells of. It knows only these: what
// else a change of an account means is Store's. Immutable and thread-safe.
class AccountMirror {
 public:
  AccountMirror();

  // Without what nothing here asks for.
  const storage::Collection<accounts::v1::Account> headers;
  const storage::Collection<accounts::v1::Onboarding> onboardings;

  // Takes over an account, with its external ids, or an onboarding.
  absl::Status Keep(storage::Writer& writer, const accounts::v1::Account& account) const;
  absl::Status Keep(storage::Writer& writer, const accounts::v1::Onboarding& onboarding) const;
  // Forgets an account or onboarding, if it is known.
  absl::Status ForgetAccount(storage::Writer& writer, absl::string_view name) const;
  absl::Status ForgetOnboarding(storage::Writer& writer, absl::string_view name) const;
  // Forgets all of them.
  absl::Status ForgetAll(storage::Writer& writer) const;

  // Calls `on_account` for every account, in no order. What it gets lives until it returns. For
  // work over all of them; ends early with its error.
  absl::Status ForEach(storage::Reader& reader,
                       absl::FunctionRef<absl::Status(const AccountBrief&)> on_account) const;
  // Nothing when no account has that name.
  absl::StatusOr<std::optional<KnownAccount>> Find(storage::Reader& reader,
                                                   absl::string_view name) const;

  // The account that has taken the place of `account`, which was merged into it at once or through
  // others; `account` itself when none has.
  absl::StatusOr<std::string> KeptAccount(storage::Reader& reader,
                                          const std::string& account) const;
  // The name under which what had the name `name` is kept, if it has gone over with its account.
  absl::StatusOr<std::string> KeptName(storage::Reader& reader, const std::string& name) const;
  // FAILED_PRECONDITION (ACCOUNT_MERGED), with the account to name instead, when another one has
  // taken the place of the account that `name` is, or belongs to.
  absl::Status CheckNotMerged(storage::Reader& reader, const std::string& name) const;
  // The same for what is to be recorded about `account`; NOT_FOUND when it is not known here.
  absl::Status CheckOpen(storage::Reader& reader, const std::string& account) const;

  // The name of the account with this external id, if there is one.
  absl::StatusOr<std::optional<std::string>> FindByExternalId(storage::Reader& reader,
                                                              absl::string_view system,
                                                              absl::string_view id) const;

  // Up to 1,000 names of accounts that begin like `name`, for "did you mean".
  absl::StatusOr<std::vector<std::string>> NamesLike(storage::Reader& reader,
                                                     absl::string_view name) const;

  // All onboardings of an account, by name.
  absl::StatusOr<std::vector<accounts::v1::Onboarding>> OnboardingsOf(
      storage::Reader& reader, absl::string_view account) const;

  // INTERNAL when a table is not as the collections need it.
  absl::Status CheckSchema(storage::Reader& reader) const;
};

// The zone in which the days of an account (or of what belongs to it) are counted.
std::string ZoneOf(storage::Reader& reader, absl::string_view name);

// The zone in which the account's days are counted.
std::string ZoneNameOf(const accounts::v1::Account& account);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_ACCOUNTS_ACCOUNT_MIRROR_H_
