#include "services/gateway/api/secrets.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/contract/ids.h"

namespace banso::gateway {
namespace {

constexpr int kSecretBytes = 32;
constexpr size_t kShortestSecret = 32;

absl::Status FileError(const std::string& path, absl::string_view what) {
  return contract::FailedPrecondition(
      "OPERATOR_TOKEN_FILE", path,
      absl::StrCat("the file of the operator's token ", what, ": ", std::strerror(errno)),
      "Make it readable and writable for the gateway, or remove it");
}

absl::StatusOr<std::string> ReadSecret(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) return FileError(path, "cannot be read");
  std::string secret(absl::StripAsciiWhitespace(text.str()));
  if (secret.size() >= kShortestSecret) return secret;
  return contract::FailedPrecondition(
      "OPERATOR_TOKEN_FILE", path,
      absl::StrCat("the operator's token in it is shorter than ", kShortestSecret, " characters"),
      "Remove the file to have a new one made, or write a longer secret into it");
}

// All of `text` into the open file, so that it survives a crash.
bool WriteDurably(int file, const std::string& text) {
  size_t written = 0;
  while (written < text.size()) {
    const ssize_t n = ::write(file, text.data() + written, text.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    written += static_cast<size_t>(n);
  }
  return ::fsync(file) == 0;
}

// Written beside its place and moved there, so that no reader ever sees half of it.
absl::Status WriteSecret(const std::string& path, const std::string& secret) {
  const std::string temporary = path + ".new";
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return FileError(path, "cannot be created");
  const bool written = ::fchmod(file, 0600) == 0 && WriteDurably(file, secret + "\n");
  const absl::Status status = written ? absl::OkStatus() : FileError(path, "cannot be written");
  ::close(file);
  if (!status.ok()) return status;
  if (::rename(temporary.c_str(), path.c_str()) != 0) return FileError(path, "cannot be created");
  return absl::OkStatus();
}

}  // namespace

std::string NewSecret() {
  std::string text = absl::WebSafeBase64Escape(contract::RandomBytes(kSecretBytes));
  while (!text.empty() && text.back() == '=') text.pop_back();
  return absl::StrCat("banso_", text);
}

absl::StatusOr<std::string> ReadOrWriteSecret(const std::string& path) {
  if (::access(path.c_str(), F_OK) == 0) return ReadSecret(path);
  const std::string secret = NewSecret();
  const absl::Status written = WriteSecret(path, secret);
  if (!written.ok()) return written;
  return secret;
}

}  // namespace banso::gateway
