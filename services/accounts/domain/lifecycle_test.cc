#include "services/accounts/domain/lifecycle.h"

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/onboarding.h"
#include "services/accounts/domain/stage_history.h"

namespace banso::accounts {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::ParseProto;
using ::banso::testing::StatusIs;
using v1::Account;
using v1::Onboarding;

const absl::Time kLifecycleNow = absl::FromUnixSeconds(1'775'000'000);

Onboarding OwnedInState(v1::OnboardingState state, const std::string& owner = "members/o",
                        int64_t created = 0) {
  Onboarding onboarding;
  onboarding.set_name(absl::StrCat("accounts/a/onboardings/o", created));
  onboarding.set_state(state);
  onboarding.set_owner(owner);
  onboarding.mutable_create_time()->set_seconds(created);
  return onboarding;
}

constexpr auto kRunning = v1::ONBOARDING_STATE_RUNNING;
constexpr auto kCompleted = v1::ONBOARDING_STATE_COMPLETED;
constexpr auto kHandedOff = v1::ONBOARDING_STATE_HANDED_OFF;
constexpr auto kCancelled = v1::ONBOARDING_STATE_CANCELLED;

TEST(RollUpStageTest, FollowsTheStatedRule) {
  struct Case {
    const char* name;
    v1::LifecycleStage present;
    std::vector<v1::OnboardingState> states;
    v1::LifecycleStage expected;
  };
  const Case cases[] = {
      {"nothing won", v1::LIFECYCLE_STAGE_PROSPECT, {}, v1::LIFECYCLE_STAGE_PROSPECT},
      {"won", v1::LIFECYCLE_STAGE_WON, {}, v1::LIFECYCLE_STAGE_WON},
      {"first runs", v1::LIFECYCLE_STAGE_WON, {kRunning}, v1::LIFECYCLE_STAGE_ONBOARDING},
      {"first cancelled", v1::LIFECYCLE_STAGE_ONBOARDING, {kCancelled}, v1::LIFECYCLE_STAGE_WON},
      {"completed", v1::LIFECYCLE_STAGE_ONBOARDING, {kCompleted}, v1::LIFECYCLE_STAGE_HANDOFF_GAP},
      {"one of two completed",
       v1::LIFECYCLE_STAGE_ONBOARDING,
       {kCompleted, kRunning},
       v1::LIFECYCLE_STAGE_ONBOARDING},
      {"accepted", v1::LIFECYCLE_STAGE_HANDOFF_GAP, {kHandedOff}, v1::LIFECYCLE_STAGE_RETENTION},
      {"accepted and cancelled",
       v1::LIFECYCLE_STAGE_RETENTION,
       {kHandedOff, kCancelled},
       v1::LIFECYCLE_STAGE_RETENTION},
      {"again after retention",
       v1::LIFECYCLE_STAGE_RETENTION,
       {kHandedOff, kRunning},
       v1::LIFECYCLE_STAGE_RE_ONBOARDING},
      {"one accepted, one waits",
       v1::LIFECYCLE_STAGE_HANDOFF_GAP,
       {kHandedOff, kCompleted},
       v1::LIFECYCLE_STAGE_HANDOFF_GAP},
      {"churned", v1::LIFECYCLE_STAGE_CHURNED, {kHandedOff}, v1::LIFECYCLE_STAGE_CHURNED},
  };
  for (const Case& c : cases) {
    std::vector<Onboarding> onboardings;
    for (const v1::OnboardingState state : c.states) onboardings.push_back(OwnedInState(state));
    EXPECT_EQ(RollUpStage(c.present, onboardings), c.expected) << c.name;
  }
}

TEST(RollUpTest, TakesTheOwnerOfTheEarliestRunningOnboarding) {
  Account account;
  account.set_lifecycle_stage(v1::LIFECYCLE_STAGE_WON);
  RollUp({OwnedInState(kCompleted, "members/c", 1), OwnedInState(kRunning, "members/late", 3),
          OwnedInState(kRunning, "members/early", 2)},
         kLifecycleNow, &account);
  EXPECT_EQ(account.owners().onboarding(), "members/early");
  EXPECT_EQ(AccountableOwner(account), "members/early");
  EXPECT_EQ(account.stage_since().seconds(), absl::ToUnixSeconds(kLifecycleNow));
}

TEST(RollUpTest, KeepsTheTimeOfAStageThatStays) {
  Account account;
  account.set_lifecycle_stage(v1::LIFECYCLE_STAGE_ONBOARDING);
  account.mutable_stage_since()->set_seconds(5);
  RollUp({OwnedInState(kRunning)}, kLifecycleNow, &account);
  EXPECT_EQ(account.stage_since().seconds(), 5);
}

TEST(WinAccountTest, NeedsSomebodyToBeAccountable) {
  auto account =
      ParseProto<Account>("name: 'accounts/a' lifecycle_stage: LIFECYCLE_STAGE_PROSPECT");
  const absl::Status refused = WinAccount("", kLifecycleNow, &account);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(contract::Reason(refused), kReasonNoAccountableOwner);
  EXPECT_EQ(account.lifecycle_stage(), v1::LIFECYCLE_STAGE_PROSPECT);
  ASSERT_THAT(WinAccount("members/s", kLifecycleNow, &account), IsOk());
  EXPECT_EQ(account.lifecycle_stage(), v1::LIFECYCLE_STAGE_WON);
  EXPECT_EQ(AccountableOwner(account), "members/s");
}

TEST(WinAccountTest, LeavesAnAccountThatIsFurtherOn) {
  auto account = ParseProto<Account>("lifecycle_stage: LIFECYCLE_STAGE_RETENTION");
  ASSERT_THAT(WinAccount("members/s", kLifecycleNow, &account), IsOk());
  EXPECT_EQ(account.lifecycle_stage(), v1::LIFECYCLE_STAGE_RETENTION);
  EXPECT_EQ(account.owners().sales(), "");
}

TEST(CheckMayStartOnboardingTest, RefusesProspectChurnedAndArchived) {
  for (const char* text :
       {"lifecycle_stage: LIFECYCLE_STAGE_PROSPECT", "lifecycle_stage: LIFECYCLE_STAGE_CHURNED",
        "lifecycle_stage: LIFECYCLE_STAGE_WON archive_time { seconds: 1 }"}) {
    EXPECT_THAT(CheckMayStartOnboarding(ParseProto<Account>(text)),
                StatusIs(absl::StatusCode::kFailedPrecondition))
        << text;
  }
  for (const char* text :
       {"lifecycle_stage: LIFECYCLE_STAGE_WON", "lifecycle_stage: LIFECYCLE_STAGE_RETENTION"}) {
    EXPECT_THAT(CheckMayStartOnboarding(ParseProto<Account>(text)), IsOk()) << text;
  }
}

TEST(CheckOwnersTest, KeepsOwnersOnceWon) {
  const auto won =
      ParseProto<Account>("lifecycle_stage: LIFECYCLE_STAGE_WON owners { sales: 'members/s' }");
  auto other = won;
  other.mutable_owners()->set_sales("members/t");
  EXPECT_THAT(CheckOwners(won, other), IsOk());
  other.mutable_owners()->clear_sales();
  EXPECT_EQ(contract::Reason(CheckOwners(won, other)), kReasonNoAccountableOwner);

  auto prospect = won;
  prospect.set_lifecycle_stage(v1::LIFECYCLE_STAGE_PROSPECT);
  EXPECT_THAT(CheckOwners(prospect, other), IsOk());

  const auto running = ParseProto<Account>(
      "lifecycle_stage: LIFECYCLE_STAGE_ONBOARDING owners { onboarding: 'members/o' }");
  auto changed = running;
  changed.mutable_owners()->set_onboarding("members/p");
  EXPECT_EQ(contract::Reason(CheckOwners(running, changed)), kReasonOwnerOfOnboarding);
}

// Plays commands at random on one account, as the handlers do: an error leaves all as it was.
class History {
 public:
  explicit History(uint32_t seed) : random_(seed) {
    account_.set_name("accounts/a");
    account_.set_lifecycle_stage(v1::LIFECYCLE_STAGE_PROSPECT);
  }

  void Step() {
    now_ += absl::Seconds(static_cast<int64_t>(random_() % 100'000));
    switch (random_() % 8) {
      case 0:
        return static_cast<void>(WinAccount(MaybeMember(), now_, &account_));
      case 1:
        return Start();
      case 2:
      case 3:
        return Advance();
      case 4:
        return ChangeOwners();
      case 5:
        return PassTheBall();
      case 6:
        return ChurnOrReopen();
      default:
        return ChangeOnboardingOwner();
    }
  }

  const Account& account() const { return account_; }
  const std::vector<Onboarding>& onboardings() const { return onboardings_; }
  absl::Time now() const { return now_; }

  // From the beginning of an onboarding to its end, or to now.
  absl::Duration Elapsed(const Onboarding& onboarding) const {
    const auto end = ended_.find(onboarding.name());
    return (end == ended_.end() ? now_ : end->second) - begun_.at(onboarding.name());
  }

 private:
  std::string Member() { return absl::StrCat("members/m", random_() % 4); }
  std::string MaybeMember() { return random_() % 3 == 0 ? std::string() : Member(); }

  void Start() {
    if (!CheckMayStartOnboarding(account_).ok()) return;
    Onboarding onboarding = OwnedInState(kRunning, Member(), absl::ToUnixSeconds(now_));
    onboarding.set_name(absl::StrCat("accounts/a/onboardings/o", onboardings_.size()));
    Begin(calendar::ToDate(absl::CivilDay(2026, 4, 1)), {"services/handoff", now_}, &onboarding);
    begun_[onboarding.name()] = now_;
    onboardings_.push_back(std::move(onboarding));
    RollUp(onboardings_, now_, &account_);
  }

  void Advance() {
    if (onboardings_.empty() || !CheckNotChurned(account_).ok()) return;
    Onboarding& onboarding = onboardings_[random_() % onboardings_.size()];
    v1::AdvanceOnboardingRequest request;
    request.set_state(static_cast<v1::OnboardingState>(1 + random_() % 4));
    *request.mutable_date() = calendar::ToDate(absl::CivilDay(2026, 6, 1));
    if (random_() % 2 == 0) request.set_handoff("accounts/a/handoffs/h");
    request.set_retention_owner(MaybeMember());
    if (!accounts::Advance(request, {"services/handoff", now_}, &onboarding).ok()) return;
    NoteEnd(onboarding);
    if (onboarding.state() == kHandedOff) {
      account_.mutable_owners()->set_retention(request.retention_owner());
    }
    RollUp(onboardings_, now_, &account_);
  }

  void NoteEnd(const Onboarding& onboarding) {
    if (!onboarding.has_ball()) ended_.emplace(onboarding.name(), now_);
  }

  void PassTheBall() {
    if (onboardings_.empty()) return;
    const auto holder = static_cast<v1::BallHolder>(1 + random_() % 5);
    static_cast<void>(PassBall(holder, "turn", {"members/a", now_},
                               &onboardings_[random_() % onboardings_.size()]));
  }

  // A customer is lost seldom, and won back soon.
  void ChurnOrReopen() {
    if (account_.lifecycle_stage() == v1::LIFECYCLE_STAGE_CHURNED) {
      return static_cast<void>(ReopenAccount(MaybeMember(), now_, &account_));
    }
    v1::ChurnAccountRequest request;
    request.set_reason(v1::CHURN_REASON_PRICE);
    *request.mutable_date() = calendar::ToDate(Today(account_, now_));
    if (random_() % 4 != 0 || !ChurnAccount(request, "members/a", now_, &account_).ok()) return;
    for (Onboarding& onboarding : onboardings_) {
      if (!IsUnderWay(onboarding)) continue;
      EndForLostCustomer({"members/a", now_}, &onboarding);
      NoteEnd(onboarding);
    }
  }

  void ChangeOwners() {
    Account changed = account_;
    if (random_() % 2 == 0) changed.mutable_owners()->set_sales(MaybeMember());
    if (random_() % 2 == 0) changed.mutable_owners()->set_onboarding(MaybeMember());
    if (random_() % 2 == 0) changed.mutable_owners()->set_retention(MaybeMember());
    if (CheckOwners(account_, changed).ok()) account_ = changed;
  }

  void ChangeOnboardingOwner() {
    if (onboardings_.empty()) return;
    onboardings_[random_() % onboardings_.size()].set_owner(Member());
    RollUp(onboardings_, now_, &account_);
  }

  std::mt19937 random_;
  absl::Time now_ = kLifecycleNow;
  Account account_;
  std::vector<Onboarding> onboardings_;
  std::map<std::string, absl::Time> begun_;
  std::map<std::string, absl::Time> ended_;
};

// A thousand lives of a customer. At every instant from the won deal on exactly one member is
// accountable, and the periods of the account's history leave no instant out and count none twice;
// of each onboarding, the times in hand add up to its elapsed time exactly.
TEST(AccountableOwnerTest, ThereIsExactlyOneAtEveryInstantAndNoTimeIsLost) {
  int instants_won = 0;
  int onboardings = 0;
  for (uint32_t seed = 0; seed < 1'000; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    History history(seed);
    std::vector<v1::StagePeriod> periods;
    ContinueHistory(history.account(), history.now(), "members/a", &periods);
    for (int step = 0; step < 60; ++step) {
      history.Step();
      ContinueHistory(history.account(), history.now(), "members/a", &periods);
      if (history.account().lifecycle_stage() == v1::LIFECYCLE_STAGE_PROSPECT) continue;
      ++instants_won;
      ASSERT_NE(AccountableOwner(history.account()), "")
          << "step " << step << ": " << history.account().ShortDebugString();
    }
    for (size_t i = 0; i < periods.size(); ++i) {
      ASSERT_EQ(periods[i].has_end_time(), i + 1 < periods.size());
      if (i + 1 == periods.size()) continue;
      ASSERT_EQ(calendar::ToTime(periods[i].end_time()),
                calendar::ToTime(periods[i + 1].start_time()));
      ASSERT_LT(calendar::ToTime(periods[i].start_time()), calendar::ToTime(periods[i].end_time()));
    }
    for (const Onboarding& onboarding : history.onboardings()) {
      ++onboardings;
      absl::Duration in_hand;
      for (const auto& [holder, time] : TimesInHand(onboarding, history.now())) in_hand += time;
      ASSERT_EQ(in_hand, history.Elapsed(onboarding)) << onboarding.ShortDebugString();
    }
  }
  EXPECT_GT(instants_won, 30'000);
  EXPECT_GT(onboardings, 3'000);
}

}  // namespace
}  // namespace banso::accounts
