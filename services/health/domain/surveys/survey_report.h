#ifndef BANSO_SERVICES_HEALTH_DOMAIN_SURVEYS_SURVEY_REPORT_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_SURVEYS_SURVEY_REPORT_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "banso/health/v1/survey.pb.h"
#include "banso/health/v1/surveys_service.pb.h"

namespace banso::health {

// Puts the report of a survey together, invitation by invitation.
class SurveyReportBuilder {
 public:
  // `survey` says which questions are told, and must outlive the builder. Without a baseline round
  // there are no changes.
  SurveyReportBuilder(const v1::Survey& survey, std::string baseline_round, absl::Time now)
      : survey_(survey), baseline_round_(std::move(baseline_round)), now_(now) {}

  // An invitation to the revision `asked` of the survey. Those of the baseline round count for the
  // changes alone.
  void Add(const v1::SurveyInvitation& invitation, const v1::Survey& asked);

  v1::SurveyReport Build() const;

 private:
  struct Turnout {
    v1::SurveyTurnout counts;
    std::set<std::string> asked;
    std::set<std::string> answered;
  };
  struct Round {
    absl::Time first_asked = absl::InfiniteFuture();
    Turnout turnout;
  };
  struct Said {
    std::vector<double> ratings;
    int64_t other_scale = 0;
    // By respondent.
    std::map<std::string, double> now;
    std::map<std::string, double> before;
  };
  // A question's key and a layer; 0: all.
  using Place = std::pair<std::string, int>;

  void Count(const v1::SurveyInvitation& invitation, Turnout* turnout) const;
  static v1::SurveyTurnout Sum(const Turnout& turnout);
  v1::SurveyQuestionFigures FiguresOf(const v1::SurveyQuestion& question, int layer,
                                      const Said& said) const;

  const v1::Survey& survey_;
  const std::string baseline_round_;
  const absl::Time now_;
  Turnout all_;
  std::map<int, Turnout> layers_;
  std::map<std::string, Round> rounds_;
  std::map<Place, Said> said_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_SURVEYS_SURVEY_REPORT_H_
