#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/accounts/v1/deals_service.pb.h"
#include "banso/accounts/v1/team_service.pb.h"
#include "banso/health/v1/metrics_service.pb.h"
#include "clients/cli/import_fixture.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "common/testing/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::cli {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

using accounts::v1::Account;
using accounts::v1::Deal;

// A suite that keeps what is imported in memory.
class ImportTest : public ImportFixture {
 protected:
  void SetUp() override {
    ServeAccounts();
    ServeDeals();
    server_.Handle(
        "banso.health.v1.MetricsService/IngestSamples",
        [this](const std::vector<std::string>& requests, const std::string&,
               std::vector<std::string>* responses) { return Ingest(requests, responses); });
  }

  std::map<std::string, Deal> deals_;
  std::map<std::string, health::v1::Sample> samples_;

 private:
  void ServeAccounts() {
    server_.Handle(
        "banso.accounts.v1.AccountsService/ImportAccounts",
        [this](const std::vector<std::string>& requests, const std::string&,
               std::vector<std::string>* responses) { return TakeAccounts(requests, responses); });
    server_.Unary<accounts::v1::CreateMemberRequest, accounts::v1::Member>(
        "banso.accounts.v1.TeamService/CreateMember",
        [this](const accounts::v1::CreateMemberRequest& request, accounts::v1::Member* member) {
          *member = request.member();
          member->set_name("members/" + request.member_id());
          members_[member->name()] = *member;
          return absl::OkStatus();
        });
  }

  absl::Status TakeAccounts(const std::vector<std::string>& requests,
                            std::vector<std::string>* responses) {
    accounts::v1::ImportAccountsResponse response;
    for (const std::string& bytes : requests) {
      accounts::v1::ImportAccountsRequest request;
      request.ParseFromString(bytes);
      for (int i = 0; i < request.accounts_size(); ++i) {
        const Account& row = request.accounts(i);
        const bool looped = row.external_ids(0).id() == "Loop" && !row.parent_account().empty();
        if (looped || row.display_name() == "Refused") {
          accounts::v1::RowError* error = response.add_errors();
          error->set_index(i);
          error->set_field(looped ? "accounts.parent_account" : "accounts.country");
          error->set_message(looped ? "a parent above it" : "a shorter name");
          error->set_reason(looped ? "CIRCLE" : "TOO_LONG");
          response.set_rejected(response.rejected() + 1);
          continue;
        }
        response.set_created(response.created() + 1);
        if (request.validate_only()) continue;
        Account& stored = accounts_[row.external_ids(0).id()];
        const bool fresh = stored.name().empty();
        if (fresh) {
          stored = row;
          stored.set_name("accounts/a" + std::to_string(accounts_.size()));
        } else if (!row.parent_account().empty()) {
          stored.set_parent_account(row.parent_account());
        }
      }
    }
    responses->push_back(response.SerializeAsString());
    return absl::OkStatus();
  }

