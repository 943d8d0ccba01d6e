#include "services/gateway/api/overview.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/accounts/v1/deals_service.pb.h"
#include "banso/accounts/v1/onboardings_service.pb.h"
#include "banso/handoff/v1/completions_service.pb.h"
#include "banso/handoff/v1/handoff_service.pb.h"
#include "banso/health/v1/health_service.pb.h"
#include "banso/health/v1/success_service.pb.h"
#include "banso/kickoff/v1/kickoff_service.pb.h"
#include "banso/kickoff/v1/meetings_service.pb.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "services/gateway/api/parts.h"
#include "services/gateway/domain/lifecycle.h"
#include "services/gateway/domain/story.h"

namespace banso::gateway {
namespace {

using v1::AccountOverview;
using v1::OnboardingOverview;

constexpr size_t kMaxShown = 20;
constexpr int kMaxNextActions = 10;
// Of the time that is left: for what is asked first, and for what is asked about each onboarding.
constexpr double kFirstShare = 0.5;
constexpr double kSecondShare = 0.8;

template <typename Request>
Request ListOf(const std::string& parent) {
  Request request;
  request.set_parent(parent);
  request.set_page_size(kFullPage);
  return request;
}

template <typename Request>
Request Named(const std::string& name) {
  Request request;
  request.set_name(name);
  return request;
}

// The newest first, the first kMaxShown.
template <typename Resource>
void KeepNewest(google::protobuf::RepeatedPtrField<Resource>* resources) {
  std::stable_sort(resources->begin(), resources->end(), [](const Resource& a, const Resource& b) {
    return calendar::ToTime(a.create_time()) > calendar::ToTime(b.create_time());
  });
  const int count = resources->size();
  if (count > static_cast<int>(kMaxShown)) {
    resources->DeleteSubrange(kMaxShown, count - static_cast<int>(kMaxShown));
  }
}

// Everything that is asked about the account as a whole, all of it under way at once.
class AccountQuestions {
 public:
  AccountQuestions(server::Peers& peers, const Call& call, const std::string& name)
      : onboardings_parent_(absl::StrCat(name, "/onboardings/-")),
        account_(peers.accounts(), call, kAccountsService, "GetAccount",
                 Named<accounts::v1::GetAccountRequest>(name)),
        deals_(peers.accounts(), call, kDealsService, "ListDeals",
               ListOf<accounts::v1::ListDealsRequest>(name)),
        onboardings_(peers.accounts(), call, kOnboardingsService, "ListOnboardings",
                     ListOf<accounts::v1::ListOnboardingsRequest>(name)),
        plans_(peers.kickoff(), call, kKickoffService, "ListPlans",
               ListOf<kickoff::v1::ListPlansRequest>(onboardings_parent_)),
        next_actions_(peers.kickoff(), call, kKickoffService, "ListNextActions",
                      ListOf<kickoff::v1::ListNextActionsRequest>(onboardings_parent_)),
        scores_(peers.health(), call, kHealthService, "ListScores",
                ListOf<health::v1::ListScoresRequest>(name)),
        labels_(peers.health(), call, kSuccessService, "ListSuccessLabels",
                ListOf<health::v1::ListSuccessLabelsRequest>(onboardings_parent_)),
        completions_(peers.handoff(), call, kCompletionsService, "ListCompletions",
                     ListOf<handoff::v1::ListCompletionsRequest>(name)),
        handoffs_(peers.handoff(), call, kHandoffService, "ListHandoffs",
                  ListOf<handoff::v1::ListHandoffsRequest>(name)),
        gap_watches_(peers.handoff(), call, kHandoffService, "ListGapWatches",
                     ListOf<handoff::v1::ListGapWatchesRequest>(name)) {}

  // Waits for the answers and fills in everything that they tell.
  absl::Status Fill(AccountOverview* overview, MissingParts* missing) {
    BANSO_ASSIGN_OR_RETURN(*overview->mutable_account(), account_.Await());
    if (auto deals = deals_.Take("deals", missing)) {
      overview->mutable_deals()->Swap(deals->mutable_deals());
      KeepNewest(overview->mutable_deals());
    }
    if (auto scores = scores_.Take("scores", missing)) {
      overview->mutable_scores()->Swap(scores->mutable_scores());
    }
    if (auto handoffs = handoffs_.Take("handoffs", missing)) {
      overview->mutable_handoffs()->Swap(handoffs->mutable_handoffs());
      KeepNewest(overview->mutable_handoffs());
    }
    FillOnboardings(overview, missing);
    return absl::OkStatus();
  }

 private:
  void FillOnboardings(AccountOverview* overview, MissingParts* missing) {
    if (auto onboardings = onboardings_.Take("onboardings", missing)) {
      KeepNewest(onboardings->mutable_onboardings());
      for (auto& onboarding : *onboardings->mutable_onboardings()) {
        OnboardingOverview* entry = overview->add_onboardings();
        entry->mutable_onboarding()->Swap(&onboarding);
        by_name_[entry->onboarding().name()] = entry;
      }
    }
    if (auto plans = plans_.Take("plans", missing)) {
      for (const auto& plan : plans->plans()) {
        if (auto* entry = EntryOf(plan.name())) *entry->mutable_plan() = plan;
      }
    }
    if (auto actions = next_actions_.Take("next_actions", missing)) {
      for (const auto& action : actions->next_actions()) {
        auto* entry = EntryOf(action.onboarding());
        if (entry == nullptr || entry->next_actions_size() == kMaxNextActions) continue;
        *entry->add_next_actions() = action;
      }
    }
    FillResults(missing);
  }

