#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/testing/proto_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"
#include "services/accounts/api/import_api.h"
#include "services/accounts/api/owner_ledger.h"
#include "services/accounts/domain/erase.h"
#include "services/accounts/domain/onboarding.h"

namespace banso::accounts {
namespace {

// How many customers live side by side in one history; how many histories share a store, and how
// many such stores there are: a thousand histories in all.
constexpr int kCustomers = 4;
constexpr int kHistories = 125;
constexpr int kStores = 8;
constexpr int kSteps = 60;

// Lives of customers in one store, told by random calls of the handlers, most of which are refused
// at most moments: sales, onboardings, merges, leaves, bulk reassignments, imports, losses, ends of
// employment, people erased.
class HistoriesTest : public ApiTest, public ::testing::WithParamInterface<int> {
 protected:
  void Begin(uint32_t seed) {
    random_.seed(seed);
    prefix_ = absl::StrCat("h", seed, "-");
    for (int i = 0; i < kCustomers; ++i) {
      BANSO_ASSERT_OK(
          Do(&AccountsApi::CreateAccount,
             absl::StrCat("account_id: '", prefix_, i, "' account { display_name: '", prefix_, i,
                          "' external_ids { system: 'crm' id: '", prefix_, i, "' } }")));
    }
    ledgers_.clear();
    for (const std::string& account : Accounts()) ledgers_[account].Note(now_);
    members_ = {"members/sato", "members/aoki", "members/ito"};
    for (const char* id : {"x", "y", "z"}) {
      CreateMember(absl::StrCat(prefix_, id), "onboarding");
      members_.push_back(absl::StrCat("members/", prefix_, id));
    }
  }

