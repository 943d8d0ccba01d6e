#include "services/gateway/domain/story.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "services/gateway/domain/lifecycle.h"

namespace banso::gateway {
namespace {

using accounts::v1::Onboarding;

// What comes first among the events of one day.
enum Stage { kDeal, kStart, kMeeting, kClock, kSuccess, kCompletion, kHandoff, kGap };

struct Event {
  absl::CivilDay day;
  Stage stage;
  // Orders the events of a stage; those known only by their day come first.
  absl::Time time;
  v1::StoryLine line;
};

class Story {
 public:
  explicit Story(absl::TimeZone zone) : zone_(zone) {}

  void AddDay(const type::v1::Date& date, Stage stage, std::string text,
              const std::string& source) {
    Add(calendar::ToDay(date), stage, absl::InfinitePast(), std::move(text), source);
  }

  void AddTime(const google::protobuf::Timestamp& timestamp, Stage stage, std::string text,
               const std::string& source) {
    const absl::Time time = calendar::ToTime(timestamp);
    Add(calendar::DayOf(time, zone_), stage, time, std::move(text), source);
  }

  std::vector<v1::StoryLine> Tell() && {
    std::stable_sort(events_.begin(), events_.end(), [](const Event& a, const Event& b) {
      return std::tie(a.day, a.stage, a.time) < std::tie(b.day, b.stage, b.time);
    });
    std::vector<v1::StoryLine> lines;
    lines.reserve(events_.size());
    for (Event& event : events_) lines.push_back(std::move(event.line));
    return lines;
  }

 private:
  void Add(absl::CivilDay day, Stage stage, absl::Time time, std::string text,
           const std::string& source) {
    Event event{day, stage, time, {}};
    *event.line.mutable_day() = calendar::ToDate(day);
    event.line.set_text(std::move(text));
    event.line.set_source(source);
    events_.push_back(std::move(event));
  }

