#include "common/server/backup.h"

#include <filesystem>
#include <system_error>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/server/service_store.h"
#include "common/status_macros.h"
#include "common/storage/open.h"

namespace banso::server {
namespace {

absl::Status MakeFolder(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return absl::OkStatus();
  std::filesystem::create_directories(path, error);
  // Stores hold people's data.
  if (!error) std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  if (!error) return absl::OkStatus();
  return contract::FailedPrecondition("BACKUP_FOLDER", path,
                                      absl::StrCat("the folder cannot be made: ", error.message()),
                                      "Name a folder that this user may make");
}

// Lets `copy` make the store of each service in `folder`; removes them all when it fails for one.
absl::Status CopyAll(const std::vector<std::string>& services, const std::string& folder,
                     absl::FunctionRef<absl::Status(const std::string& service)> copy) {
  BANSO_RETURN_IF_ERROR(MakeFolder(folder));
  std::vector<std::string> made;
  for (const std::string& service : services) {
    const absl::Status status = copy(service);
    if (status.ok()) {
      made.push_back(StoreOf(service, folder).path);
      continue;
    }
    std::error_code ignored;
    for (const std::string& path : made) std::filesystem::remove(path, ignored);
    return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status BackUpStores(const std::vector<std::string>& services, const std::string& data_dir,
                          const std::string& folder) {
  const std::vector<std::string> callers_first(services.rbegin(), services.rend());
  return CopyAll(callers_first, folder, [&](const std::string& service) {
    return storage::BackUpSqlite(StoreOf(service, data_dir), StoreOf(service, folder).path);
  });
}

absl::Status RestoreStores(const std::vector<std::string>& services, const std::string& folder,
                           const std::string& data_dir) {
  return CopyAll(services, data_dir, [&](const std::string& service) {
    return storage::RestoreSqlite(StoreOf(service, folder).path, StoreOf(service, data_dir));
  });
}

}  // namespace banso::server
