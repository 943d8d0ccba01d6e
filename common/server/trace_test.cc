#include "common/server/trace.h"

#include <string>

#include "gtest/gtest.h"

namespace banso::server {
namespace {

constexpr char kParent[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

TEST(TraceTest, KeepsTheTraceAndItsFlagsAndChangesTheSpan) {
  const std::string next = NextTraceParent(kParent);
  EXPECT_EQ(TraceId(next), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(next.substr(0, 36), std::string(kParent).substr(0, 36));
  EXPECT_NE(next.substr(36, 16), std::string(kParent).substr(36, 16));
  EXPECT_EQ(next.substr(52), "-00");
}

TEST(TraceTest, BeginsANewTraceForWhatIsNotValid) {
  for (const std::string parent :
       {"", "nonsense", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-00",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-00",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-00"}) {
    EXPECT_EQ(TraceId(parent), "") << parent;
    const std::string next = NextTraceParent(parent);
    EXPECT_EQ(TraceId(next).size(), 32u) << parent;
    EXPECT_NE(TraceId(next), TraceId(kParent)) << parent;
  }
}

}  // namespace
}  // namespace banso::server
