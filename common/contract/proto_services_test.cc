#include "common/contract/proto_services.h"

#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::contract {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

TEST(ProtoServicesTest, FindsTheServicesOfAPackage) {
  std::vector<std::string> names;
  for (const auto* service : ServicesOf("banso.accounts.v1")) names.push_back(service->full_name());
  EXPECT_THAT(names, Contains("banso.accounts.v1.AccountsService"));
}

TEST(ProtoServicesTest, TakesAPackageByItsWholeName) {
  EXPECT_THAT(ServicesOf("banso.accounts"), IsEmpty());
  EXPECT_THAT(ServicesOf("banso.accounts.v1.AccountsService"), IsEmpty());
}

TEST(ProtoServicesTest, NoTwoServicesHaveTheSameShortName) {
  // People call RPCs by the short name of their service.
  std::map<std::string, std::string> seen;
  for (const auto* file : ProtoFiles()) {
    for (int i = 0; i < file->service_count(); ++i) {
      const auto* service = file->service(i);
      const auto [other, is_new] = seen.emplace(service->name(), service->full_name());
      EXPECT_TRUE(is_new) << service->full_name() << " and " << other->second;
    }
  }
  EXPECT_FALSE(seen.empty());
}

}  // namespace
}  // namespace banso::contract
