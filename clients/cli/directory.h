#ifndef BANSO_CLIENTS_CLI_DIRECTORY_H_
#define BANSO_CLIENTS_CLI_DIRECTORY_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "banso/accounts/v1/contract.pb.h"
#include "clients/cli/connection.h"

// Who is who in the suite, to match the names that other systems use.
namespace banso::cli {

// Resources by the names under which a file may speak of them.
class Directory {
 public:
  // Adds a resource with one of its names; the first resource with a name keeps it.
  void Add(const std::string& known_as, const std::string& resource);
  // The resource that `text` names: its id in the other system, its display name, its resource name
  // or the last part of that. Exact, but for spaces around it.
  std::optional<std::string> Find(absl::string_view text) const;
  // A name that is spelled nearly like `text`.
  std::optional<std::string> Near(absl::string_view text) const;
  bool empty() const { return resources_.empty(); }

 private:
  std::map<std::string, std::string> resources_;
};

// All accounts, by their id in `system`, display name, resource name and id.
absl::StatusOr<Directory> AccountDirectory(Connection& connection, absl::string_view system);
// All members, by display name, resource name and id.
absl::StatusOr<Directory> MemberDirectory(Connection& connection);

// Calls a List method page by page and shows each answer to `see`.
template <class Request, class Response, class See>
absl::Status EachPage(Connection& connection, absl::string_view method, Request request, See see) {
  constexpr int kPageSize = 1000;
  request.set_page_size(kPageSize);
  while (true) {
    Response response;
    const absl::Status status = connection.Call(method, request, &response);
    if (!status.ok()) return status;
    see(response);
    if (response.next_page_token().empty()) return absl::OkStatus();
    request.set_page_token(response.next_page_token());
  }
}

// Shows `see` every contract of every account.
absl::Status EachContract(Connection& connection,
                          absl::FunctionRef<void(const accounts::v1::Contract&)> see);

// An id made of a text: its letters and digits in lower case, everything else as single `-`; a hash
// when nothing is left. At most 63 characters.
std::string IdOf(absl::string_view text);

}  // namespace banso::cli

#endif  // BANSO_CLIENTS_CLI_DIRECTORY_H_
