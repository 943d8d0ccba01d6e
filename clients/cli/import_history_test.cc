#include <map>
#include <string>
#include <vector>

#include "banso/accounts/v1/contract.pb.h"
#include "banso/accounts/v1/import_service.pb.h"
#include "banso/accounts/v1/onboardings_service.pb.h"
#include "banso/handoff/v1/processes_service.pb.h"
#include "banso/health/v1/metrics_service.pb.h"
#include "banso/health/v1/outcomes_service.pb.h"
#include "clients/cli/import_fixture.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

// What other systems know of the past: contracts, onboardings, use by contract, and what became of
// customers.
namespace banso::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

using accounts::v1::Contract;
using accounts::v1::Onboarding;

class HistoryTest : public ImportFixture {
 protected:
  void SetUp() override {
    for (const char* id : {"A1", "A2"}) {
      accounts::v1::Account& account = accounts_[id];
      account.set_name(absl::StrCat("accounts/", id[1] == '1' ? "one" : "two"));
      account.set_display_name(absl::StrCat("Company ", id));
      accounts::v1::ExternalId* external = account.add_external_ids();
      external->set_system("crm");
      external->set_id(id);
    }
    members_["guide"].set_name("members/guide");
    members_["guide"].set_display_name("Guide");
    ServeContracts();
    ServeOnboardings();
    ServeHealth();
  }

  std::map<std::string, Contract> contracts_;
  // Rows that are no contracts, as they were sent.
  std::vector<accounts::v1::ImportedResource> others_;
  std::map<std::string, Onboarding> onboardings_;
  std::map<std::string, health::v1::Sample> samples_;
  std::map<std::string, health::v1::Outcome> outcomes_;

 private:
  void ServeContracts() {
    List<accounts::v1::ListContractsRequest, accounts::v1::ListContractsResponse>(
        "banso.accounts.v1.RelationsService/ListContracts", contracts_,
        [](accounts::v1::ListContractsResponse* response) { return response->add_contracts(); });
    server_.Handle(
        "banso.accounts.v1.ImportService/ImportResources",
        [this](const std::vector<std::string>& requests, const std::string&,
               std::vector<std::string>* responses) { return TakeRows(requests, responses); });
  }

  absl::Status TakeRows(const std::vector<std::string>& requests,
                        std::vector<std::string>* responses) {
    accounts::v1::ImportResourcesResponse response;
    for (const std::string& bytes : requests) {
      accounts::v1::ImportResourcesRequest request;
      request.ParseFromString(bytes);
      for (int i = 0; i < request.resources_size(); ++i) TakeRow(request, i, &response);
    }
    responses->push_back(response.SerializeAsString());
    return absl::OkStatus();
  }

  void TakeRow(const accounts::v1::ImportResourcesRequest& request, int index,
               accounts::v1::ImportResourcesResponse* response) {
    const accounts::v1::ImportedResource& row = request.resources(index);
    if (!row.has_contract()) {
      others_.push_back(row);
      response->set_created(response->created() + 1);
      return;
    }
    const Contract& contract = row.contract();
    if (contract.has_end_date() &&
        calendar::ToDay(contract.end_date()) < calendar::ToDay(contract.start_date())) {
      response->set_rejected(response->rejected() + 1);
      accounts::v1::RowError* error = response->add_errors();
      error->set_index(index);
      error->set_field("contract.end_date");
      error->set_message("a day not before start_date");
      return;
    }
    std::map<std::string, Contract> tried;
    Contract& stored = (request.validate_only()
                            ? tried
                            : contracts_)[contract::Join(row.account(), "contracts", row.id())];
    const Contract before = stored;
    stored.MergeFrom(contract);
    stored.set_name(contract::Join(row.account(), "contracts", row.id()));
    if (before.name().empty()) {
      response->set_created(response->created() + 1);
    } else if (before.SerializeAsString() == stored.SerializeAsString()) {
      response->set_unchanged(response->unchanged() + 1);
    } else {
      response->set_updated(response->updated() + 1);
    }
  }

