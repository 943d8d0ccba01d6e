#include "clients/cli/table.h"

#include <sstream>
#include <string>

#include "gtest/gtest.h"

namespace banso::cli {
namespace {

TEST(DisplayWidth, CountsWideCharactersTwice) {
  EXPECT_EQ(DisplayWidth("Acme"), 4);
  EXPECT_EQ(DisplayWidth("伴走"), 4);
  EXPECT_EQ(DisplayWidth("ﾊﾝｿｳ"), 4);
  EXPECT_EQ(DisplayWidth("Ünïon"), 5);
  EXPECT_EQ(DisplayWidth("e\xCC\x81"), 1);
  EXPECT_EQ(DisplayWidth(""), 0);
}

TEST(Shortened, KeepsWithinTheWidth) {
  EXPECT_EQ(Shortened("Acme", 4), "Acme");
  EXPECT_EQ(Shortened("Acme Corp", 5), "Acme…");
  EXPECT_EQ(Shortened("株式会社アクメ", 7), "株式会…");
  EXPECT_EQ(Shortened("株式会社アクメ", 8), "株式会…");
}

TEST(Table, AlignsColumnsWhateverTheScript) {
  Table table({"NAME", ">DAY", "STEP"});
  table.Add({"Acme", "3", "call"});
  table.Add({"株式会社サクラ", "120", "mail\nthem"});
  table.Add({"short row"});
  std::ostringstream out;
  table.Print(out);
  EXPECT_EQ(out.str(),
            "NAME            DAY  STEP\n"
            "Acme              3  call\n"
            "株式会社サクラ  120  mail them\n"
            "short row\n");
}

TEST(Table, ShortensWideCells) {
  Table table({"A", "B"});
  table.Add({"a very long text", "b"});
  std::ostringstream out;
  table.Print(out, 8);
  EXPECT_EQ(out.str(), "A        B\na very…  b\n");
}

}  // namespace
}  // namespace banso::cli
