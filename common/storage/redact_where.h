#ifndef BANSO_COMMON_STORAGE_REDACT_WHERE_H_
#define BANSO_COMMON_STORAGE_REDACT_WHERE_H_

#include <set>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/status_macros.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "common/storage/history.h"

namespace banso::storage {

// Erases what `redact` clears from each resource of a kind that `concerns` somebody, or did so at
// any time, also where it has been deleted since: see Collection::Redact. Only names that begin
// with `prefix` come into question (empty: all). Returns how many it were. Reads the whole history
// of those.
template <typename T>
absl::StatusOr<int> RedactWhere(Writer& writer, const Collection<T>& resources,
                                absl::string_view prefix,
                                absl::FunctionRef<bool(const T&)> concerns,
                                absl::FunctionRef<void(T&)> redact) {
  std::set<std::string> names;
  BANSO_RETURN_IF_ERROR(
      ForEachState(writer, T::default_instance(), prefix,
                   [&](absl::string_view name, const google::protobuf::Message& state) {
                     if (concerns(static_cast<const T&>(state))) names.emplace(name);
                     return absl::OkStatus();
                   }));
  for (const std::string& name : names) {
    BANSO_RETURN_IF_ERROR(resources.Redact(writer, name, redact));
  }
  return static_cast<int>(names.size());
}

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_REDACT_WHERE_H_
