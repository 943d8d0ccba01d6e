#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STUDIES_WORDING_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STUDIES_WORDING_H_

#include <string>

#include "absl/strings/string_view.h"
#include "banso/health/v1/comparison.pb.h"
#include "banso/health/v1/funnel.pb.h"

// How findings are put into words: with their n and interval, as association and never as cause.
// Nothing here names a customer.
namespace banso::health {

// How every answer may be read.
inline constexpr char kCaution[] =
    "This says what goes together, not what causes what: the groups may differ in other ways, too.";

// Names the methods behind comparisons of groups.
inline constexpr char kComparisonMethod[] =
    "Shares: Wilson, Newcombe (differences), Katz and Koopman (ratios), Woolf (odds), Fisher's "
    "exact test. Amounts: Hodges-Lehmann, Mann-Whitney. Many comparisons: Holm, "
    "Benjamini-Hochberg. Strata: Mantel-Haenszel with the intervals of Sato and of Greenland and "
    "Robins, van Elteren.";

// The same where accounts have several cases.
inline constexpr char kComparisonClusters[] =
    "Several cases of one account are one cluster: what is found goes by the difference of least "
    "squares within strata with the variance between accounts (Liang and Zeger), amounts by ranks.";

// `40 %`, `7.5 %`.
std::string PercentText(double share);
// At most three decimals, as few as needed: `2`, `1.25`, `0.004`.
std::string FigureText(double number);

// One comparison as one sentence, without a full stop's worth left out: who has it how often, how
// far they are apart with the interval, and whether chance can be told.
std::string ContrastSentence(const v1::Contrast& contrast, double confidence);

// A whole comparison as Markdown.
std::string ReportText(const v1::ComparisonReport& report);

// A funnel's analysis as Markdown: the walls first, then every step and habit.
std::string ReportText(absl::string_view title, const v1::FunnelAnalysis& analysis);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STUDIES_WORDING_H_
