#ifndef BANSO_SERVICES_HEALTH_DOMAIN_SIGNALS_REPORT_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_SIGNALS_REPORT_H_

#include <map>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "banso/health/v1/score.pb.h"
#include "banso/health/v1/signal.pb.h"
#include "banso/health/v1/signals_service.pb.h"

// Whether signals are acted on.
namespace banso::health {

// Whether somebody, or a play, has acted on it; see SignalCounts.acted_on.
bool IsActedOn(const v1::Signal& signal);

// Counts signals one by one, in any order.
class SignalReportBuilder {
 public:
  // The rules and models in force.
  SignalReportBuilder(std::vector<v1::SignalRule> rules, std::vector<v1::ScoreModel> models);

  void Add(const v1::Signal& signal);

  v1::SignalReport Build() const;

 private:
  struct Tally {
    v1::SignalCounts counts;
    std::map<v1::SignalOutcome, int64_t> outcomes;
    std::vector<double> hours_to_acknowledge;

    void Add(const v1::Signal& signal);
    v1::SignalCounts Counts() const;
  };

  const std::vector<v1::SignalRule> rules_;
  const std::vector<v1::ScoreModel> models_;
  Tally total_;
  // By the rule's name, and by the model's.
  std::map<std::string, Tally> by_rule_;
  std::map<std::string, Tally> by_model_;
  // Of each rule in force, the models that it reads; and what it is called when it no longer is.
  std::map<std::string, std::vector<std::string>> models_of_;
  std::map<std::string, std::string> names_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_SIGNALS_REPORT_H_