  void ServeDeals() {
    server_.Unary<accounts::v1::ListDealsRequest, accounts::v1::ListDealsResponse>(
        "banso.accounts.v1.DealsService/ListDeals",
        [this](const accounts::v1::ListDealsRequest&, accounts::v1::ListDealsResponse* response) {
          for (const auto& [name, deal] : deals_) *response->add_deals() = deal;
          return absl::OkStatus();
        });
    server_.Unary<accounts::v1::CreateDealRequest, Deal>(
        "banso.accounts.v1.DealsService/CreateDeal",
        [this](const accounts::v1::CreateDealRequest& request, Deal* deal) {
          std::lock_guard lock(mutex_);
          *deal = request.deal();
          deal->set_name(contract::Join(request.parent(), "deals", request.deal_id()));
          deal->set_stage(accounts::v1::DEAL_STAGE_OPEN);
          deals_[deal->name()] = *deal;
          return absl::OkStatus();
        });
    server_.Unary<accounts::v1::WinDealRequest, Deal>(
        "banso.accounts.v1.DealsService/WinDeal",
        [this](const accounts::v1::WinDealRequest& request, Deal* deal) {
          std::lock_guard lock(mutex_);
          *deal = deals_.at(request.name());
          if (deal->sales_owner().empty()) {
            return contract::FailedPrecondition("NO_ACCOUNTABLE_OWNER", request.name(),
                                                "the account would have no owner", "Name one");
          }
          deal->set_stage(accounts::v1::DEAL_STAGE_WON);
          *deal->mutable_contract_start() = request.contract_start();
          SetClosingDay(request, deal);
          deals_[request.name()] = *deal;
          return absl::OkStatus();
        });
    server_.Unary<accounts::v1::LoseDealRequest, Deal>(
        "banso.accounts.v1.DealsService/LoseDeal",
        [this](const accounts::v1::LoseDealRequest& request, Deal* deal) {
          std::lock_guard lock(mutex_);
          *deal = deals_.at(request.name());
          deal->set_stage(accounts::v1::DEAL_STAGE_LOST);
          deal->set_loss_reason(request.reason());
          SetClosingDay(request, deal);
          deals_[request.name()] = *deal;
          return absl::OkStatus();
        });
  }

  // As the service does: today, unless the request names another day.
  template <class Request>
  static void SetClosingDay(const Request& request, Deal* deal) {
    *deal->mutable_close_date() = request.has_close_date()
                                      ? request.close_date()
                                      : calendar::ToDate(absl::CivilDay(2025, 5, 1));
  }

  absl::Status Ingest(const std::vector<std::string>& requests,
                      std::vector<std::string>* responses) {
    health::v1::IngestSamplesResponse response;
    int64_t index = 0;
    for (const std::string& bytes : requests) {
      health::v1::IngestSamplesRequest request;
      request.ParseFromString(bytes);
      for (const health::v1::Sample& sample : request.samples()) {
        if (sample.metric() == "metrics/unknown") {
          health::v1::SampleError* error = response.add_errors();
          error->set_index(index);
          error->set_field("metric");
          error->set_message("no such metric");
          error->set_reason("UNKNOWN_METRIC");
          response.set_rejected(response.rejected() + 1);
        } else if (samples_.emplace(sample.id(), sample).second) {
          response.set_stored(response.stored() + 1);
        } else {
          response.set_duplicates(response.duplicates() + 1);
        }
        ++index;
      }
    }
    responses->push_back(response.SerializeAsString());
    return absl::OkStatus();
  }
};

constexpr char kAccountsCsv[] =
    "account,sector,staff,parent,country\n"
    "Sakura,retail,120,,Japan\n"
    "Fuji,technolgy,many,,Japan\n"
    "Kaede,retail,30,Sakura,Philipines\n"
    "Kaede,retail,31,,Japan\n"
    "Refused,retail,1,,Japan\n"
    "Momiji,retail,2,Sakurra,Japan\n";

TEST_F(ImportTest, AccountsAreStoredAndEveryRowIsAccountedFor) {
  const std::string file = Write("accounts.csv", kAccountsCsv);
  EXPECT_EQ(Run({"accounts", file, "--map",
                 ("display_name=account,industry=sector,employees=staff,parent=parent,"
                  "country=country"),
                 "--known", "sector=technology|retail", "--known", "country=@countries"}),
            4);
  ASSERT_THAT(accounts_, SizeIs(3));
  EXPECT_EQ(accounts_.at("Sakura").employees(), 120);
  EXPECT_EQ(accounts_.at("Kaede").parent_account(), accounts_.at("Sakura").name());
  EXPECT_THAT(out_, HasSubstr("6 accounts: 3 created"));
  EXPECT_THAT(out_, HasSubstr("3 rows rejected"));
  // Each refused or doubtful row: its column, value, why, and line.
  EXPECT_THAT(out_,
              AllOf(HasSubstr("\"many\"   must be a whole number"),
                    HasSubstr("\"Kaede\"  the same as in line 4"), HasSubstr("a shorter name"),
                    HasSubstr("\"Sakurra\"     no such account; near 'Sakura'"),
                    HasSubstr("near 'Philippines'")));
  // Spellings are told of all rows; that of a refused row is not among those that were taken.
  EXPECT_THAT(out_, AllOf(HasSubstr("Doubtful spellings"),
                          ContainsRegex("sector +technolgy +1 +technology"),
                          Not(HasSubstr("near 'technology'"))));
}