  void ServeOnboardings() {
    List<accounts::v1::ListOnboardingsRequest, accounts::v1::ListOnboardingsResponse>(
        "banso.accounts.v1.OnboardingsService/ListOnboardings", onboardings_,
        [](accounts::v1::ListOnboardingsResponse* response) {
          return response->add_onboardings();
        });
    // Starting takes a moment, and fails for accounts/two.
    server_.Unary<handoff::v1::StartOnboardingRequest, handoff::v1::Process>(
        "banso.handoff.v1.ProcessesService/StartOnboarding",
        [this](const handoff::v1::StartOnboardingRequest& request, handoff::v1::Process* process) {
          std::lock_guard lock(mutex_);
          Onboarding onboarding;
          onboarding.set_name(
              contract::Join(request.parent(), "onboardings", request.onboarding_id()));
          onboarding.set_owner(request.owner());
          if (request.parent() == "accounts/one") onboardings_[onboarding.name()] = onboarding;
          process->set_name("processes/" + contract::LastId(request.parent()));
          process->set_state(handoff::v1::PROCESS_STATE_RUNNING);
          return absl::OkStatus();
        });
    server_.Unary<handoff::v1::GetProcessRequest, handoff::v1::Process>(
        "banso.handoff.v1.ProcessesService/GetProcess",
        [](const handoff::v1::GetProcessRequest& request, handoff::v1::Process* process) {
          const bool good = request.name() == "processes/one";
          process->set_name(request.name());
          process->set_state(good ? handoff::v1::PROCESS_STATE_SUCCEEDED
                                  : handoff::v1::PROCESS_STATE_WAITING_FOR_PERSON);
          process->set_status_text("the account is not won");
          return absl::OkStatus();
        });
    server_.Unary<accounts::v1::RecordClockRequest, Onboarding>(
        "banso.accounts.v1.OnboardingsService/RecordClock",
        [this](const accounts::v1::RecordClockRequest& request, Onboarding* onboarding) {
          std::lock_guard lock(mutex_);
          if (request.clock() == type::v1::CLOCK_GO_LIVE) {
            return contract::InvalidField("date", "2024-05-02", "a day behind the kickoff");
          }
          accounts::v1::ClockReading* clock = onboardings_.at(request.name()).add_clocks();
          clock->set_clock(request.clock());
          *clock->mutable_date() = request.date();
          *onboarding = onboardings_.at(request.name());
          return absl::OkStatus();
        });
  }

  void ServeHealth() {
    server_.Handle("banso.health.v1.MetricsService/IngestSamples",
                   [this](const std::vector<std::string>& requests, const std::string&,
                          std::vector<std::string>* responses) {
                     health::v1::IngestSamplesResponse response;
                     for (const std::string& bytes : requests) {
                       health::v1::IngestSamplesRequest request;
                       request.ParseFromString(bytes);
                       for (const auto& sample : request.samples()) samples_[sample.id()] = sample;
                       response.set_stored(response.stored() + request.samples_size());
                     }
                     responses->push_back(response.SerializeAsString());
                     return absl::OkStatus();
                   });
    server_.Handle("banso.health.v1.OutcomesService/ImportOutcomes",
                   [this](const std::vector<std::string>& requests, const std::string&,
                          std::vector<std::string>* responses) {
                     health::v1::ImportOutcomesResponse response;
                     for (const std::string& bytes : requests) {
                       health::v1::ImportOutcomesRequest request;
                       request.ParseFromString(bytes);
                       for (int i = 0; i < request.outcomes_size(); ++i) {
                         const health::v1::Outcome& outcome = request.outcomes(i);
                         if (outcome.reason() == "Too dear") {
                           health::v1::OutcomeError* error = response.add_errors();
                           error->set_index(i);
                           error->set_field("reason");
                           error->set_message("must be a word of a-z, 0-9 and _");
                           response.set_rejected(response.rejected() + 1);
                         } else if (outcomes_.emplace(outcome.name(), outcome).second) {
                           response.set_stored(response.stored() + 1);
                         } else {
                           response.set_duplicates(response.duplicates() + 1);
                         }
                       }
                     }
                     responses->push_back(response.SerializeAsString());
                     return absl::OkStatus();
                   });
  }
};

constexpr char kContractRows[] =
    "no,account,from,until,price\n"
    "S-1,A1,01-02-2024,31-01-2025,1200\n"
    "S-2,A1,01-06-2024,,99.50\n"
    "S-3,A3,01-02-2024,,1\n"
    "S-4,A2,,,1\n"
    "S-5,A2,02-02-2024,01-01-2024,1\n"
    "S-2,A1,01-06-2024,,1\n"
    "S-2,A2,01-03-2024,,7\n";

