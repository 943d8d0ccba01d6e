#include "common/contract/text.h"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>

#include "common/status_macros.h"

namespace banso::contract {
namespace {

// Decodes the character at the beginning of the `size` bytes at `data`, the first of which is not
// ASCII. Returns its length in bytes, or 0 if it is no UTF-8.
int Decode(const unsigned char* data, int64_t size, uint32_t* character) {
  const auto continues = [&](int i) { return i < size && (data[i] & 0xC0) == 0x80; };
  const unsigned char lead = data[0];
  if (lead >= 0xC2 && lead <= 0xDF && continues(1)) {
    *character = (lead & 0x1Fu) << 6 | (data[1] & 0x3Fu);
    return 2;
  }
  if (lead >= 0xE0 && lead <= 0xEF && continues(1) && continues(2)) {
    *character = (lead & 0x0Fu) << 12 | (data[1] & 0x3Fu) << 6 | (data[2] & 0x3Fu);
    const bool surrogate = *character >= 0xD800 && *character <= 0xDFFF;
    return *character >= 0x800 && !surrogate ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4 && continues(1) && continues(2) && continues(3)) {
    *character =
        (lead & 0x07u) << 18 | (data[1] & 0x3Fu) << 12 | (data[2] & 0x3Fu) << 6 | (data[3] & 0x3Fu);
    return *character >= 0x10000 && *character <= 0x10FFFF ? 4 : 0;
  }
  return 0;
}

// Blocks in which every character stays as it is under form C and combines with nothing around it
// (Unicode's NFC_Quick_Check=Yes and combining class 0): what Japanese and European texts are
// mostly made of. The rest is left to utf8proc.
bool IsCertainlyNormal(uint32_t c) {
  return c < 0x0300 || (c >= 0x2002 && c <= 0x206F) || (c >= 0x3000 && c <= 0x3029) ||
         (c >= 0x3030 && c <= 0x3098) || (c >= 0x309B && c <= 0x312F) ||
         (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xFF00 && c <= 0xFFEF);
}

bool IsLineSeparator(uint32_t c) { return c == 0x2028 || c == 0x2029; }

}  // namespace

TextScan ScanText(absl::string_view text) {
  TextScan scan;
  const auto* data = reinterpret_cast<const unsigned char*>(text.data());
  const auto size = static_cast<int64_t>(text.size());
  for (int64_t i = 0; i < size; ++scan.characters) {
    uint32_t c = data[i];
    if (c < 0x80) {
      if (c == '\n' || c == '\r' || c == '\t') {
        scan.line_break = true;
      } else if (c < 0x20 || c == 0x7F) {
        scan.control = true;
      }
      ++i;
      continue;
    }
    const int length = Decode(data + i, size - i, &c);
    if (length == 0) {
      scan.valid = false;
      return scan;
    }
    if (c < 0xA0) scan.control = true;
    if (IsLineSeparator(c)) scan.line_break = true;
    if (!IsCertainlyNormal(c)) scan.normal = false;
    i += length;
  }
  return scan;
}

std::string NormalizeText(absl::string_view text) {
  utf8proc_uint8_t* result = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &result,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(result, &std::free);
  BANSO_CHECK(size >= 0);
  return std::string(reinterpret_cast<const char*>(result), static_cast<size_t>(size));
}

}  // namespace banso::contract
