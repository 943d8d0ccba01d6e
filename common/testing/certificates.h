#ifndef BANSO_COMMON_TESTING_CERTIFICATES_H_
#define BANSO_COMMON_TESTING_CERTIFICATES_H_

#include <string>

namespace banso::testing {

// Throw-away authorities and certificates, made with openssl, for two days: `FOLDER/NAME.pem` with
// its key `FOLDER/NAME.key`.
void MakeAuthority(const std::string& folder, const std::string& name);
// `hosts` as openssl names them: `IP:127.0.0.1,DNS:localhost`.
void MakeCertificate(const std::string& folder, const std::string& authority,
                     const std::string& name, const std::string& hosts);

}  // namespace banso::testing

#endif  // BANSO_COMMON_TESTING_CERTIFICATES_H_
