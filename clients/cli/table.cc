#include "clients/cli/table.h"

#include <utf8proc.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace banso::cli {
namespace {

constexpr int kGap = 2;
constexpr char kEllipsis[] = "…";

// Calls `see` with each character's bytes and width until it returns false.
template <typename See>
void EachCharacter(absl::string_view text, See see) {
  while (!text.empty()) {
    utf8proc_int32_t character = 0;
    utf8proc_ssize_t size =
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                         static_cast<utf8proc_ssize_t>(text.size()), &character);
    const int width = size > 0 ? utf8proc_charwidth(character) : 1;
    size = std::max<utf8proc_ssize_t>(size, 1);
    if (!see(text.substr(0, static_cast<size_t>(size)), width)) return;
    text.remove_prefix(static_cast<size_t>(size));
  }
}

std::string OneLine(absl::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (absl::ascii_iscntrl(c)) c = ' ';
  }
  return result;
}

}  // namespace

int DisplayWidth(absl::string_view text) {
  int width = 0;
  EachCharacter(text, [&](absl::string_view, int character_width) {
    width += character_width;
    return true;
  });
  return width;
}

std::string Shortened(absl::string_view text, int width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  std::string result;
  int used = 1;  // The ellipsis.
  EachCharacter(text, [&](absl::string_view bytes, int character_width) {
    if (used + character_width > width) return false;
    used += character_width;
    absl::StrAppend(&result, bytes);
    return true;
  });
  absl::StripTrailingAsciiWhitespace(&result);
  return absl::StrCat(result, kEllipsis);
}

Table::Table(const std::vector<std::string>& titles) {
  for (const std::string& title : titles) {
    absl::string_view text = title;
    right_.push_back(absl::ConsumePrefix(&text, ">"));
    titles_.emplace_back(text);
  }
}

void Table::Add(std::vector<std::string> cells) {
  cells.resize(titles_.size());
  for (std::string& cell : cells) cell = OneLine(cell);
  rows_.push_back(std::move(cells));
}

void Table::Print(std::ostream& out, int max_cell_width) const {
  std::vector<std::vector<std::string>> lines = {titles_};
  for (const std::vector<std::string>& row : rows_) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const std::string& cell : row) line.push_back(Shortened(cell, max_cell_width));
  }
  std::vector<int> widths(titles_.size(), 0);
  for (const std::vector<std::string>& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(line[i]));
    }
  }
  for (const std::vector<std::string>& line : lines) {
    std::string text;
    for (size_t i = 0; i < line.size(); ++i) {
      const std::string padding(static_cast<size_t>(widths[i] - DisplayWidth(line[i])), ' ');
      if (i > 0) text.append(kGap, ' ');
      absl::StrAppend(&text, right_[i] ? padding : "", line[i], right_[i] ? "" : padding);
    }
    absl::StripTrailingAsciiWhitespace(&text);
    out << text << "\n";
  }
}

}  // namespace banso::cli