std::vector<std::string> ImportContractsOf(const std::string& file) {
  return {"contracts",
          file,
          "--date-format",
          "DD-MM-YYYY",
          "--map",
          "account=account,id=no,start_date=from,end_date=until,monthly_amount:USD=price"};
}

TEST_F(HistoryTest, ContractsAreCreatedThenBroughtUpToDate) {
  EXPECT_EQ(Run(ImportContractsOf(Write("c.csv", kContractRows))), 4);
  ASSERT_THAT(contracts_, SizeIs(3));
  const Contract& first = contracts_.at("accounts/one/contracts/s-1");
  EXPECT_EQ(calendar::DayText(first.end_date()), "2025-01-31");
  EXPECT_EQ(first.monthly_amount().minor_units(), 120000);
  EXPECT_THAT(
      out_,
      AllOf(HasSubstr("7 contracts: 3 created, 0 updated, 0 unchanged, 4 rows rejected"),
            HasSubstr("the name of no account"), HasSubstr("empty; a contract needs its first day"),
            HasSubstr("a day not before start_date"), HasSubstr("the same as in line 3")));
  EXPECT_EQ(Run(ImportContractsOf(Write("c2.csv",
                                        "no,account,from,until,price\n"
                                        "S-1,A1,01-02-2024,31-01-2025,1200\n"
                                        "S-2,A1,01-06-2024,31-12-2024,99.50\n"))),
            0);
  EXPECT_THAT(out_, HasSubstr("2 contracts: 0 created, 1 updated, 1 unchanged"));
  EXPECT_TRUE(contracts_.at("accounts/one/contracts/s-2").has_end_date());
}

TEST_F(HistoryTest, ADryRunOfContractsStoresNothing) {
  std::vector<std::string> command = ImportContractsOf(Write("c.csv", kContractRows));
  command.push_back("--dry-run");
  EXPECT_EQ(Run(command), 4);
  EXPECT_THAT(out_, HasSubstr("7 contracts, dry run: 3 created"));
  EXPECT_THAT(contracts_, SizeIs(0));
}

TEST_F(HistoryTest, PeopleSitesMembersAndContactsGoInTheSameWay) {
  EXPECT_EQ(Run({"sites", Write("s.csv", "no,company,name\nOsaka,A1,大阪\n"), "--map",
                 "id=no,account=company,display_name=name"}),
            0);
  EXPECT_EQ(Run({"stakeholders", Write("p.csv", "no,company,name,where\nP 1,A1,西田,Osaka\n"),
                 "--map", "id=no,account=company,display_name=name,site=where"}),
            0);
  EXPECT_EQ(Run({"members", Write("m.csv", "no,name\nE-7,Hayashi\n"), "--map",
                 "id=no,display_name=name"}),
            0);
  EXPECT_EQ(
      Run({"interactions",
           Write("i.csv",
                 "no,company,how,when,who,whom\n"
                 "T1,A1,phone,2025-02-03,Guide,P 1; P 2\n"
                 "T2,A1,phone,2025-02-03,Nobody,\n"),
           "--map",
           "id=no,account=company,channel=how,start_time=when,members=who,stakeholders=whom"}),
      4);
  EXPECT_THAT(out_, HasSubstr("'Nobody' is the name of no member"));
  ASSERT_THAT(others_, SizeIs(4));
  EXPECT_EQ(others_[0].account(), "accounts/one");
  EXPECT_EQ(others_[0].id(), "osaka");
  EXPECT_EQ(others_[0].site().display_name(), "大阪");
  EXPECT_EQ(others_[1].stakeholder().site(), "accounts/-/sites/osaka");
  EXPECT_EQ(others_[2].account(), "");
  EXPECT_EQ(others_[2].member().display_name(), "Hayashi");
  EXPECT_THAT(others_[3].interaction().members(), ElementsAre("members/guide"));
  EXPECT_THAT(others_[3].interaction().stakeholders(),
              ElementsAre("accounts/-/stakeholders/p-1", "accounts/-/stakeholders/p-2"));
}

class UseByContractTest : public HistoryTest {
 protected:
  void SetUp() override {
    HistoryTest::SetUp();
    ASSERT_EQ(Run(ImportContractsOf(Write("c.csv", kContractRows))), 4);
    contracts_.erase("accounts/two/contracts/s-2");
  }