TEST_F(ImportTest, AParentThatIsRefusedIsToldAtItsRow) {
  const std::string file =
      Write("accounts.csv", "account,parent\nSakura,\nKaede,Sakura\nLoop,Kaede\n");
  EXPECT_EQ(Run({"accounts", file, "--map", "display_name=account,parent=parent"}), 0);
  EXPECT_EQ(accounts_.at("Loop").parent_account(), "");
  EXPECT_THAT(out_, AllOf(HasSubstr("3 accounts: 3 created, 0 updated, 0 unchanged, 1 with a "
                                    "parent, 0 rows rejected"),
                          HasSubstr("\"Kaede\"  left without a parent: a parent above it  4\n")));
}

TEST_F(ImportTest, TheIdOfAnAccountIsMappedAsThatOfOtherRows) {
  const std::string file = Write("accounts.csv", "no,account\nA-1,Sakura\n,Fuji\n");
  EXPECT_EQ(Run({"accounts", file, "--map", "display_name=account,id=no"}), 4);
  ASSERT_THAT(accounts_, SizeIs(1));
  EXPECT_EQ(accounts_.at("A-1").display_name(), "Sakura");
  EXPECT_THAT(out_, HasSubstr("empty; it identifies the account"));
}

TEST_F(ImportTest, ADryRunStoresNothing) {
  const std::string file = Write("accounts.csv", "account\nSakura\n");
  EXPECT_EQ(Run({"accounts", file, "--map", "display_name=account", "--dry-run"}), 0);
  EXPECT_THAT(accounts_, SizeIs(0));
  EXPECT_THAT(out_, HasSubstr("1 accounts, dry run: 1 created"));
}

TEST_F(ImportTest, TheReportIsAlsoJsonAndAFileOfProblems) {
  const std::string file = Write("accounts.csv", kAccountsCsv);
  const std::string problems = folder_.File("problems.csv");
  EXPECT_EQ(Run({"accounts", file, "--map", "display_name=account,employees=staff", "--problems",
                 problems, "-o", "json"}),
            4);
  EXPECT_THAT(out_, AllOf(HasSubstr("\"rejected_rows\":3"),
                          HasSubstr("{\"line\":3,\"column\":\"staff\",\"value\":\"many\""),
                          HasSubstr("a shorter name\",\"reason\":\"TOO_LONG\"}")));
  std::ifstream written(problems);
  std::stringstream text;
  text << written.rdbuf();
  EXPECT_THAT(text.str(), HasSubstr("3,rejected,\"staff\",\"many\""));
  EXPECT_THAT(text.str(), HasSubstr("\"a shorter name\",\"TOO_LONG\""));
}

TEST_F(ImportTest, UnusableMappingsAreTheUsersFault) {
  const std::string file = Write("accounts.csv", kAccountsCsv);
  EXPECT_EQ(Run({"accounts", file, "--map", "employees=staff"}), 1);
  EXPECT_THAT(err_, HasSubstr("display_name"));
  EXPECT_EQ(Run({"accounts", file, "--map", "display_name=account", "--id", "none"}), 1);
  EXPECT_EQ(Run({"accounts", folder_.File("none.csv"), "--map", "display_name=account"}), 1);
  EXPECT_EQ(Run({"accounts", file, "--map", "display_name=account,id=account", "--id", "account"}),
            1);
  EXPECT_THAT(err_, HasSubstr("given twice"));
  EXPECT_EQ(Run({"samples", file, "--map", "account=account"}), 1);
  EXPECT_THAT(err_, HasSubstr("occurred_time"));
}

