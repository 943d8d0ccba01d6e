#include "common/server/mirrors.h"

#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/contract/errors.h"
#include "common/server/service_store.h"
#include "common/status_macros.h"
#include "common/storage/follower_position.h"
#include "common/storage/open.h"

namespace banso::server {
namespace {

using StatusOrDatabase = absl::StatusOr<std::unique_ptr<storage::Database>>;

StatusOrDatabase OpenUnused(const ServiceModule& module, const std::string& data_dir) {
  storage::OpenOptions options = StoreOf(module.name, data_dir);
  options.migrations = module.schema();
  options.migrate = false;
  std::error_code ignored;
  if (!std::filesystem::exists(options.path, ignored)) {
    return contract::FailedPrecondition("NO_STORE", options.path,
                                        absl::StrCat("there is no store of ", module.name),
                                        "Give --data_dir the folder of the stores");
  }
  return storage::OpenSqlite(options);
}

}  // namespace

absl::Status RebuildMirrors(const std::vector<ServiceModule>& modules,
                            const std::string& data_dir) {
  for (const ServiceModule& module : modules) {
    if (!module.schema) continue;
    BANSO_ASSIGN_OR_RETURN(const auto database, OpenUnused(module, data_dir));
    BANSO_RETURN_IF_ERROR(
        database->Write(ServiceCall(module.name, absl::Now()), storage::ForgetPositions).status());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::map<std::string, std::string>> MirrorHashes(
    const std::vector<ServiceModule>& modules, const std::string& data_dir) {
  std::map<std::string, std::string> hashes;
  for (const ServiceModule& module : modules) {
    if (!module.mirror_hash) continue;
    BANSO_ASSIGN_OR_RETURN(const auto database, OpenUnused(module, data_dir));
    BANSO_RETURN_IF_ERROR(database->Read([&](storage::Reader& reader) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(hashes[module.name], module.mirror_hash(reader));
      return absl::OkStatus();
    }));
  }
  if (!hashes.empty()) return hashes;
  return contract::InvalidField("--mirror_hash", "true", "a program that serves health",
                                "NOT_ACCEPTED");
}

}  // namespace banso::server