  std::vector<std::string> Command() {
    return {"samples",
            Write("use.csv",
                  "contract,day,uses,beta\n"
                  "S-1,01-02-2024,3,TRUE\n"
                  "S-1,31-01-2024,4,FALSE\n"
                  "S-1,01-02-2025,5,no\n"
                  "S-9,01-02-2024,6,no\n"
                  ",01-02-2024,7,no\n"
                  "S-2,01-07-2024,many,perhaps\n"),
            "--date-format",
            "DD-MM-YYYY",
            "--map",
            ("contract=contract,occurred_time=day,known_time=day,metrics.uses=uses,"
             "metrics.beta=beta")};
  }
};

TEST_F(UseByContractTest, BelongsToTheAccountOfTheContract) {
  EXPECT_EQ(Run(Command()), 4);
  EXPECT_THAT(samples_, SizeIs(6));
  double beta = 0;
  for (const auto& [id, sample] : samples_) {
    EXPECT_EQ(sample.account(), "accounts/one");
    EXPECT_EQ(sample.known_time().seconds(), sample.occurred_time().seconds());
    if (sample.metric() == "metrics/beta") beta += sample.value();
  }
  EXPECT_EQ(beta, 1);
  EXPECT_THAT(out_,
              AllOf(HasSubstr("2 outside their contract, 3 rows rejected"),
                    HasSubstr("\"31-01-2024\"  before the first day of the contract"),
                    HasSubstr("\"01-02-2025\"  after the last day of the contract"),
                    HasSubstr("\"S-9\"      no such contract"),
                    HasSubstr("empty; a sample needs a contract"),
                    HasSubstr("\"perhaps\"  must be a number such as 12.5, or true or false")));
}

TEST_F(UseByContractTest, CanBeRefusedOutsideOfItsDays) {
  std::vector<std::string> command = Command();
  command.push_back("--within-contract");
  EXPECT_EQ(Run(command), 4);
  EXPECT_THAT(samples_, SizeIs(2));
  EXPECT_THAT(out_, HasSubstr("2 outside their contract, 5 rows rejected"));
}

TEST_F(UseByContractTest, IsRefusedWhenTheIdIsThatOfSeveralAccounts) {
  contracts_["accounts/two/contracts/s-1"].set_name("accounts/two/contracts/s-1");
  EXPECT_EQ(Run(Command()), 4);
  EXPECT_THAT(samples_, SizeIs(0));
  EXPECT_THAT(out_, HasSubstr("the id of contracts of several accounts"));
}

TEST_F(HistoryTest, SamplesNameAnAccountOrAContractNotBoth) {
  const std::string file = Write("s.csv", "account,contract,day\nA1,S-1,2024-01-01\n");
  EXPECT_EQ(Run({"samples", file, "--map", "occurred_time=day", "--set", "metric=uses"}), 1);
  EXPECT_THAT(err_, HasSubstr("--map contract=COLUMN"));
  EXPECT_EQ(Run({"samples", file, "--map", "account=account,contract=contract,occurred_time=day",
                 "--set", "metric=uses"}),
            1);
}

TEST_F(HistoryTest, OutcomesAreStoredOnceAndBadOnesNamed) {
  const std::string file = Write("o.csv",
                                 "id,account,day,why\n"
                                 "C-1,A1,2024-05-01,pricing\n"
                                 "C-2,A1,2024-06-01,Too dear\n"
                                 "C-3,A9,2024-05-01,pricing\n"
                                 "C-4,A2,,pricing\n"
                                 "C-5,A2,May,pricing\n");
  const std::vector<std::string> command = {
      "outcomes", file,        "--map", "account=account,id=id,occurred_time=day,reason=why",
      "--set",    "kind=churn"};
  EXPECT_EQ(Run(command), 4);
  ASSERT_THAT(outcomes_, SizeIs(1));
  EXPECT_EQ(outcomes_.begin()->first, "accounts/one/outcomes/c-1");
  EXPECT_EQ(outcomes_.begin()->second.kind(), health::v1::OUTCOME_KIND_CHURN);
  EXPECT_THAT(out_,
              AllOf(HasSubstr("5 outcomes: 1 created, 0 updated, 0 unchanged, 4 rows rejected"),
                    HasSubstr("\"Too dear\"  must be a word of a-z"),
                    HasSubstr("the name of no account"), HasSubstr("empty; an outcome needs it"),
                    HasSubstr("\"May\"       must be a time as RFC 3339")));
  EXPECT_EQ(Run(command), 4);
  EXPECT_THAT(out_, HasSubstr("0 created, 0 updated, 1 unchanged"));
}

