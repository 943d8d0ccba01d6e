#include "common/contract/page_token.h"

#include <sodium.h>

#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/contract/fingerprint.h"

namespace banso::contract {
namespace {

// A token is, in URL-safe base64: kind, store tag, query tag (these three are the header), nonce,
// and the position encrypted under a fixed key with the header authenticated along with it. The
// key is no secret: encryption keeps clients from building upon the content, nothing more.
constexpr char kPageKind = 'p';
constexpr char kResumeKind = 'r';
constexpr size_t kTagSize = 6;
constexpr size_t kHeaderSize = 1 + 2 * kTagSize;
constexpr size_t kNonceSize = crypto_aead_chacha20poly1305_NPUBBYTES;
constexpr size_t kSealSize = crypto_aead_chacha20poly1305_ABYTES;
constexpr int kKeySize = crypto_aead_chacha20poly1305_KEYBYTES;

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

const std::string& Key() {
  static const std::string* const key = new std::string(Hash("banso token, version 1", kKeySize));
  return *key;
}

std::string Tag(absl::string_view text) { return Hash(text, 16).substr(0, kTagSize); }

std::string Encode(char kind, const TokenScope& scope, absl::string_view position) {
  std::string token =
      absl::StrCat(absl::string_view(&kind, 1), Tag(scope.store_epoch), Tag(scope.query));
  const std::string nonce =
      Hash(absl::StrCat(token, position), crypto_generichash_BYTES).substr(0, kNonceSize);
  std::string sealed(position.size() + kSealSize, '\0');
  crypto_aead_chacha20poly1305_encrypt(reinterpret_cast<unsigned char*>(sealed.data()), nullptr,
                                       Bytes(position), position.size(), Bytes(token), token.size(),
                                       nullptr, Bytes(nonce), Bytes(Key()));
  absl::StrAppend(&token, nonce, sealed);
  return absl::WebSafeBase64Escape(token);
}

struct OpenToken {
  std::string store_tag;
  std::string query_tag;
  std::string position;
};

// Returns nothing for a token that Encode has not made.
std::optional<OpenToken> Open(char kind, absl::string_view text) {
  std::string token;
  if (!absl::WebSafeBase64Unescape(text, &token) || absl::WebSafeBase64Escape(token) != text ||
      token.size() < kHeaderSize + kNonceSize + kSealSize || token[0] != kind) {
    return std::nullopt;
  }
  const absl::string_view view = token;
  const absl::string_view header = view.substr(0, kHeaderSize);
  const absl::string_view nonce = view.substr(kHeaderSize, kNonceSize);
  const absl::string_view sealed = view.substr(kHeaderSize + kNonceSize);
  OpenToken open = {std::string(header.substr(1, kTagSize)),
                    std::string(header.substr(1 + kTagSize, kTagSize)),
                    std::string(sealed.size() - kSealSize, '\0')};
  if (crypto_aead_chacha20poly1305_decrypt(
          reinterpret_cast<unsigned char*>(open.position.data()), nullptr, nullptr, Bytes(sealed),
          sealed.size(), Bytes(header), header.size(), Bytes(nonce), Bytes(Key())) != 0) {
    return std::nullopt;
  }
  return open;
}

absl::Status Refuse(absl::string_view field, absl::string_view reason, absl::string_view why) {
  return Error(absl::StatusCode::kInvalidArgument, reason, absl::StrCat(field, ": ", why),
               {{"field", std::string(field)}});
}

}  // namespace

std::string QueryKey(absl::string_view method, const google::protobuf::Message& request) {
  return absl::StrCat(
      method, "\n",
      Fingerprint(request, {"page_size", "page_token", "resume_token", "request_id"}));
}

std::string EncodePageToken(const TokenScope& scope, absl::string_view position) {
  return Encode(kPageKind, scope, position);
}

absl::StatusOr<std::string> DecodePageToken(const TokenScope& scope, absl::string_view token) {
  const std::optional<OpenToken> open = Open(kPageKind, token);
  const auto refuse = [](absl::string_view why) {
    return Refuse("page_token", kReasonInvalidPageToken, why);
  };
  if (!open.has_value()) return refuse("is no page token, or is damaged; begin without a token");
  if (open->store_tag != Tag(scope.store_epoch)) {
    return refuse("belongs to another store; begin without a token");
  }
  if (open->query_tag != Tag(scope.query)) {
    return refuse("belongs to a request with other fields; repeat that request or begin anew");
  }
  return open->position;
}

std::string EncodeResumeToken(const TokenScope& scope, absl::string_view position) {
  return Encode(kResumeKind, scope, position);
}

absl::StatusOr<std::string> DecodeResumeToken(const TokenScope& scope, absl::string_view token) {
  const std::optional<OpenToken> open = Open(kResumeKind, token);
  if (!open.has_value()) {
    return Refuse("resume_token", kReasonInvalidResumeToken, "is no resume token, or is damaged");
  }
  if (open->store_tag != Tag(scope.store_epoch)) {
    return OutOfRange(kReasonResumeTokenExpired,
                      "resume_token: belongs to another store (a restored backup?); start again "
                      "from a snapshot");
  }
  if (open->query_tag != Tag(scope.query)) {
    return Refuse("resume_token", kReasonInvalidResumeToken,
                  "belongs to a stream with other fields");
  }
  return open->position;
}

}  // namespace banso::contract
