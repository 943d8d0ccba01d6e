#include "tests/benchmarks/figures.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace banso::benchmarks {
namespace {

constexpr int kRounds = 3;

double MiddleOf(std::array<double, kRounds> values) {
  std::sort(values.begin(), values.end());
  return values[kRounds / 2];
}

std::string Amount(double value) {
  return absl::StrFormat("%.*f", value < 10 ? 2 : value < 1000 ? 1 : 0, value);
}

std::string Ratio(const std::optional<double>& ratio) {
  if (!ratio.has_value()) return "";
  return absl::StrFormat("%.*f", *ratio < 0.1 ? 4 : 2, *ratio);
}

std::string AimOf(const Figure& figure) {
  if (figure.limit.has_value()) {
    return absl::StrFormat("<%.4g %s", *figure.limit,
                           figure.ratio.value_or(0) < *figure.limit ? "met" : "MISSED");
  }
  if (!figure.aim.has_value()) return "";
  return absl::StrFormat("%.1f %s", *figure.aim,
                         figure.ratio.value_or(0) >= *figure.aim ? "met" : "MISSED");
}

// `41 / 3.2`
std::string Processor(const Figure& figure) {
  if (!figure.processor.has_value()) return "";
  const std::string own = Amount(*figure.processor);
  if (!figure.reference_processor.has_value()) return own;
  return absl::StrCat(own, " / ", Amount(*figure.reference_processor));
}

// Names, units and remarks are our own and hold nothing that would have to be escaped.
std::string Quoted(const std::string& text) { return absl::StrCat("\"", text, "\""); }

std::string NumberOrNull(const std::optional<double>& number) {
  return number.has_value() ? absl::StrFormat("%.4g", *number) : "null";
}

}  // namespace

void Compare(Figure& figure, const std::function<double()>& measure,
             const std::function<double()>& reference) {
  std::array<double, kRounds> measured, compared, ratios;
  for (size_t i = 0; i < kRounds; ++i) {
    measured[i] = measure();
    compared[i] = reference();
    ratios[i] = measured[i] / compared[i];
  }
  figure.measured = MiddleOf(measured);
  figure.reference = MiddleOf(compared);
  figure.ratio = MiddleOf(ratios);
}

double Median(const std::function<double()>& measure) {
  std::array<double, kRounds> values;
  for (double& value : values) value = measure();
  return MiddleOf(values);
}

std::string Table(const Figures& figures) {
  std::string text =
      absl::StrFormat("%-58s %7s %12s %9s %9s %-9s %13s  %s\n", "figure", "ratio", "aim",
                      "measured", "reference", "unit", "processor us", "compared with");
  for (const Figure& figure : figures) {
    const std::string reference =
        figure.reference.has_value() ? Amount(*figure.reference) : std::string();
    const std::string last =
        absl::StrJoin({figure.compared_with, figure.remark},
                      figure.compared_with.empty() || figure.remark.empty() ? "" : "; ");
    absl::StrAppendFormat(&text, "%-58s %7s %12s %9s %9s %-9s %13s  %s\n", figure.name,
                          Ratio(figure.ratio), AimOf(figure), Amount(figure.measured), reference,
                          figure.unit, Processor(figure), last);
  }
  return text;
}

std::string Json(const Figures& figures) {
  std::vector<std::string> lines;
  for (const Figure& figure : figures) {
    lines.push_back(absl::StrCat(
        "  {\"name\": ", Quoted(figure.name), ", \"measured\": ", NumberOrNull(figure.measured),
        ", \"unit\": ", Quoted(figure.unit), ", \"reference\": ", NumberOrNull(figure.reference),
        ", \"ratio\": ", NumberOrNull(figure.ratio), ", \"aim\": ", NumberOrNull(figure.aim),
        ", \"limit\": ", NumberOrNull(figure.limit),
        ", \"processor_us\": ", NumberOrNull(figure.processor),
        ", \"reference_processor_us\": ", NumberOrNull(figure.reference_processor),
        ", \"compared_with\": ", Quoted(figure.compared_with),
        ", \"remark\": ", Quoted(figure.remark), "}"));
  }
  return absl::StrCat("[\n", absl::StrJoin(lines, ",\n"), "\n]\n");
}

}  // namespace banso::benchmarks