TEST_F(HistoryTest, AWrongKindOfOutcomeIsToldWithThoseThereAre) {
  const std::string file = Write("o.csv", "id,account,day\nC-1,A1,2024-05-01\n");
  EXPECT_EQ(Run({"outcomes", file, "--map", "account=account,id=id,occurred_time=day", "--set",
                 "kind=left"}),
            4);
  EXPECT_THAT(out_, HasSubstr("must be one of renewal, churn, expansion"));
  EXPECT_EQ(Run({"outcomes", file, "--map", "account=account,id=id,occurred_time=day"}), 1);
  EXPECT_THAT(err_, HasSubstr("no column is mapped to 'kind'"));
}

TEST_F(HistoryTest, OnboardingsAreStartedAndTheirClocksSet) {
  const std::string file = Write("on.csv",
                                 "account,from,met\n"
                                 "A1,2024-05-01,2024-05-10\n"
                                 "A2,2024-05-01,\n");
  const std::vector<std::string> command = {
      "onboardings", file,
      "--map",       "account=account,contract_start=from,clocks.first_meeting=met",
      "--set",       "id=first",
      "--set",       "kind=initial",
      "--set",       "owner=Guide"};
  EXPECT_EQ(Run(command), 4);
  ASSERT_THAT(onboardings_, SizeIs(1));
  const Onboarding& first = onboardings_.at("accounts/one/onboardings/first");
  EXPECT_EQ(first.owner(), "members/guide");
  ASSERT_EQ(first.clocks_size(), 1);
  EXPECT_EQ(first.clocks(0).clock(), type::v1::CLOCK_FIRST_MEETING);
  EXPECT_THAT(out_, AllOf(HasSubstr("2 onboardings: 1 created"),
                          HasSubstr("1 rows stored in part, 0 rows rejected"),
                          HasSubstr("not started: processes/two: the account is not won")));
  EXPECT_EQ(Run(command), 4);
  EXPECT_THAT(out_, HasSubstr("0 created, 0 updated, 1 unchanged"));
}

TEST_F(HistoryTest, AnOnboardingWhoseClockIsRefusedIsStoredButForThat) {
  const std::string file = Write("on.csv",
                                 "account,from,live,met\n"
                                 "A1,2024-05-01,2024-05-02,2024-05-10\n");
  std::vector<std::string> command = {
      "onboardings",
      file,
      "--map",
      "account=account,contract_start=from,clocks.go_live=live,clocks.first_meeting=met",
      "--set",
      "id=first",
      "--set",
      "kind=initial",
      "--set",
      "owner=Guide"};
  EXPECT_EQ(Run(command), 4);
  // The other clock is set all the same.
  EXPECT_EQ(onboardings_.at("accounts/one/onboardings/first").clocks_size(), 1);
  EXPECT_THAT(out_, AllOf(HasSubstr("1 onboardings: 0 created, 0 updated, 0 unchanged, 1 rows "
                                    "stored in part, 0 rows rejected"),
                          HasSubstr("Rows stored in part"), HasSubstr("live    \"2024-05-02\""),
                          HasSubstr("the clock is not set: date: ")));
  EXPECT_EQ(Run(command), 4);
  EXPECT_THAT(out_, HasSubstr("1 rows stored in part, 0 rows rejected"));
  EXPECT_EQ(onboardings_.at("accounts/one/onboardings/first").clocks_size(), 1);
}

TEST_F(HistoryTest, UnknownClocksAreTheUsersFault) {
  const std::string file = Write("on.csv", "account,from\nA1,2024-05-01\n");
  EXPECT_EQ(
      Run({"onboardings", file, "--map", "account=account,contract_start=from,clocks.end=from",
           "--set", "id=first", "--set", "kind=initial", "--set", "owner=Guide"}),
      1);
  EXPECT_THAT(err_, AllOf(HasSubstr("'clocks.end' is no clock"), HasSubstr("clocks.kickoff"),
                          Not(HasSubstr("completion"))));
}

}  // namespace
}  // namespace banso::cli