class DealImportTest : public ImportTest {
 protected:
  void SetUp() override {
    ImportTest::SetUp();
    Account account;
    account.set_name("accounts/sakura");
    account.set_display_name("Sakura");
    accounts_["Sakura"] = account;
  }

  std::vector<std::string> Command(const std::string& file) {
    return {"deals",
            file,
            "--map",
            ("account=company,id=no,stage=stage,sales_owner=seller,contract_start=closed,"
             "close_date=closed,amount:JPY=price,products=product"),
            "--create-members",
            "--known",
            "product=GTX Pro|MG Special"};
  }

  static constexpr char kDeals[] =
      "no,company,stage,seller,closed,price,product\n"
      "D1,Sakura,Won,Jun Ito,2025-04-01,100,GTXPro\n"
      "D2,Sakura,Lost,Jun Ito,2025-04-02,0,MG Special\n"
      "D3,Sakura,Engaging,Jun Ito,,,GTX Pro\n"
      "D4,,Won,Jun Ito,2025-04-01,5,GTX Pro\n"
      "D5,Sakkura,Won,Jun Ito,2025-04-01,5,GTX Pro\n"
      "D6,Sakura,Won,Jun Ito,,5,GTX Pro\n"
      "D7,Sakura,Won,Jun Ito,04/01/2025,5,GTX Pro\n";
};

TEST_F(DealImportTest, DealsAreWonLostOrLeftOpen) {
  const std::string file = Write("deals.csv", kDeals);
  EXPECT_EQ(Run(Command(file)), 4);
  ASSERT_THAT(deals_, SizeIs(3));
  const Deal& won = deals_.at("accounts/sakura/deals/d1");
  EXPECT_EQ(won.stage(), accounts::v1::DEAL_STAGE_WON);
  EXPECT_EQ(won.amount().minor_units(), 100);
  EXPECT_EQ(won.sales_owner(), "members/jun-ito");
  EXPECT_EQ(calendar::DayText(won.contract_start()), "2025-04-01");
  EXPECT_EQ(calendar::DayText(won.close_date()), "2025-04-01");
  const Deal& lost = deals_.at("accounts/sakura/deals/d2");
  EXPECT_EQ(lost.stage(), accounts::v1::DEAL_STAGE_LOST);
  EXPECT_EQ(lost.loss_reason(), "Lost, as imported");
  EXPECT_EQ(calendar::DayText(lost.close_date()), "2025-04-02");
  EXPECT_EQ(deals_.at("accounts/sakura/deals/d3").stage(), accounts::v1::DEAL_STAGE_OPEN);
  EXPECT_THAT(out_, HasSubstr("7 deals: 3 created, 0 updated, 0 unchanged, 1 members created, 1 "
                              "won, 1 lost, 4 rows rejected"));
}

TEST_F(DealImportTest, RowsThatDoNotFitAreNamedWithTheirFault) {
  const std::string file = Write("deals.csv", kDeals);
  Run(Command(file));
  EXPECT_THAT(out_, AllOf(HasSubstr("empty; a deal needs an account"),
                          HasSubstr("the name of no account; near 'Sakura'"),
                          HasSubstr("empty; a won deal needs the first day"),
                          HasSubstr("   1  closed   \"04/01/2025\"  must be a day as YYYY-MM-DD"),
                          HasSubstr("\"GTXPro\"  not known; near 'GTX Pro'")));
}

TEST_F(DealImportTest, ImportingAgainChangesNothing) {
  const std::string file = Write("deals.csv", kDeals);
  Run(Command(file));
  EXPECT_EQ(Run(Command(file)), 4);
  EXPECT_THAT(out_, HasSubstr("7 deals: 0 created, 0 updated, 3 unchanged, 0 members created"));
}

