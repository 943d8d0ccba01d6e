#include "common/testing/certificates.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace banso::testing {
namespace {

// Makes a key and a certificate of its own.
void Make(const std::string& path, const std::string& name, const std::string& options) {
  const std::string command = absl::StrCat(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "
      "/CN=",
      name, " -keyout ", path, ".key -out ", path, ".pem ", options, " 2>/dev/null");
  BANSO_CHECK(std::system(command.c_str()) == 0);
}

}  // namespace

void MakeAuthority(const std::string& folder, const std::string& name) {
  Make(absl::StrCat(folder, "/", name), name, "");
}

void MakeCertificate(const std::string& folder, const std::string& authority,
                     const std::string& name, const std::string& hosts) {
  const std::string signer = absl::StrCat(folder, "/", authority);
  Make(absl::StrCat(folder, "/", name), name,
       absl::StrCat("-CA ", signer, ".pem -CAkey ", signer, ".key -addext subjectAltName=", hosts,
                    " -addext basicConstraints=critical,CA:FALSE"));
}

}  // namespace banso::testing
