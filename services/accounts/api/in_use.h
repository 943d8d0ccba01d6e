#ifndef BANSO_SERVICES_ACCOUNTS_API_IN_USE_H_
#define BANSO_SERVICES_ACCOUNTS_API_IN_USE_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"

namespace banso::accounts {

inline constexpr char kReasonInUse[] = "IN_USE";

// Whether a list of names holds one.
template <typename Names>
bool Has(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Looks for what names a resource of an account, so that it is not taken away under it.
class InUse {
 public:
  InUse(storage::Reader& reader, std::string name)
      : reader_(reader), name_(std::move(name)), account_(contract::Ancestor(name_, "accounts")) {}

  // Looks among the resources of one kind of the same account. `what_to_do` says how to let go of
  // one that is found: `Delete it first`.
  template <class T>
  absl::Status Look(const storage::Collection<T>& resources,
                    absl::FunctionRef<bool(const T& resource)> names,
                    absl::string_view what_to_do) {
    return resources.ForEach(reader_, account_, {}, [&](T& resource) {
      if (names(resource)) {
        users_.push_back(
            {name_, absl::StrCat(resource.name(), " names it"), std::string(what_to_do)});
      }
      return absl::OkStatus();
    });
  }

  // FAILED_PRECONDITION (IN_USE) with everything that was found.
  absl::Status ToStatus() const {
    return users_.empty() ? absl::OkStatus() : contract::FailedPrecondition(kReasonInUse, users_);
  }

 private:
  storage::Reader& reader_;
  const std::string name_;
  const std::string account_;
  std::vector<contract::Precondition> users_;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_IN_USE_H_