TEST_F(DealImportTest, ADealWithoutADayIsClosedTodayAndThatIsTold) {
  const std::string file = Write("deals.csv",
                                 "no,company,stage,seller,closed,start,why\n"
                                 "D1,Sakura,Won,Jun Ito,,2025-04-01,\n"
                                 "D2,Sakura,Lost,Jun Ito,,,too dear\n"
                                 "D3,Sakura,Engaging,Jun Ito,,,\n"
                                 "D4,Nobody,Lost,Jun Ito,,,\n");
  const std::string columns = "account=company,id=no,stage=stage,sales_owner=seller";
  EXPECT_EQ(Run({"deals", file, "--create-members", "--map", columns, "--map",
                 "contract_start=start,close_date=closed,loss_reason=why"}),
            4);
  EXPECT_EQ(calendar::DayText(deals_.at("accounts/sakura/deals/d2").close_date()), "2025-05-01");
  EXPECT_EQ(deals_.at("accounts/sakura/deals/d2").loss_reason(), "too dear");
  // Of rows that are taken, and closed.
  EXPECT_THAT(out_, HasSubstr("   2  closed  \"\"     empty; counted as closed today  2, 3\n"));

  deals_.clear();
  EXPECT_EQ(Run({"deals", file, "--map", columns, "--map", "contract_start=start"}), 4);
  EXPECT_THAT(out_, HasSubstr("not in the table; counted as closed today  2, 3\n"));
}

TEST_F(DealImportTest, WhatTheFileSaysOtherwiseOfAClosedDealIsTold) {
  Run(Command(Write("deals.csv", kDeals)));
  EXPECT_EQ(Run(Command(Write("later.csv",
                              "no,company,stage,seller,closed,price,product\n"
                              "D1,Sakura,Won,Jun Ito,2025-04-01,150,GTXPro\n"
                              "D2,Sakura,Lost,Jun Ito,2025-04-12,0,MG Special\n"))),
            0);
  EXPECT_THAT(out_, AllOf(HasSubstr("2 deals: 0 created, 0 updated, 2 unchanged"),
                          HasSubstr("\"2025-04-12\"  not taken: the deal is closed already"),
                          HasSubstr("amount")));
  EXPECT_EQ(deals_.at("accounts/sakura/deals/d1").amount().minor_units(), 100);
  EXPECT_EQ(calendar::DayText(deals_.at("accounts/sakura/deals/d2").close_date()), "2025-04-02");
}

TEST_F(DealImportTest, ARefusalOfTheServerIsTheRows) {
  const std::string file = Write("deals.csv",
                                 "no,company,stage,closed\n"
                                 "D1,Sakura,Won,2025-04-01\nD2,Sakura,Open,2025-04-01\n");
  for (const char* id : {"d1", "d2"}) {
    Deal& deal = deals_[absl::StrCat("accounts/sakura/deals/", id)];
    deal.set_name(absl::StrCat("accounts/sakura/deals/", id));
    deal.set_stage(id[1] == '1' ? accounts::v1::DEAL_STAGE_LOST : accounts::v1::DEAL_STAGE_OPEN);
  }
  EXPECT_EQ(
      Run({"deals", file, "--map", "account=company,id=no,stage=stage,contract_start=closed"}), 4);
  EXPECT_THAT(out_, HasSubstr("2 deals: 0 created, 0 updated, 1 unchanged, 0 won, 0 lost, 1 rows "
                              "rejected"));
  EXPECT_THAT(out_, HasSubstr("d1 is closed already, and otherwise than the file says"));
  EXPECT_EQ(deals_.at("accounts/sakura/deals/d1").stage(), accounts::v1::DEAL_STAGE_LOST);
}

