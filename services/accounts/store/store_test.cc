#include "services/accounts/store/store.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/contract/call.h"
#include "common/storage/open.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::accounts {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::ParseProto;
using ::banso::testing::StatusIs;
using storage::Reader;
using storage::Writer;
using v1::Account;

class StoreTest : public banso::testing::TempDirTest {
 protected:
  void SetUp() override {
    storage::OpenOptions options;
    options.path = TempFile("accounts.db");
    options.service = "accounts";
    options.migrations = Schema();
    BANSO_ASSERT_OK_AND_ASSIGN(database_, storage::OpenSqlite(options));
  }

  absl::Status Save(const Account* before, const Account& after) {
    return database_
        ->Write(ServiceCall("accounts", absl::FromUnixSeconds(1'775'000'000)),
                [&](Writer& writer) { return store_.Save(writer, before, after).status(); })
        .status();
  }

  // Who has the id `id` of `crm`; empty when nobody has.
  std::string OwnerOf(const std::string& id) {
    std::string owner;
    EXPECT_THAT(database_->Read([&](Reader& reader) -> absl::Status {
      const auto found = store_.external_ids.Find(reader, "crm", id);
      if (found.ok()) owner = found->value_or("");
      return found.status();
    }),
                IsOk());
    return owner;
  }

  Store store_;
  std::unique_ptr<storage::Database> database_;
};

TEST_F(StoreTest, TheSchemaFitsTheCollections) {
  EXPECT_THAT(database_->Read([&](Reader& reader) { return store_.CheckSchema(reader); }), IsOk());
}

TEST_F(StoreTest, ExternalIdsFollowTheAccount) {
  const auto first =
      ParseProto<Account>("name: 'accounts/a' external_ids { system: 'crm' id: '1' }");
  ASSERT_THAT(Save(nullptr, first), IsOk());
  EXPECT_EQ(OwnerOf("1"), "accounts/a");
  Account moved = first;
  moved.mutable_external_ids(0)->set_id("2");
  ASSERT_THAT(Save(&first, moved), IsOk());
  EXPECT_EQ(OwnerOf("1"), "");
  EXPECT_EQ(OwnerOf("2"), "accounts/a");
  const auto other =
      ParseProto<Account>("name: 'accounts/b' external_ids { system: 'crm' id: '2' }");
  EXPECT_THAT(Save(nullptr, other), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(Save(nullptr, ParseProto<Account>("name: 'accounts/b'")), IsOk());
}

TEST_F(StoreTest, AFactIsRecordedOnlyWhenItChanges) {
  const auto account = ParseProto<Account>("name: 'accounts/a' industry: 'tax'");
  ASSERT_THAT(Save(nullptr, account), IsOk());
  Account renamed = account;
  renamed.set_display_name("A");
  ASSERT_THAT(Save(&account, renamed), IsOk());
  ASSERT_THAT(database_->Read([&](Reader& reader) -> absl::Status {
    const auto changes = store_.facts.Changes(reader, "accounts/a", "account.industry");
    EXPECT_EQ(changes.value().size(), 1);
    EXPECT_EQ(changes.value()[0].source(), "services/accounts");
    return changes.status();
  }),
              IsOk());
}

}  // namespace
}  // namespace banso::accounts
