#include "clients/cli/spelling.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace banso::cli {
namespace {

constexpr size_t kOneEditFrom = 4;
constexpr size_t kTwoEditsFrom = 8;

// The characters of UTF-8 text, each as its bytes in one number.
std::vector<uint32_t> Characters(absl::string_view text) {
  std::vector<uint32_t> result;
  for (const char byte : text) {
    const auto value = static_cast<unsigned char>(byte);
    if ((value & 0xC0) == 0x80 && !result.empty()) {
      result.back() = (result.back() << 8) | value;
    } else {
      result.push_back(value);
    }
  }
  return result;
}

// Lower case, without spaces and ASCII punctuation.
std::string Essence(absl::string_view text) {
  std::string result;
  for (const char c : text) {
    if (absl::ascii_isspace(c) || absl::ascii_ispunct(c)) continue;
    result.push_back(absl::ascii_tolower(c));
  }
  return result;
}

std::string Digits(absl::string_view text) {
  std::string result;
  for (const char c : text) {
    if (absl::ascii_isdigit(c)) result.push_back(c);
  }
  return result;
}

}  // namespace

int EditDistance(absl::string_view a, absl::string_view b) {
  const std::vector<uint32_t> from = Characters(a);
  const std::vector<uint32_t> to = Characters(b);
  // Three rows of the usual table: a swap looks back two.
  std::vector<std::vector<int>> rows(3, std::vector<int>(to.size() + 1));
  for (size_t j = 0; j <= to.size(); ++j) rows[0][j] = static_cast<int>(j);
  for (size_t i = 1; i <= from.size(); ++i) {
    std::vector<int>& row = rows[i % 3];
    const std::vector<int>& above = rows[(i - 1) % 3];
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= to.size(); ++j) {
      const int exchange = above[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      row[j] = std::min({exchange, above[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) {
        row[j] = std::min(row[j], rows[(i - 2) % 3][j - 2] + 1);
      }
    }
  }
  return rows[from.size() % 3][to.size()];
}

bool IsNearSpelling(absl::string_view a, absl::string_view b) {
  if (a == b || Digits(a) != Digits(b)) return false;
  const std::string left = Essence(a);
  const std::string right = Essence(b);
  if (left == right) return !left.empty();
  const size_t shorter = std::min(Characters(left).size(), Characters(right).size());
  const int allowed = shorter >= kTwoEditsFrom ? 2 : shorter >= kOneEditFrom ? 1 : 0;
  return allowed > 0 && EditDistance(left, right) <= allowed;
}

std::optional<std::string> NearestOf(absl::string_view text,
                                     const std::vector<std::string>& words) {
  std::optional<std::string> nearest;
  int smallest = 0;
  for (const std::string& word : words) {
    if (word == text) return std::nullopt;
    if (!IsNearSpelling(text, word)) continue;
    const int distance = EditDistance(text, word);
    if (!nearest.has_value() || distance < smallest) {
      nearest = word;
      smallest = distance;
    }
  }
  return nearest;
}

}  // namespace banso::cli