  void Step() {
    now_ += absl::Seconds(static_cast<int64_t>(1 + random_() % 100'000));
    Act();
    for (auto& [account, ledger] : ledgers_) {
      ledger.Note(now_);
      if (merged_into_.contains(account)) continue;
      ASSERT_FALSE(left_.contains(ledger.entries().back().owner))
          << account << " is left to " << ledger.entries().back().owner << ", who has gone";
    }
  }

  void Act() {
    switch (random_() % 20) {
      case 0:
      case 1:
        return Win();
      case 2:
      case 3:
        return Start();
      case 4:
      case 5:
      case 6:
        return MoveOn();
      case 7:
        return PassTheBall();
      case 8:
        return Reassign();
      case 9:
        return ChangeOwners();
      case 10:
        return TakeLeave();
      case 11:
        return Merge();
      case 12:
        return LoseOrWinBack();
      case 13:
        return EraseMember();
      case 14:
        return GiveOnboarding();
      case 15:
      case 16:
        return ImportOwner();
      case 17:
        return ImportSale();
      case 18:
        return LeaveOrReturn();
      default:
        return ArchiveOrRestore();
    }
  }

  std::vector<std::string> Accounts() const {
    std::vector<std::string> names;
    for (int i = 0; i < kCustomers; ++i) names.push_back(absl::StrCat("accounts/", prefix_, i));
    return names;
  }

  std::vector<v1::Onboarding> OnboardingsOf(const std::string& account) {
    const auto listed = Do(&OnboardingsApi::ListOnboardings,
                           absl::StrCat("parent: '", account, "' page_size: 1000"));
    EXPECT_THAT(listed, banso::testing::IsOk());
    if (!listed.ok()) return {};
    return {listed->onboardings().begin(), listed->onboardings().end()};
  }

  // Whether the member was erased before `end`.
  bool ErasedBefore(const std::string& member, absl::Time end) const {
    const auto erased = erased_.find(member);
    return erased != erased_.end() && erased->second < end;
  }

  // What the history of an account must say.
  const std::vector<OwnerLedger::Entry>& LedgerOf(const std::string& account) const {
    return ledgers_.at(account).entries();
  }

  int merges_ = 0;
  int reassigned_ = 0;
  int owners_imported_ = 0;
  int sales_imported_ = 0;
  int departures_ = 0;
  // When onboardings ended, as this test has seen it.
  std::map<std::string, absl::Time> ended_;
  // When members were erased.
  std::map<std::string, absl::Time> erased_;

 private:
  std::string Account() { return Accounts()[random_() % kCustomers]; }
  std::string Member() { return members_[random_() % members_.size()]; }
  // One of those of this history only.
  std::string OwnMember() { return members_[3 + random_() % (members_.size() - 3)]; }
  // The account that has taken the place of an account, or that itself.
  std::string Kept(std::string account) const {
    for (auto found = merged_into_.find(account); found != merged_into_.end();
         found = merged_into_.find(account)) {
      account = found->second;
    }
    return account;
  }
  std::string Onboarding() { return absl::StrCat(Account(), "/onboardings/o", 1 + random_() % 3); }
  // Calls as handoff does.
  template <class Handler>
  auto AsHandoff(Handler handler, const std::string& request) {
    const std::string actor = std::exchange(actor_, "services/handoff");
    auto result = Do(handler, request);
    actor_ = actor;
    return result;
  }

  void Win() {
    const std::string account = Account();
    const std::string seller = Member();
    const auto deal =
        Do(&DealsApi::CreateDeal, absl::StrCat("parent: '", account, "' deal_id: 'd", ++deals_,
                                               "' deal { sales_owner: '", seller, "' }"));
    if (!deal.ok()) return;
    const auto won = Do(
        &DealsApi::WinDeal,
        absl::StrCat("name: '", deal->name(), "' contract_start { year: 2026 month: 4 day: 1 }"));
    if (won.ok()) ledgers_[account].Won(seller);
  }

  void Start() {
    const std::string onboarding = Onboarding();
    const std::string account = contract::Ancestor(onboarding, "accounts");
    const std::string owner = Member();
    const auto started = AsHandoff(
        &OnboardingsApi::CreateOnboarding,
        absl::StrCat("parent: '", account, "' onboarding_id: '", contract::LastId(onboarding),
                     "' onboarding { kind: ONBOARDING_KIND_INITIAL owner: '", owner,
                     "' } contract_start { year: 2026 month: 4 day: 1 }"));
    if (started.ok()) ledgers_[account].Started(onboarding, owner);
  }

  void MoveOn() {
    const std::string onboarding = Onboarding();
    const std::string account = contract::Ancestor(onboarding, "accounts");
    const std::string retention = Member();
    const auto moved =
        AsHandoff(&OnboardingsApi::AdvanceOnboarding,
                  absl::StrCat("name: '", onboarding, "' state: ", 1 + random_() % 4,
                               " date { year: 2026 month: 6 day: 1 } handoff: '", account,
                               "/handoffs/h' retention_owner: '", retention, "'"));
    if (!moved.ok()) return;
    ledgers_[account].Moved(onboarding, moved->state(), retention);
    if (!moved->has_ball()) ended_.emplace(onboarding, now_);
  }

  void GiveOnboarding() {
    const std::string onboarding = Onboarding();
    const std::string owner = Member();
    const auto given =
        Do(&OnboardingsApi::UpdateOnboarding,
           absl::StrCat("onboarding { name: '", onboarding, "' owner: '", owner, "' }"));
    if (given.ok()) {
      ledgers_[contract::Ancestor(onboarding, "accounts")].OnboardingGiven(onboarding, owner);
    }
  }

  void PassTheBall() {
    static_cast<void>(Do(
        &OnboardingsApi::PassBall,
        absl::StrCat("name: '", Onboarding(), "' holder: ", 1 + random_() % 5, " reason: 'turn'")));
  }

  void Reassign() {
    std::string request = "allow_partial: true ";
    for (const std::string& account : Accounts()) {
      absl::StrAppend(&request, "assignments { account: '", account, "' role: ", 1 + random_() % 3,
                      " owner: '", Member(), "' } ");
    }
    const auto done = Do(&AccountsApi::ReassignAccounts, request);
    if (!done.ok()) return;
    reassigned_ += static_cast<int>(done->reassigned());
    for (const v1::OwnerMove& move : done->moves()) {
      ledgers_[move.account()].Reassigned(move.role(), move.after());
    }
  }

  void ChangeOwners() {
    const bool sales = random_() % 2 == 0;
    const char* role = sales ? "sales" : "retention";
    const std::string account = Account();
    const std::string owner = random_() % 3 == 0 ? "" : Member();
    const auto changed =
        Do(&AccountsApi::UpdateAccount,
           absl::StrCat("account { name: '", account, "' owners { ", role, ": '", owner,
                        "' } } update_mask { paths: 'owners.", role, "' }"));
    if (!changed.ok()) return;
    if (sales) {
      ledgers_[account].SalesOwnerSet(owner);
    } else {
      ledgers_[account].RetentionOwnerSet(owner);
    }
  }

  // Whoever is away stays accountable until somebody else is.
  void TakeLeave() {
    static_cast<void>(Do(&TeamApi::UpdateMember,
                         absl::StrCat("member { name: '", Member(),
                                      "' leaves { start_date { year: 2026 month: 4 day: 1 } "
                                      "end_date { year: 2026 month: 12 day: 31 } } }")));
    static_cast<void>(
        Do(&TeamApi::MoveMember, absl::StrCat("name: '", Member(), "' team: 'elsewhere'")));
  }

  // A row names an owner of a customer. What it says of an account that was merged away only fills
  // in what the account that was kept leaves open.
  void ImportOwner() {
    const bool sales = random_() % 2 == 0;
    const std::string account = Account();
    const std::string owner = Member();
    v1::ImportAccountsRequest message;
    message.set_external_system("crm");
    v1::Account* row = message.add_accounts();
    v1::ExternalId* id = row->add_external_ids();
    id->set_system("crm");
    id->set_id(contract::LastId(account));
    (sales ? row->mutable_owners()->mutable_sales() : row->mutable_owners()->mutable_retention())
        ->assign(owner);
    const auto imported = Import({message});
    ASSERT_THAT(imported, banso::testing::IsOk());
    if (imported->rejected() > 0) return;
    owners_imported_ += static_cast<int>(imported->updated());
    OwnerLedger told;
    OwnerLedger& ledger = ledgers_[Kept(account)];
    OwnerLedger& changed = Kept(account) == account ? ledger : told;
    if (sales) {
      changed.SalesOwnerSet(owner);
    } else {
      changed.RetentionOwnerSet(owner);
    }
    ledger.TookOver(told);
  }

  // A deal comes in as a row, and is won.
  void ImportSale() {
    const std::string account = Account();
    const std::string seller = Member();
    const std::string id = absl::StrCat("i", ++deals_);
    VectorSource<v1::ImportResourcesRequest> source(
        {banso::testing::ParseProto<v1::ImportResourcesRequest>(
            absl::StrCat("external_system: 'crm' resources { account: '", contract::LastId(account),
                         "' id: '", id, "' deal { sales_owner: '", seller, "' } }"))});
    ImportApi api(*database_, store_, ids_, policy_, calendars_);
    const auto imported = api.ImportResources(NewCall("ImportResources"), source);
    ASSERT_THAT(imported, banso::testing::IsOk());
    if (imported->created() == 0) return;
    ++sales_imported_;
    const auto won =
        Do(&DealsApi::WinDeal, absl::StrCat("name: '", Kept(account), "/deals/", id,
                                            "' contract_start { year: 2026 month: 4 day: 1 }"));
    if (won.ok()) ledgers_[Kept(account)].Won(seller);
  }

  // Refused while the member is in charge of something, or would be next.
  void LeaveOrReturn() {
    const std::string member = OwnMember();
    const std::string name = absl::StrCat("name: '", member, "'");
    if (left_.contains(member)) {
      if (Do(&TeamApi::ResumeEmployment, name).ok()) left_.erase(member);
      return;
    }
    const absl::Status status = Do(&TeamApi::EndEmployment, name).status();
    if (status.ok()) {
      left_.insert(member);
      ++departures_;
    } else if (!erased_.contains(member)) {
      EXPECT_EQ(contract::Reason(status), kReasonMemberInCharge);
    }
  }

  // Refused while the member is in charge of something, or would be next.
  void EraseMember() {
    const std::string member = OwnMember();
    const absl::Status status =
        Do(&PeopleApi::ErasePerson, absl::StrCat("name: '", member, "'")).status();
    if (status.ok()) {
      erased_.emplace(member, now_);
    } else {
      EXPECT_EQ(contract::Reason(status), kReasonMemberInCharge);
    }
  }

  void Merge() {
    const std::string kept = Account();
    const std::string duplicate = Account();
    const auto merged = Do(&AccountsApi::MergeAccounts,
                           absl::StrCat("name: '", kept, "' duplicate: '", duplicate, "'"));
    if (!merged.ok()) return;
    ++merges_;
    merged_into_[duplicate] = kept;
    ledgers_[kept].TookOver(ledgers_[duplicate]);
  }

  void LoseOrWinBack() {
    const std::string account = Account();
    const std::string sales = Member();
    const auto reopened = Do(&AccountsApi::ReopenAccount,
                             absl::StrCat("name: '", account, "' sales_owner: '", sales, "'"));
    if (reopened.ok()) ledgers_[account].WonBack(sales);
    if (reopened.ok() || random_() % 3 != 0) return;
    const std::vector<v1::Onboarding> before = OnboardingsOf(account);
    const auto lost = Do(&AccountsApi::ChurnAccount,
                         absl::StrCat("name: '", account, "' reason: CHURN_REASON_PRICE ",
                                      "date { year: 2026 month: 3 day: 25 }"));
    if (!lost.ok()) return;
    ledgers_[account].Lost();
    for (const v1::Onboarding& onboarding : before) {
      if (IsUnderWay(onboarding)) ended_.emplace(onboarding.name(), now_);
    }
  }

  void ArchiveOrRestore() {
    const std::string account = absl::StrCat("name: '", Account(), "'");
    if (!Do(&AccountsApi::RestoreAccount, account).ok() || random_() % 4 == 0) {
      static_cast<void>(Do(&AccountsApi::ArchiveAccount, account));
    }
  }

  std::mt19937 random_;
  std::string prefix_;
  std::vector<std::string> members_;
  std::map<std::string, OwnerLedger> ledgers_;
  // Which account took the place of which.
  std::map<std::string, std::string> merged_into_;
  // Who works for the vendor no longer.
  std::set<std::string> left_;
  int deals_ = 0;
};

// A thousand histories. That of each customer is what the calls that succeeded have made it, from
// its creation on. From the first won deal to the present exactly one member is accountable at
// every instant: the periods leave no instant out, count none twice and name one owner each, who
// has not been erased. Of each onboarding the times in hand add up to the time from its beginning
// to its end, or to now.
TEST_P(HistoriesTest, OneOwnerAtEveryInstantAndNoTimeIsLost) {
  int64_t periods = 0;
  int64_t onboardings = 0;
  const auto first = static_cast<uint32_t>(GetParam() * kHistories);
  for (uint32_t seed = first; seed < first + kHistories; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Begin(seed);
    for (int step = 0; step < kSteps; ++step) Step();
    for (const std::string& account : Accounts()) {
      SCOPED_TRACE(account);
      BANSO_ASSERT_OK_AND_ASSIGN(const auto history,
                                 Do(&AccountsApi::ListStageHistory,
                                    absl::StrCat("parent: '", account, "' page_size: 1000")));
      ASSERT_EQ(history.next_page_token(), "");
      // Nobody is accountable for what another account has taken the place of.
      const bool merged = !GetAccount(contract::LastId(account)).merged_into().empty();
      const std::vector<OwnerLedger::Entry>& ledger = LedgerOf(account);
      ASSERT_EQ(history.periods_size(), static_cast<int>(ledger.size()));
      for (int i = 0; i < history.periods_size(); ++i) {
        const v1::StagePeriod& period = history.periods(i);
        const bool last = i + 1 == history.periods_size();
        const OwnerLedger::Entry told = {calendar::ToTime(period.start_time()), period.stage(),
                                         period.owner()};
        ASSERT_TRUE(told == ledger[static_cast<size_t>(i)]) << period.ShortDebugString();
        ASSERT_EQ(period.has_end_time(), !last);
        if (!last) {
          ASSERT_EQ(calendar::ToTime(period.end_time()),
                    calendar::ToTime(history.periods(i + 1).start_time()));
        }
        if (period.stage() == v1::LIFECYCLE_STAGE_PROSPECT) continue;
        ASSERT_NE(period.owner(), "") << period.ShortDebugString();
        const absl::Time end = last ? absl::InfiniteFuture() : calendar::ToTime(period.end_time());
        ASSERT_FALSE(ErasedBefore(period.owner(), last && merged ? absl::InfinitePast() : end))
            << period.ShortDebugString();
        ++periods;
      }
      for (const v1::Onboarding& onboarding : OnboardingsOf(account)) {
        ++onboardings;
        const auto end = ended_.find(onboarding.name());
        const absl::Time until = end == ended_.end() ? now_ : end->second;
        ASSERT_EQ(onboarding.has_ball(), end == ended_.end());
        absl::Duration in_hand;
        for (const auto& [holder, time] : TimesInHand(onboarding, now_)) in_hand += time;
        ASSERT_EQ(in_hand, until - calendar::ToTime(onboarding.create_time()))
            << onboarding.ShortDebugString();
      }
    }
  }
  // That much must have happened for it to tell something.
  EXPECT_GT(periods, 3 * kHistories);
  EXPECT_GT(onboardings, kHistories);
  EXPECT_GT(merges_, kHistories / 5);
  EXPECT_GT(reassigned_, kHistories);
  EXPECT_GT(erased_.size(), kHistories / 5);
  EXPECT_GT(owners_imported_, kHistories);
  EXPECT_GT(sales_imported_, kHistories);
  EXPECT_GT(departures_, kHistories / 5);
}

INSTANTIATE_TEST_SUITE_P(Stores, HistoriesTest, ::testing::Range(0, kStores));

}  // namespace
}  // namespace banso::accounts