  const absl::TimeZone zone_;
  std::vector<Event> events_;
};

// `label: text`, or only the label.
std::string With(absl::string_view label, absl::string_view text) {
  return text.empty() ? std::string(label) : absl::StrCat(label, ": ", text);
}

std::string DaysText(int64_t days) { return absl::StrCat(days, days == 1 ? " day" : " days"); }

std::string MoneyText(const type::v1::Money& money) {
  // Currencies without a smaller unit (ISO 4217); the others of our customers have hundredths.
  for (const absl::string_view whole : {"JPY", "KRW", "VND"}) {
    if (money.currency() == whole) return absl::StrCat(money.minor_units(), " ", whole);
  }
  return absl::StrFormat("%.2f %s", static_cast<double>(money.minor_units()) / 100,
                         money.currency());
}

void AddDeal(const accounts::v1::Deal& deal, Story* story) {
  if (deal.stage() != accounts::v1::DEAL_STAGE_WON) return;
  std::string text = With("Deal won", deal.display_name());
  if (deal.has_amount()) absl::StrAppend(&text, " (", MoneyText(deal.amount()), ")");
  if (deal.has_contract_start()) {
    absl::StrAppend(&text, ", contract from ", calendar::DayText(deal.contract_start()));
  }
  if (deal.has_close_date()) {
    story->AddDay(deal.close_date(), kDeal, std::move(text), deal.name());
  } else {
    story->AddTime(deal.update_time(), kDeal, std::move(text), deal.name());
  }
}

void AddStart(const Onboarding& onboarding, Story* story) {
  static constexpr absl::string_view kKinds[] = {"Onboarding", "Onboarding",
                                                 "Onboarding of an expansion", "Re-onboarding"};
  std::string text(kKinds[std::clamp<int>(onboarding.kind(), 0, 3)]);
  absl::StrAppend(&text, " started");
  if (!onboarding.owner().empty()) absl::StrAppend(&text, " by ", onboarding.owner());
  story->AddTime(onboarding.create_time(), kStart, std::move(text), onboarding.name());
}

void AddClocks(const Onboarding& onboarding, Story* story) {
  for (const accounts::v1::ClockReading& reading : onboarding.clocks()) {
    if (reading.clock() == type::v1::CLOCK_GO_LIVE) {
      story->AddDay(reading.date(), kClock, "The customer went live", onboarding.name());
    } else if (reading.clock() == type::v1::CLOCK_FIRST_VALUE) {
      story->AddDay(reading.date(), kClock, "The customer got the first value", onboarding.name());
    }
  }
}

void AddMeeting(const kickoff::v1::Meeting& meeting, Story* story) {
  if (meeting.state() != kickoff::v1::MEETING_STATE_HELD) return;
  std::string text =
      With(meeting.kind() == kickoff::v1::MEETING_KIND_KICKOFF ? "Kickoff held" : "Meeting held",
           meeting.title());
  if (meeting.next_actions_size() > 0) {
    absl::StrAppend(&text, " (", meeting.next_actions_size(),
                    meeting.next_actions_size() == 1 ? " next action)" : " next actions)");
  }
  story->AddDay(meeting.held_date(), kMeeting, std::move(text), meeting.name());
}

void AddSuccess(const health::v1::SuccessLabel& label, Story* story) {
  const std::string definition = contract::LastId(label.name());
  if (label.state() == health::v1::SUCCESS_STATE_MET) {
    std::string text = With("Success", definition);
    if (label.has_days_to_success()) {
      absl::StrAppend(&text, ", ", DaysText(label.days_to_success()), " after ",
                      ClockText(label.clock()));
    }
    story->AddDay(label.met_date(), kSuccess, std::move(text), label.name());
  } else if (label.state() == health::v1::SUCCESS_STATE_MISSED) {
    story->AddDay(label.due_date(), kSuccess, With("Success missed", definition), label.name());
  }
}

std::string OutcomesText(const handoff::v1::Completion& completion) {
  return absl::StrJoin(
      completion.outcomes(), "; ", [](std::string* out, const handoff::v1::Outcome& outcome) {
        out->append(outcome.sentence().empty() ? outcome.text() : outcome.sentence());
      });
}

void AddCompletion(const handoff::v1::Completion& completion, Story* story) {
  if (completion.has_complete_date()) {
    story->AddDay(completion.complete_date(), kCompletion,
                  With("Onboarding completed", OutcomesText(completion)), completion.name());
  }
  for (const handoff::v1::CompletionEvent& event : completion.history()) {
    const bool told = completion.has_complete_date() && event.round() == completion.round();
    if (event.state() == handoff::v1::COMPLETION_STATE_COMPLETED && !told) {
      story->AddTime(event.time(), kCompletion, With("Onboarding completed", event.reason()),
                     completion.name());
    } else if (event.state() == handoff::v1::COMPLETION_STATE_OPEN && event.round() > 1) {
      story->AddTime(event.time(), kHandoff, With("Onboarding goes on", event.reason()),
                     completion.name());
    }
  }
}

std::string ReturnText(const handoff::v1::HandoffReturn& entry) {
  std::string text = absl::StrCat("Handoff returned (", entry.reason_code(), "): ", entry.reason());
  if (entry.outcome() == handoff::v1::RETURN_OUTCOME_CONTINUE_ONBOARDING) {
    absl::StrAppend(&text, "; the onboarding goes on");
    if (entry.has_new_deadline()) {
      absl::StrAppend(&text, " until ", calendar::DayText(entry.new_deadline()));
    }
  }
  return text;
}

void AddHandoff(const handoff::v1::Handoff& handoff, Story* story) {
  if (handoff.has_offer_time()) {
    story->AddTime(handoff.offer_time(), kHandoff,
                   handoff.receiver().empty()
                       ? "Handoff offered"
                       : absl::StrCat("Handoff offered to ", handoff.receiver()),
                   handoff.name());
  }
  for (const handoff::v1::HandoffReturn& entry : handoff.returns()) {
    story->AddTime(entry.time(), kHandoff, ReturnText(entry), handoff.name());
  }
  if (handoff.has_accept_time()) {
    story->AddTime(handoff.accept_time(), kHandoff,
                   handoff.accepted_by().empty()
                       ? "Handoff accepted"
                       : absl::StrCat("Handoff accepted by ", handoff.accepted_by()),
                   handoff.name());
  }
}

// Why a gap watch was closed.
std::string ClosingText(const handoff::v1::GapWatch& watch) {
  switch (watch.close_reason()) {
    case handoff::v1::GAP_CLOSE_REASON_ONBOARDING_CONTINUED:
      return "Gap watch closed: the onboarding goes on";
    case handoff::v1::GAP_CLOSE_REASON_ONBOARDING_CANCELLED:
      return "Gap watch closed: the onboarding was given up";
    case handoff::v1::GAP_CLOSE_REASON_CUSTOMER_LOST:
      return "Gap watch closed: the customer is lost";
    default:
      return absl::StrCat("Gap watch closed after a gap of ", DaysText(watch.gap_days()),
                          ": the quiet period has passed");
  }
}

void AddGapWatch(const handoff::v1::GapWatch& watch, Story* story) {
  if (watch.has_contact()) {
    story->AddDay(watch.contact().date(), kGap,
                  absl::StrCat("Retention met the customer: ", watch.contact().member()),
                  watch.name());
  }
  if (!watch.has_close_date()) return;
  story->AddDay(watch.close_date(), kGap, ClosingText(watch), watch.name());
}

}  // namespace

std::vector<v1::StoryLine> StoryOf(const v1::AccountOverview& overview) {
  Story story(ZoneOf(overview.account()));
  for (const accounts::v1::Deal& deal : overview.deals()) AddDeal(deal, &story);
  for (const v1::OnboardingOverview& onboarding : overview.onboardings()) {
    AddStart(onboarding.onboarding(), &story);
    AddClocks(onboarding.onboarding(), &story);
    for (const auto& meeting : onboarding.meetings()) AddMeeting(meeting, &story);
    for (const auto& label : onboarding.success_labels()) AddSuccess(label, &story);
    if (onboarding.has_completion()) AddCompletion(onboarding.completion(), &story);
    if (onboarding.has_gap_watch()) AddGapWatch(onboarding.gap_watch(), &story);
  }
  for (const handoff::v1::Handoff& handoff : overview.handoffs()) AddHandoff(handoff, &story);
  return std::move(story).Tell();
}

}  // namespace banso::gateway
