#ifndef BANSO_CLIENTS_CLI_TABLE_H_
#define BANSO_CLIENTS_CLI_TABLE_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace banso::cli {

// How many columns of a terminal a text takes: wide characters (kanji, kana) take two, combining
// ones none.
int DisplayWidth(absl::string_view text);

// The text in at most `width` columns, with `…` at its end when something was left out.
std::string Shortened(absl::string_view text, int width);

// Columns of text, aligned.
class Table {
 public:
  // Titles; one that begins with `>` belongs to a column that is aligned to the right.
  explicit Table(const std::vector<std::string>& titles);

  // Adds a row with as many cells as there are titles. Line breaks and tabs become spaces.
  void Add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }

  // Writes titles and rows, two spaces between columns, none at a line's end. Cells wider than
  // `max_cell_width` are shortened.
  void Print(std::ostream& out, int max_cell_width = 60) const;

 private:
  std::vector<std::string> titles_;
  std::vector<bool> right_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace banso::cli

#endif  // BANSO_CLIENTS_CLI_TABLE_H_
