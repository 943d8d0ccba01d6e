#ifndef BANSO_COMMON_CONTRACT_TEXT_H_
#define BANSO_COMMON_CONTRACT_TEXT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

// What the suite asks of every text, and the forms a text can have (banso.type.v1.TextForm).
namespace banso::contract {

// What a look at a text finds.
struct TextScan {
  // False if it is no UTF-8 (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF).
  bool valid = true;
  // True if it holds a control character other than line breaks and tabs.
  bool control = false;
  // True if it holds a line break (also U+2028 and U+2029) or a tab.
  bool line_break = false;
  // True if it is certainly in normalization form C; false means that only NormalizeText can tell.
  bool normal = true;
  // How many characters (code points) it has.
  int64_t characters = 0;
};

// Looks through `text` once. Stops at the first byte that is no UTF-8.
TextScan ScanText(absl::string_view text);

// Returns `text`, which must be valid UTF-8, in normalization form C.
std::string NormalizeText(absl::string_view text);

// Each returns true if `text` has the form that rules.proto describes under the same name.
bool IsEmail(absl::string_view text);
bool IsTimeZone(absl::string_view text);
bool IsCurrency(absl::string_view text);
bool IsLanguage(absl::string_view text);
bool IsFact(absl::string_view text);
bool IsKey(absl::string_view text);
bool IsUrl(absl::string_view text);
bool IsRequestId(absl::string_view text);

}  // namespace banso::contract

#endif  // BANSO_COMMON_CONTRACT_TEXT_H_
