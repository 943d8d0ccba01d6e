#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/contract/text.h"

namespace banso::contract {
namespace {

// ISO 4217, active codes of countries and funds' codes left out, in order.
constexpr std::array<absl::string_view, 155> kCurrencies = {
    "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT",
    "BGN", "BHD", "BIF", "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD",
    "CDF", "CHF", "CLP", "CNY", "COP", "CRC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD",
    "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ",
    "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IQD", "IRR", "ISK", "JMD", "JOD",
    "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK", "LBP", "LKR",
    "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR",
    "MWK", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN",
    "PGK", "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR",
    "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB",
    "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "UYU", "UZS",
    "VED", "VES", "VND", "VUV", "WST", "XAF", "XCD", "XOF", "XPF", "YER", "ZAR", "ZMW"};
static_assert(std::is_sorted(kCurrencies.begin(), kCurrencies.end()));

constexpr size_t kMaxEmailLength = 254;
constexpr size_t kMaxZoneLength = 64;
constexpr size_t kMaxLanguageLength = 35;
constexpr size_t kMaxKeyLength = 63;
constexpr size_t kMaxRequestIdLength = 128;

bool IsVisibleAscii(char c) { return c > ' ' && c < 0x7F; }

template <typename Predicate>
bool All(absl::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

// A host: labels of letters, digits and `-`, joined by dots. Other scripts are taken as they are.
bool IsHost(absl::string_view host) {
  if (host.empty()) return false;
  for (const absl::string_view label : absl::StrSplit(host, '.')) {
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') {
      return false;
    }
    if (!All(label,
             [](unsigned char c) { return absl::ascii_isalnum(c) || c == '-' || c >= 0x80; }))
      return false;
  }
  return true;
}

bool IsZoneSyntax(absl::string_view name) {
  return !name.empty() && name.size() <= kMaxZoneLength && absl::ascii_isalpha(name[0]) &&
         All(name, [](char c) {
           return absl::ascii_isalnum(c) || c == '/' || c == '_' || c == '-' || c == '+';
         });
}

// Returns true if the machine's time zone database has a file for this zone.
bool HasZoneFile(absl::string_view name) {
  const char* folder = std::getenv("TZDIR");
  const std::string path =
      absl::StrCat(folder != nullptr ? folder : "/usr/share/zoneinfo", "/", name);
  struct stat info;
  if (stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return false;
  std::array<char, 4> magic{};
  std::ifstream file(path, std::ios::binary);
  file.read(magic.data(), magic.size());
  return file.good() && absl::string_view(magic.data(), magic.size()) == "TZif";
}

// Zones that have been found to exist. Names that do not exist are not remembered: callers choose
// them.
class KnownZones {
 public:
  bool Contains(absl::string_view name) {
    {
      const std::shared_lock lock(mutex_);
      if (names_.contains(name)) return true;
    }
    if (!HasZoneFile(name)) return false;
    const std::unique_lock lock(mutex_);
    names_.insert(std::string(name));
    return true;
  }

 private:
  std::shared_mutex mutex_;
  absl::flat_hash_set<std::string> names_ = {"UTC"};
};

}  // namespace

bool IsEmail(absl::string_view text) {
  const size_t at = text.find('@');
  if (at == absl::string_view::npos || at == 0 || text.size() > kMaxEmailLength) return false;
  const absl::string_view local = text.substr(0, at);
  return All(local, [](unsigned char c) { return c > ' ' && c != 0x7F; }) &&
         IsHost(text.substr(at + 1));
}

bool IsTimeZone(absl::string_view text) {
  static KnownZones* const zones = new KnownZones;
  return IsZoneSyntax(text) && zones->Contains(text);
}

bool IsCurrency(absl::string_view text) {
  return std::binary_search(kCurrencies.begin(), kCurrencies.end(), text);
}

bool IsLanguage(absl::string_view text) {
  if (text.size() > kMaxLanguageLength) return false;
  const std::vector<absl::string_view> tags = absl::StrSplit(text, '-');
  const auto is_alpha = [](char c) { return absl::ascii_isalpha(c); };
  if (tags[0].size() < 2 || tags[0].size() > 8 || tags[0].size() == 4 || !All(tags[0], is_alpha)) {
    return false;
  }
  bool is_private = false;
  for (size_t i = 1; i < tags.size(); ++i) {
    if (tags[i].empty() || tags[i].size() > 8) return false;
    if (!All(tags[i], [](char c) { return absl::ascii_isalnum(c); })) return false;
    if (tags[i].size() > 1 || is_private) continue;
    // A single character announces an extension, which must follow; behind an x anything may.
    is_private = tags[i] == "x" || tags[i] == "X";
    if (i + 1 == tags.size() || (tags[i + 1].size() == 1 && !is_private)) return false;
  }
  return true;
}

bool IsFact(absl::string_view text) {
  size_t words = 0;
  for (const absl::string_view word : absl::StrSplit(text, '.')) {
    if (word.empty() || !All(word, [](char c) {
          return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_';
        })) {
      return false;
    }
    ++words;
  }
  return words >= 2;
}

bool IsKey(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxKeyLength && absl::ascii_islower(text[0]) &&
         All(text,
             [](char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_'; });
}

bool IsUrl(absl::string_view text) {
  const std::string scheme = absl::AsciiStrToLower(text.substr(0, 8));
  const size_t begin = absl::StartsWith(scheme, "https://")  ? 8
                       : absl::StartsWith(scheme, "http://") ? 7
                                                             : 0;
  if (begin == 0 ||
      !All(text, [](char c) { return IsVisibleAscii(c) && c != '<' && c != '>' && c != '"'; })) {
    return false;
  }
  const absl::string_view rest = text.substr(begin);
  absl::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const size_t colon = authority.rfind(':');
  if (colon != absl::string_view::npos && authority.back() != ']') {
    uint32_t port = 0;
    if (!absl::SimpleAtoi(authority.substr(colon + 1), &port) || port < 1 || port > 65535) {
      return false;
    }
    authority = authority.substr(0, colon);
  }
  if (authority.size() > 2 && authority.front() == '[' && authority.back() == ']') {
    return All(authority.substr(1, authority.size() - 2),
               [](char c) { return absl::ascii_isxdigit(c) || c == ':' || c == '.'; });
  }
  return IsHost(authority);
}

bool IsRequestId(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxRequestIdLength && All(text, IsVisibleAscii);
}

}  // namespace banso::contract