  void FillResults(MissingParts* missing) {
    if (auto labels = labels_.Take("success_labels", missing)) {
      for (const auto& label : labels->success_labels()) {
        if (auto* entry = EntryOf(label.name())) *entry->add_success_labels() = label;
      }
    }
    if (auto completions = completions_.Take("completions", missing)) {
      for (const auto& completion : completions->completions()) {
        auto* entry = EntryOf(completion.name());
        if (entry == nullptr) continue;
        *entry->mutable_completion() = completion;
        if (completion.has_readiness()) *entry->mutable_verdict() = completion.readiness();
      }
    }
    if (auto watches = gap_watches_.Take("gap_watches", missing)) {
      for (const auto& watch : watches->gap_watches()) {
        if (auto* entry = EntryOf(watch.name())) *entry->mutable_gap_watch() = watch;
      }
    }
  }

  // The entry of the onboarding to which `name` belongs, if it is shown.
  OnboardingOverview* EntryOf(const std::string& name) {
    const auto it = by_name_.find(contract::Ancestor(name, "onboardings"));
    return it == by_name_.end() ? nullptr : it->second;
  }

  const std::string onboardings_parent_;
  Ask<accounts::v1::Account> account_;
  Ask<accounts::v1::ListDealsResponse> deals_;
  Ask<accounts::v1::ListOnboardingsResponse> onboardings_;
  Ask<kickoff::v1::ListPlansResponse> plans_;
  Ask<kickoff::v1::ListNextActionsResponse> next_actions_;
  Ask<health::v1::ListScoresResponse> scores_;
  Ask<health::v1::ListSuccessLabelsResponse> labels_;
  Ask<handoff::v1::ListCompletionsResponse> completions_;
  Ask<handoff::v1::ListHandoffsResponse> handoffs_;
  Ask<handoff::v1::ListGapWatchesResponse> gap_watches_;
  std::map<std::string, OnboardingOverview*> by_name_;
};

// What is asked about one onboarding once it is known: the meetings of its plan and, while it runs,
// how ready it is for the kickoff and for its completion.
class OnboardingQuestions {
 public:
  OnboardingQuestions(server::Peers& peers, const Call& call, OnboardingOverview* entry)
      : entry_(*entry) {
    const bool runs = entry->onboarding().state() == accounts::v1::ONBOARDING_STATE_RUNNING;
    if (entry->has_plan()) {
      const std::string& plan = entry->plan().name();
      meetings_.emplace(peers.kickoff(), call, kMeetingsService, "ListMeetings",
                        ListOf<kickoff::v1::ListMeetingsRequest>(plan));
      if (runs) {
        readiness_.emplace(peers.kickoff(), call, kKickoffService, "CheckReadiness",
                           Named<kickoff::v1::CheckReadinessRequest>(plan));
      }
    }
    if (runs && entry->has_completion() && !entry->has_verdict()) {
      verdict_.emplace(peers.handoff(), call, kCompletionsService, "EvaluateReadiness",
                       Named<handoff::v1::EvaluateReadinessRequest>(entry->completion().name()));
    }
  }

  void Fill(MissingParts* missing) {
    if (meetings_.has_value()) {
      if (auto meetings = meetings_->Take("meetings", missing)) {
        entry_.mutable_meetings()->Swap(meetings->mutable_meetings());
      }
    }
    if (readiness_.has_value()) {
      if (auto readiness = readiness_->Take("readiness", missing)) {
        entry_.mutable_readiness()->Swap(&*readiness);
      }
    }
    if (verdict_.has_value()) {
      if (auto verdict = verdict_->Take("verdict", missing)) {
        entry_.mutable_verdict()->Swap(verdict->mutable_readiness());
      }
    }
  }

 private:
  OnboardingOverview& entry_;
  std::optional<Ask<kickoff::v1::ListMeetingsResponse>> meetings_;
  std::optional<Ask<kickoff::v1::Readiness>> readiness_;
  std::optional<Ask<handoff::v1::EvaluateReadinessResponse>> verdict_;
};

void FillDays(absl::Time now, AccountOverview* overview) {
  const absl::CivilDay today = calendar::DayOf(now, ZoneOf(overview->account()));
  for (OnboardingOverview& entry : *overview->mutable_onboardings()) {
    const std::vector<v1::ClockDays> days = DaysOf(entry.onboarding(), today);
    entry.mutable_days()->Assign(days.begin(), days.end());
  }
}

}  // namespace

absl::StatusOr<AccountOverview> GetAccountOverview(server::Peers& peers, const Call& call,
                                                   const v1::GetAccountOverviewRequest& request) {
  AccountOverview overview;
  MissingParts missing;
  const Call first = PartOf(call, kFirstShare);
  BANSO_RETURN_IF_ERROR(AccountQuestions(peers, first, request.name()).Fill(&overview, &missing));
  const Call second = PartOf(call, kSecondShare);
  std::vector<std::unique_ptr<OnboardingQuestions>> questions;
  for (OnboardingOverview& entry : *overview.mutable_onboardings()) {
    questions.push_back(std::make_unique<OnboardingQuestions>(peers, second, &entry));
  }
  for (const auto& question : questions) question->Fill(&missing);
  FillDays(call.now, &overview);
  const std::vector<v1::StoryLine> story = StoryOf(overview);
  overview.mutable_story()->Assign(story.begin(), story.end());
  overview.mutable_missing()->Assign(missing.list().begin(), missing.list().end());
  *overview.mutable_as_of() = calendar::ToTimestamp(call.now);
  return overview;
}

}  // namespace banso::gateway