TEST_F(DealImportTest, ADealThatIsStoredAndCannotBeWonIsNoRejectedRow) {
  const std::string file = Write("deals.csv",
                                 "no,company,stage,closed\n"
                                 "D1,Sakura,Won,2025-04-01\nD2,Sakura,Open,2025-04-01\n");
  const std::vector<std::string> command = {
      "deals", file, "--map",
      "account=company,id=no,stage=stage,contract_start=closed,close_date=closed"};
  EXPECT_EQ(Run(command), 4);
  EXPECT_THAT(out_,
              AllOf(HasSubstr("2 deals: 1 created, 0 updated, 0 unchanged, 0 won, 0 lost, "
                              "1 rows stored in part, 0 rows rejected"),
                    HasSubstr("\"Won\"  left open: "), HasSubstr("the account would have no owner"),
                    Not(HasSubstr("Rejected rows"))));
  EXPECT_EQ(deals_.at("accounts/sakura/deals/d1").stage(), accounts::v1::DEAL_STAGE_OPEN);
  EXPECT_THAT(deals_, SizeIs(2));

  // Imported again it is still so, and a program is told too.
  std::vector<std::string> as_json = command;
  as_json.insert(as_json.end(), {"-o", "json", "--problems", folder_.File("problems.csv")});
  EXPECT_EQ(Run(as_json), 4);
  EXPECT_THAT(out_, AllOf(HasSubstr("\"unchanged\":1"), HasSubstr("\"rejected_rows\":0"),
                          HasSubstr("\"partly_rows\":1,\"partly\":[{\"line\":2,"
                                    "\"column\":\"stage\",\"value\":\"Won\"")));
  EXPECT_THAT(testing::ReadFile(folder_.File("problems.csv")),
              HasSubstr("2,partly,\"stage\",\"Won\""));
}

TEST_F(DealImportTest, SamplesComeInLongAndWideTables) {
  const std::string wide =
      Write("wide.csv",
            "company,day,mails,interviews\n"
            "Sakura,2025-04-01,3,\nSakura,2025-04-02,1,2\nNobody,2025-04-02,1,\n");
  EXPECT_EQ(Run({"samples", wide, "--map",
                 "account=company,occurred_time=day,metrics.mails-sent=mails,"
                 "metrics.interviews=interviews"}),
            4);
  EXPECT_THAT(out_, AllOf(HasSubstr("3 created"), HasSubstr("\"Nobody\"  the name of no account")));
  std::vector<std::string> metrics;
  for (const auto& [id, sample] : samples_) metrics.push_back(sample.metric());
  EXPECT_THAT(metrics, UnorderedElementsAre("metrics/mails-sent", "metrics/mails-sent",
                                            "metrics/interviews"));

  const std::string lines = Write("long.csv",
                                  "company,when,what\nSakura,2025-04-03 10:00,replies\n"
                                  "Sakura,2025-04-03 10:00,replies\nSakura,2025-04-03,unknown\n");
  const std::vector<std::string> command = {"samples", lines, "--map",
                                            "account=company,occurred_time=when,metric=what"};
  EXPECT_EQ(Run(command), 4);
  EXPECT_THAT(out_, AllOf(HasSubstr("2 created"), HasSubstr("\"unknown\"  no such metric")));
  // The same file again: the same samples.
  EXPECT_EQ(Run(command), 4);
  EXPECT_THAT(out_, HasSubstr("0 created, 0 updated, 2 unchanged"));
}

TEST_F(DealImportTest, DaysOfSamplesCanBeMovedToToday) {
  const std::string file = Write("s.csv", "company,when\nSakura,2020-01-01\n");
  EXPECT_EQ(Run({"samples", file, "--map", "account=company,occurred_time=when", "--set",
                 "metric=mails-sent", "--as-if-today", "2020-01-11"}),
            0);
  ASSERT_THAT(samples_, SizeIs(1));
  EXPECT_EQ(
      absl::FormatTime("%Y-%m-%d %H:%M", calendar::ToTime(samples_.begin()->second.occurred_time()),
                       absl::FixedTimeZone(9 * 3600)),
      "2025-04-21 00:00");
}

}  // namespace
}  // namespace banso::cli
