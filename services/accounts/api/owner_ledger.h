#ifndef BANSO_SERVICES_ACCOUNTS_API_OWNER_LEDGER_H_
#define BANSO_SERVICES_ACCOUNTS_API_OWNER_LEDGER_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/lifecycle.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"

namespace banso::accounts {

// Who a test has put in charge of a customer, and where it has brought it: written down from the
// calls that succeeded alone, by the words of the contract, to compare a history with.
class OwnerLedger {
 public:
  // From a time on.
  struct Entry {
    absl::Time time;
    v1::LifecycleStage stage = v1::LIFECYCLE_STAGE_UNSPECIFIED;
    // The member who is accountable; empty: nobody.
    std::string owner;

    bool operator==(const Entry&) const = default;
  };

  void Won(const std::string& seller) {
    if (stage_ != v1::LIFECYCLE_STAGE_PROSPECT) return;
    if (sales_.empty()) sales_ = seller;
    stage_ = v1::LIFECYCLE_STAGE_WON;
  }

  void Started(const std::string& onboarding, const std::string& owner) {
    runs_.push_back({onboarding, owner, v1::ONBOARDING_STATE_RUNNING});
    FollowOnboardings();
  }

  // `retention` counts when it was handed off.
  void Moved(const std::string& onboarding, v1::OnboardingState state,
             const std::string& retention) {
    for (Onboarding& run : runs_) {
      if (run.name == onboarding) run.state = state;
    }
    if (state == v1::ONBOARDING_STATE_HANDED_OFF) retention_ = retention;
    FollowOnboardings();
  }

  void OnboardingGiven(const std::string& onboarding, const std::string& owner) {
    for (Onboarding& run : runs_) {
      if (run.name == onboarding) run.owner = owner;
    }
    FollowOnboardings();
  }

  // The onboardings that are under way go along with the onboarding owner.
  void Reassigned(v1::OwnerRole role, const std::string& owner) {
    if (role == v1::OWNER_ROLE_SALES) sales_ = owner;
    if (role == v1::OWNER_ROLE_RETENTION) retention_ = owner;
    if (role == v1::OWNER_ROLE_ONBOARDING) {
      for (Onboarding& run : runs_) {
        const bool under_way = run.state == v1::ONBOARDING_STATE_RUNNING ||
                               run.state == v1::ONBOARDING_STATE_COMPLETED;
        if (under_way && run.owner == onboarding_) run.owner = owner;
      }
      onboarding_ = owner;
    }
    FollowOnboardings();
  }

  void SalesOwnerSet(const std::string& owner) { sales_ = owner; }
  void RetentionOwnerSet(const std::string& owner) { retention_ = owner; }

  // What the account that is kept leaves open, the duplicate fills in.
  void TookOver(const OwnerLedger& duplicate) {
    if (sales_.empty()) sales_ = duplicate.sales_;
    if (onboarding_.empty()) onboarding_ = duplicate.onboarding_;
    if (retention_.empty()) retention_ = duplicate.retention_;
  }

  void Lost() {
    lost_at_ = stage_;
    stage_ = v1::LIFECYCLE_STAGE_CHURNED;
    for (Onboarding& run : runs_) {
      if (run.state == v1::ONBOARDING_STATE_RUNNING) run.state = v1::ONBOARDING_STATE_CANCELLED;
      if (run.state == v1::ONBOARDING_STATE_COMPLETED) run.state = v1::ONBOARDING_STATE_LOST;
    }
  }

  void WonBack(const std::string& sales) {
    sales_ = sales;
    stage_ = v1::LIFECYCLE_STAGE_PROSPECT;
    for (Onboarding& run : runs_) run.counts = false;
  }

  // Writes down what is so at `time`, where it is not as it was.
  void Note(absl::Time time) {
    const std::string owner = Accountable();
    if (!entries_.empty() && entries_.back().stage == stage_ && entries_.back().owner == owner) {
      return;
    }
    entries_.push_back({time, stage_, owner});
  }

  const std::vector<Entry>& entries() const { return entries_; }

 private:
  struct Onboarding {
    std::string name;
    std::string owner;
    v1::OnboardingState state = v1::ONBOARDING_STATE_UNSPECIFIED;
    // False once the customer has been won back after it.
    bool counts = true;
  };

  // The earliest that is in this state.
  const Onboarding* FirstIn(v1::OnboardingState state) const {
    for (const Onboarding& run : runs_) {
      if (run.counts && run.state == state) return &run;
    }
    return nullptr;
  }

  void FollowOnboardings() {
    const Onboarding* running = FirstIn(v1::ONBOARDING_STATE_RUNNING);
    const Onboarding* completed = FirstIn(v1::ONBOARDING_STATE_COMPLETED);
    const bool accepted = FirstIn(v1::ONBOARDING_STATE_HANDED_OFF) != nullptr;
    if (running != nullptr || completed != nullptr) {
      onboarding_ = (running != nullptr ? running : completed)->owner;
    }
    if (stage_ == v1::LIFECYCLE_STAGE_CHURNED) return;
    if (running != nullptr) {
      stage_ = accepted ? v1::LIFECYCLE_STAGE_RE_ONBOARDING : v1::LIFECYCLE_STAGE_ONBOARDING;
    } else if (completed != nullptr) {
      stage_ = v1::LIFECYCLE_STAGE_HANDOFF_GAP;
    } else if (accepted) {
      stage_ = v1::LIFECYCLE_STAGE_RETENTION;
    } else if (stage_ != v1::LIFECYCLE_STAGE_PROSPECT) {
      stage_ = v1::LIFECYCLE_STAGE_WON;
    }
  }

  std::string Accountable() const {
    switch (stage_ == v1::LIFECYCLE_STAGE_CHURNED ? lost_at_ : stage_) {
      case v1::LIFECYCLE_STAGE_PROSPECT:
      case v1::LIFECYCLE_STAGE_WON:
        return sales_;
      case v1::LIFECYCLE_STAGE_RETENTION:
        return retention_;
      default:
        return onboarding_;
    }
  }

  v1::LifecycleStage stage_ = v1::LIFECYCLE_STAGE_PROSPECT;
  // Of a customer that is lost: where it stood.
  v1::LifecycleStage lost_at_ = v1::LIFECYCLE_STAGE_UNSPECIFIED;
  std::string sales_;
  std::string onboarding_;
  std::string retention_;
  // In the order in which they began.
  std::vector<Onboarding> runs_;
  std::vector<Entry> entries_;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_OWNER_LEDGER_H_
