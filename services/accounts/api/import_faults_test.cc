#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/storage/failing_database.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"
#include "services/accounts/api/import_api.h"

namespace banso::accounts {
namespace {

using ::banso::testing::ParseProto;
using storage::CheckRefusalsAreTold;

// Imports over a disk that fails in the middle of them.
class ImportFaultsTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    BANSO_ASSERT_OK(Do(&AccountsApi::CreateAccount,
                       "account_id: 'acme' account { display_name: 'Acme' "
                       "external_ids { system: 'crm' id: 'old' } }"));
  }

  // The message with `#` as the number of the round.
  template <class Request>
  static Request InRound(int round, const std::string& text) {
    return ParseProto<Request>(absl::StrReplaceAll(text, {{"#", absl::StrCat(round)}}));
  }

  storage::FailingDatabase& failing() {
    if (failing_ == nullptr) failing_ = std::make_unique<storage::FailingDatabase>(*database_);
    return *failing_;
  }

 private:
  std::unique_ptr<storage::FailingDatabase> failing_;
};

TEST_F(ImportFaultsTest, ImportAccountsTellsWhatTheStoreSays) {
  AccountsApi api(failing(), store_, ids_, policy_);
  EXPECT_EQ(CheckRefusalsAreTold(failing(),
                                 [&](int round) -> absl::Status {
                                   VectorSource<v1::ImportAccountsRequest> source(
                                       {InRound<v1::ImportAccountsRequest>(round, R"pb(
                                         external_system: 'crm'
                                         accounts {
                                           display_name: 'New #'
                                           owners { sales: 'members/sato' }
                                           external_ids { system: 'crm' id: 'new-#' }
                                           external_ids { system: 'tenant' id: 't-#' }
                                         }
                                         accounts {
                                           display_name: 'Acme #'
                                           external_ids { system: 'crm' id: 'old' }
                                         }
                                       )pb")});
                                   BANSO_ASSIGN_OR_RETURN(
                                       const auto response,
                                       api.ImportAccounts(NewCall("ImportAccounts"), source));
                                   EXPECT_EQ(response.rejected(), 0) << response.DebugString();
                                   return absl::OkStatus();
                                 }),
            "");
}

TEST_F(ImportFaultsTest, ImportResourcesTellsWhatTheStoreSays) {
  ImportApi api(failing(), store_, ids_, policy_, calendars_);
  EXPECT_EQ(CheckRefusalsAreTold(
                failing(),
                [&](int round) -> absl::Status {
                  VectorSource<v1::ImportResourcesRequest> source(
                      {InRound<v1::ImportResourcesRequest>(round, R"pb(
                        external_system: 'crm'
                        resources {
                          id: 'm#'
                          member { display_name: 'Member #' }
                        }
                        resources {
                          id: 's#'
                          account: 'old'
                          site { display_name: 'Site #' }
                        }
                        resources {
                          id: 'p#'
                          account: 'old'
                          stakeholder { display_name: 'P #' site: 'accounts/-/sites/s#' }
                        }
                        resources {
                          id: 'd'
                          account: 'old'
                          deal { sales_owner: 'members/m#' }
                        }
                        resources {
                          id: 'k#'
                          account: 'old'
                          contract {
                            start_date { year: 2026 month: 4 day: 1 }
                            plan: 'pro'
                          }
                        }
                        resources {
                          id: 't#'
                          account: 'old'
                          interaction {
                            channel: INTERACTION_CHANNEL_PHONE
                            start_time { seconds: 1770000000 }
                            members: 'members/m#'
                          }
                        }
                      )pb")});
                  BANSO_ASSIGN_OR_RETURN(const auto response,
                                         api.ImportResources(NewCall("ImportResources"), source));
                  EXPECT_EQ(response.rejected(), 0) << response.DebugString();
                  return absl::OkStatus();
                }),
            "");
}

TEST_F(ImportFaultsTest, ReassigningTellsWhatTheStoreSays) {
  AccountsApi api(failing(), store_, ids_, policy_);
  EXPECT_EQ(CheckRefusalsAreTold(failing(),
                                 [&](int round) {
                                   const std::string owner = round % 2 == 0 ? "aoki" : "ito";
                                   return DoOn(api, &AccountsApi::ReassignAccounts,
                                               absl::StrCat(
                                                   "assignments { account: 'accounts/acme' "
                                                   "role: OWNER_ROLE_ONBOARDING owner: 'members/",
                                                   owner, "' } allow_partial: true"))
                                       .status();
                                 }),
            "");
}

}  // namespace
}  // namespace banso::accounts
