#include "common/server/trace.h"

#include <algorithm>
#include <cstdint>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"

namespace banso::server {
namespace {

constexpr size_t kLength = 55;
constexpr size_t kTraceBegin = 3;
constexpr size_t kTraceLength = 32;
constexpr size_t kSpanBegin = 36;
constexpr size_t kSpanLength = 16;

bool IsHex(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsZero(absl::string_view text) {
  return text.find_first_not_of('0') == absl::string_view::npos;
}

bool IsValid(absl::string_view text) {
  if (text.size() != kLength || text.substr(0, kTraceBegin) != "00-") return false;
  const absl::string_view trace = text.substr(kTraceBegin, kTraceLength);
  const absl::string_view span = text.substr(kSpanBegin, kSpanLength);
  return text[kSpanBegin - 1] == '-' && text[kSpanBegin + kSpanLength] == '-' && IsHex(trace) &&
         IsHex(span) && IsHex(text.substr(kLength - 2)) && !IsZero(trace) && !IsZero(span);
}

// 16 hex digits, not all zero.
std::string RandomHex() {
  thread_local absl::BitGen random;
  const uint64_t bits = absl::Uniform<uint64_t>(absl::IntervalClosed, random, 1, UINT64_MAX);
  return absl::StrCat(absl::Hex(bits, absl::kZeroPad16));
}

}  // namespace

std::string NextTraceParent(absl::string_view parent) {
  if (IsValid(parent)) {
    return absl::StrCat(parent.substr(0, kSpanBegin), RandomHex(),
                        parent.substr(kSpanBegin + kSpanLength));
  }
  return absl::StrCat("00-", RandomHex(), RandomHex(), "-", RandomHex(), "-01");
}

std::string TraceId(absl::string_view trace_parent) {
  if (!IsValid(trace_parent)) return "";
  return std::string(trace_parent.substr(kTraceBegin, kTraceLength));
}

}  // namespace banso::server
