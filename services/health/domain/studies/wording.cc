#include "services/health/domain/studies/wording.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/rule/condition.h"
#include "common/rule/value.h"

namespace banso::health {
namespace {

std::string Rounded(double number, double unit) {
  return rule::NumberText(std::round(number * unit) / unit);
}

std::string RangeText(const v1::ConfidenceInterval& interval, std::string (*text)(double)) {
  return absl::StrCat(interval.has_low() ? text(interval.low()) : "no bound", " to ",
                      interval.has_high() ? text(interval.high()) : "no bound");
}

std::string PointsText(double share) { return Rounded(100 * share, 10); }

// `24 of 30 (80 %)`, or `median 12 of 30 cases`.
std::string GroupText(const v1::GroupFigures& group) {
  if (group.n() == 0) return "no known case";
  std::string text =
      group.has_share()
          ? absl::StrCat(group.having(), " of ", group.n(), " (", PercentText(group.share()), ")")
          : absl::StrCat("median ", FigureText(group.median()), " of ", group.n(), " cases");
  if (group.unknown() > 0) absl::StrAppend(&text, " and ", group.unknown(), " unknown");
  return text;
}

std::string FindingText(const v1::Contrast& contrast) {
  if (contrast.finding() == v1::FINDING_INSUFFICIENT) {
    return absl::StrCat("INSUFFICIENT: ", contrast.insufficient_because());
  }
  const std::string q = contrast.q_value() < 0.001
                            ? "q below 0.001"
                            : absl::StrCat("q = ", FigureText(contrast.q_value()));
  if (contrast.finding() == v1::FINDING_DIFFERENT) return absl::StrCat("more than chance, ", q);
  return absl::StrCat("not to be told from chance, ", q);
}

std::string BasisText(const v1::StudyBasis& basis) {
  std::string text = absl::StrCat("- Cases: ", basis.cases());
  if (basis.accounts() < basis.cases()) {
    absl::StrAppend(&text, " of ", basis.accounts(), " accounts");
  }
  absl::StrAppend(&text, "\n");
  for (const v1::LeftOut& left_out : basis.left_out()) {
    absl::StrAppend(&text, "- Left out: ", left_out.cases(), ", because ", left_out.because(),
                    "\n");
  }
  for (const std::string& revision : basis.revisions()) {
    absl::StrAppend(&text, "- Definition: ", revision, "\n");
  }
  if (basis.clock() != type::v1::CLOCK_UNSPECIFIED) {
    absl::StrAppend(&text, "- Clock: ", rule::ClockText(basis.clock()), "\n");
  }
  const auto time = [](const google::protobuf::Timestamp& timestamp) {
    return absl::FormatTime("%Y-%m-%d %H:%M UTC", calendar::ToTime(timestamp), absl::UTCTimeZone());
  };
  absl::StrAppend(&text, "- As of: ", time(basis.as_of()), "\n");
  if (basis.has_known_at()) absl::StrAppend(&text, "- Known at: ", time(basis.known_at()), "\n");
  absl::StrAppend(&text, "- Smallest group: ", basis.min_n(), " cases; level ",
                  FigureText(basis.level()), "; intervals of ", PercentText(basis.confidence()),
                  "\n- Methods: ", basis.method(), "\n\n", basis.caution(), "\n");
  return text;
}

}  // namespace

std::string PercentText(double share) { return absl::StrCat(Rounded(100 * share, 10), " %"); }

std::string FigureText(double number) {
  return Rounded(number, std::abs(number) < 0.1 ? 10000 : std::abs(number) < 10 ? 1000 : 100);
}

std::string ContrastSentence(const v1::Contrast& contrast, double confidence) {
  std::string sentence = absl::StrCat(contrast.display_name(), ": ", GroupText(contrast.with()),
                                      " against ", GroupText(contrast.without()));
  const std::string sure = absl::StrCat(" (", PercentText(confidence), " interval ");
  if (contrast.has_ratio()) {
    absl::StrAppend(&sentence, ", ", FigureText(contrast.ratio()), " times as often", sure,
                    RangeText(contrast.ratio_interval(), FigureText), ")");
  }
  if (contrast.has_superiority()) {
    absl::StrAppend(&sentence, ", apart by ", FigureText(contrast.difference()), sure,
                    RangeText(contrast.difference_interval(), FigureText), ")");
  } else if (contrast.has_difference()) {
    absl::StrAppend(&sentence, ", ", PointsText(contrast.difference()), " points apart", sure,
                    RangeText(contrast.difference_interval(), PointsText), ")");
  }
  if (contrast.adjusted().has_difference()) {
    absl::StrAppend(&sentence, "; among like cases ", PointsText(contrast.adjusted().difference()),
                    " points (", RangeText(contrast.adjusted().difference_interval(), PointsText),
                    ")");
  }
  if (contrast.has_clustered()) {
    absl::StrAppend(&sentence, "; by ", contrast.clustered().accounts(), " accounts");
  }
  absl::StrAppend(&sentence, "; ", FindingText(contrast), ".");
  return sentence;
}

std::string ReportText(const v1::ComparisonReport& report) {
  std::string text =
      absl::StrCat("# ", report.with_name(), " against ", report.without_name(), "\n\n");
  for (const v1::Contrast& contrast : report.contrasts()) {
    absl::StrAppend(&text, "- ", contrast.sentence(), "\n");
  }
  absl::StrAppend(&text, "\n## On what it rests\n\n", BasisText(report.basis()));
  return text;
}

std::string ReportText(absl::string_view title, const v1::FunnelAnalysis& analysis) {
  std::string text = absl::StrCat("# ", title, "\n\n", analysis.successes(), " successes against ",
                                  analysis.failures(), " failures.\n\n");
  absl::StrAppend(&text, "## Walls\n\n");
  if (analysis.walls().empty()) absl::StrAppend(&text, "None can be told from chance.\n");
  for (const v1::Wall& wall : analysis.walls()) {
    absl::StrAppend(&text, wall.rank(), ". ", wall.contrast().sentence(), "\n");
  }
  absl::StrAppend(&text, "\n## Steps\n\n");
  for (const v1::StepAnalysis& step : analysis.steps()) {
    absl::StrAppend(&text, "- ", step.reach().sentence(),
                    " Through all steps so far: ", step.through_with(), " against ",
                    step.through_without(), ".\n");
    if (step.has_volume()) absl::StrAppend(&text, "- ", step.volume().sentence(), "\n");
  }
  if (!analysis.habits().empty()) absl::StrAppend(&text, "\n## Habits\n\n");
  for (const v1::Contrast& habit : analysis.habits()) {
    absl::StrAppend(&text, "- ", habit.sentence(), "\n");
  }
  absl::StrAppend(&text, "\n## On what it rests\n\n", BasisText(analysis.basis()));
  return text;
}

}  // namespace banso::health
