#include "clients/cli/views.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "clients/cli/table.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"

namespace banso::cli {
namespace {

using gateway::v1::AccountOverview;
using gateway::v1::OnboardingOverview;
using gateway::v1::PortfolioRow;

std::string Day(const type::v1::Date& date) {
  return date.year() == 0 ? "" : calendar::DayText(date);
}

std::string Minute(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%d %H:%M", calendar::ToTime(time), absl::UTCTimeZone());
}

// `aoki` of `members/aoki`.
std::string Id(absl::string_view name) { return contract::LastId(name); }

std::string Number(double value) { return absl::StrFormat("%.0f", value); }

std::string TruthText(type::v1::Truth truth) {
  switch (truth) {
    case type::v1::TRUTH_TRUE:
      return "met";
    case type::v1::TRUTH_FALSE:
      return "missed";
    case type::v1::TRUTH_UNKNOWN:
      return "open";
    default:
      return "";
  }
}

void PrintMissing(const gateway::v1::MissingPart& part, std::ostream& out) {
  out << "not told: " << part.part() << " (" << part.service() << "): " << part.reason() << "\n";
}

// A line of a section, unless there is nothing to say.
void Line(std::ostream& out, absl::string_view title, absl::string_view text) {
  if (!text.empty()) out << absl::StreamFormat("  %-12s %s\n", title, text);
}

void PrintAccount(const AccountOverview& overview, std::ostream& out) {
  const accounts::v1::Account& account = overview.account();
  const accounts::v1::Classification& classes = account.classification();
  out << account.display_name() << " (" << account.name() << ")\n";
  Line(out, "stage",
       EnumText(accounts::v1::LifecycleStage_descriptor(), account.lifecycle_stage()));
  std::vector<std::string> words;
  for (const std::string& word : {classes.segment(), classes.tier(), classes.touch()}) {
    if (!word.empty()) words.push_back(word);
  }
  Line(out, "class", absl::StrJoin(words, ", "));
  Line(out, "accountable", overview.account().accountable_owner());
  Line(out, "industry", account.industry());
  if (account.has_employees()) Line(out, "employees", absl::StrCat(account.employees()));
}

std::string ClocksText(const OnboardingOverview& overview) {
  return absl::StrJoin(overview.onboarding().clocks(), ", ",
                       [](std::string* out, const accounts::v1::ClockReading& clock) {
                         absl::StrAppend(out, EnumText(type::v1::Clock_descriptor(), clock.clock()),
                                         " ", Day(clock.date()));
                       });
}

std::string DaysText(const OnboardingOverview& overview) {
  return absl::StrJoin(overview.days(), ", ",
                       [](std::string* out, const gateway::v1::ClockDays& days) {
                         absl::StrAppend(out, days.days(), " days since ",
                                         EnumText(type::v1::Clock_descriptor(), days.clock()));
                       });
}

std::string VerdictText(const handoff::v1::Readiness& verdict) {
  std::vector<std::string> open;
  for (const handoff::v1::CriterionVerdict& criterion : verdict.criteria()) {
    if (!criterion.required() || criterion.verdict() == handoff::v1::VERDICT_MET) continue;
    open.push_back(absl::StrCat(criterion.title(), " (",
                                EnumText(handoff::v1::Verdict_descriptor(), criterion.verdict()),
                                ")"));
  }
  const std::string text = EnumText(handoff::v1::OverallVerdict_descriptor(), verdict.verdict());
  return open.empty() ? text : absl::StrCat(text, ": ", absl::StrJoin(open, "; "));
}

void PrintMeetings(const OnboardingOverview& overview, std::ostream& out) {
  for (const kickoff::v1::Meeting& meeting : overview.meetings()) {
    const std::string day =
        meeting.has_held_date() ? Day(meeting.held_date()) : Day(meeting.planned_date());
    Line(out, "meeting",
         absl::StrCat(day, " ", meeting.title(), ", ",
                      EnumText(kickoff::v1::MeetingState_descriptor(), meeting.state())));
  }
}

void PrintOnboarding(const OnboardingOverview& overview, std::ostream& out) {
  const accounts::v1::Onboarding& onboarding = overview.onboarding();
  out << "\nOnboarding " << Id(onboarding.name()) << "\n";
  Line(out, "state",
       absl::StrCat(EnumText(accounts::v1::OnboardingState_descriptor(), onboarding.state()), ", ",
                    EnumText(accounts::v1::OnboardingKind_descriptor(), onboarding.kind())));
  Line(out, "owner", onboarding.owner());
  Line(out, "clocks", ClocksText(overview));
  Line(out, "days", DaysText(overview));
  Line(out, "ball", EnumText(accounts::v1::BallHolder_descriptor(), onboarding.ball().holder()));
  if (overview.has_plan()) Line(out, "deadline", Day(overview.plan().deadline()));
  PrintMeetings(overview, out);
  Line(out, "kickoff",
       EnumText(kickoff::v1::ReadinessVerdict_descriptor(), overview.readiness().verdict()));
  for (const kickoff::v1::NextAction& action : overview.next_actions()) {
    Line(out, "next",
         absl::StrCat(Day(action.due()), " ", action.title(),
                      action.days_left() < 0 ? " (overdue)" : ""));
  }
  for (const health::v1::SuccessLabel& label : overview.success_labels()) {
    const std::string state = EnumText(health::v1::SuccessState_descriptor(), label.state());
    Line(out, "success",
         absl::StrCat(Id(label.name()), ": ", state,
                      label.has_met_date() ? absl::StrCat(" on ", Day(label.met_date())) : "",
                      label.undecided_because().empty() ? "" : ", ", label.undecided_because()));
  }
  Line(out, "completion", VerdictText(overview.verdict()));
  if (overview.has_gap_watch()) {
    Line(out, "gap",
         absl::StrCat(EnumText(handoff::v1::GapLevel_descriptor(), overview.gap_watch().level()),
                      ", ", overview.gap_watch().gap_days(), " days"));
  }
}

void PrintScore(const health::v1::Score& score, std::ostream& out) {
  out << "\nScore " << Id(score.name()) << ": "
      << (score.has_value() ? absl::StrCat(Number(score.value()), " (", score.band(), ")")
                            : score.no_value_because())
      << absl::StreamFormat(", %.0f%% of it known\n", score.coverage() * 100);
  for (const health::v1::Contribution& part : score.contributions()) {
    out << absl::StreamFormat("  %5.1f of %5.1f  %s\n", part.amount(), part.share() * 100,
                              part.reading());
  }
  for (const health::v1::MissingMeasure& missing : score.missing()) {
    out << "  missing         " << missing.reading() << ": " << missing.because() << "\n";
  }
  for (const health::v1::Lift& lift : score.lifts()) {
    if (lift.enough()) out << "  would help      " << lift.text() << "\n";
  }
}

void PrintHandoff(const handoff::v1::Handoff& handoff, std::ostream& out) {
  out << "\nHandoff " << Id(handoff.name()) << "\n";
  Line(out, "state", EnumText(handoff::v1::HandoffState_descriptor(), handoff.state()));
  Line(out, "from", handoff.giver());
  Line(out, "to", handoff.receiver());
  for (const handoff::v1::Outcome& outcome : handoff.outcomes()) {
    Line(out, "achieved", outcome.sentence());
  }
  for (const handoff::v1::HandoffReturn& returned : handoff.returns()) {
    Line(out, "returned", absl::StrCat(returned.reason_code(), ": ", returned.reason()));
  }
}

// What has become of a part, or will.
std::string OutcomeText(const gateway::v1::AppliedPart& part) {
  if (part.outcome() != gateway::v1::PART_OUTCOME_PENDING) {
    return EnumText(gateway::v1::PartOutcome_descriptor(), part.outcome());
  }
  return part.previous().empty() ? "to be created" : "to be changed";
}

// `2 created, 1 changed, 17 unchanged`.
std::string CountsText(const gateway::v1::ProgramApplication& application) {
  std::map<std::string, int> counts;
  for (const gateway::v1::AppliedPart& part : application.parts()) ++counts[OutcomeText(part)];
  std::vector<std::string> texts;
  for (const char* outcome :
       {"created", "changed", "to be created", "to be changed", "unchanged"}) {
    if (counts[outcome] > 0) texts.push_back(absl::StrCat(counts[outcome], " ", outcome));
  }
  return absl::StrJoin(texts, ", ");
}

}  // namespace

std::string EnumText(const google::protobuf::EnumDescriptor* type, int value) {
  const google::protobuf::EnumValueDescriptor* found = type->FindValueByNumber(value);
  if (found == nullptr) return absl::StrCat(value);
  absl::string_view prefix = type->value(0)->name();
  absl::ConsumeSuffix(&prefix, "UNSPECIFIED");
  absl::string_view word = found->name();
  absl::ConsumePrefix(&word, prefix);
  if (value == 0) return "";
  return absl::StrReplaceAll(absl::AsciiStrToLower(word), {{"_", " "}});
}

void PrintPortfolio(const std::vector<PortfolioRow>& rows,
                    const std::vector<gateway::v1::MissingPart>& missing, std::ostream& out) {
  Table table({"ACCOUNT", "NAME", "STAGE", "CLASS", "OWNER", ">DAY", "DEADLINE", ">LEFT",
               "NEXT STEP", "DUE", ">SCORE", "BAND", "SUCCESS"});
  for (const PortfolioRow& row : rows) {
    table.Add(
        {Id(row.account()), row.display_name(),
         EnumText(accounts::v1::LifecycleStage_descriptor(), row.lifecycle_stage()),
         absl::StrCat(row.segment(), row.touch().empty() ? "" : "/", row.touch()), Id(row.owner()),
         row.has_days_since_contract_start() ? absl::StrCat(row.days_since_contract_start()) : "",
         Day(row.deadline()), row.has_days_left() ? absl::StrCat(row.days_left()) : "",
         row.next_step(), Day(row.next_due()), row.has_score() ? Number(row.score()) : "",
         row.band(), TruthText(row.success())});
  }
  table.Print(out, 40);
  for (const gateway::v1::MissingPart& part : missing) PrintMissing(part, out);
}

void PrintOverview(const AccountOverview& overview, std::ostream& out) {
  PrintAccount(overview, out);
  for (const OnboardingOverview& onboarding : overview.onboardings()) {
    PrintOnboarding(onboarding, out);
  }
  for (const health::v1::Score& score : overview.scores()) PrintScore(score, out);
  for (const handoff::v1::Handoff& handoff : overview.handoffs()) PrintHandoff(handoff, out);
  if (!overview.story().empty()) out << "\nWhat happened\n";
  for (const gateway::v1::StoryLine& line : overview.story()) {
    out << "  " << Day(line.day()) << "  " << line.text() << "\n";
  }
  for (const gateway::v1::MissingPart& part : overview.missing()) PrintMissing(part, out);
}

void PrintDiff(const gateway::v1::DiffRevisionsResponse& diff, std::ostream& out) {
  for (const type::v1::Revision& revision : {diff.before(), diff.after()}) {
    out << "revision " << revision.number() << ", "
        << EnumText(type::v1::RevisionState_descriptor(), revision.state()) << ", "
        << Minute(revision.create_time()) << " by " << Id(revision.author()) << ": "
        << revision.reason() << "\n";
  }
  if (diff.differences().empty()) {
    out << "They say the same.\n";
    return;
  }
  Table table({"WHERE", "DIFFERENCE", "BEFORE", "AFTER"});
  for (const gateway::v1::Difference& difference : diff.differences()) {
    table.Add({difference.path(),
               EnumText(gateway::v1::DifferenceKind_descriptor(), difference.kind()),
               difference.before(), difference.after()});
  }
  table.Print(out);
}

void PrintApplication(const gateway::v1::ProgramApplication& application, std::ostream& out) {
  Table table({"PART", "OUTCOME", "BEFORE"});
  for (const gateway::v1::AppliedPart& part : application.parts()) {
    // What has no revisions says nothing by its name.
    const bool revision = absl::StrContains(part.previous(), '@');
    table.Add({part.name(), OutcomeText(part), revision ? part.previous() : ""});
  }
  for (const std::string& other : application.others_in_force()) {
    table.Add({other.substr(0, other.find('@')), "not in the program", other});
  }
  if (!table.empty()) table.Print(out);
  out << application.program() << ": "
      << EnumText(gateway::v1::ApplicationState_descriptor(), application.state());
  if (!application.parts().empty()) out << "; " << CountsText(application);
  if (!application.others_in_force().empty()) {
    out << "; " << application.others_in_force_size() << " in force besides it";
  }
  out << "\n";
}

std::string ChangeLine(absl::string_view service, const type::v1::Change& change) {
  return absl::StrFormat("%s  %-8s %-8s %s by %s", Minute(change.commit_time()), service,
                         EnumText(type::v1::Operation_descriptor(), change.operation()),
                         change.name(), change.actor());
}

}  // namespace banso::cli
