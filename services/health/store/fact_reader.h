#ifndef BANSO_SERVICES_HEALTH_STORE_FACT_READER_H_
#define BANSO_SERVICES_HEALTH_STORE_FACT_READER_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/rule/evaluate.h"
#include "common/storage/database.h"
#include "services/health/store/store.h"

namespace banso::health {

// Answers reads from one snapshot of this service's store: metrics from the samples, judgements,
// labels and scores from its log, everybody else's facts from the mirror. For one thread, within
// one transaction.
class StoreFactReader : public rule::FactReader {
 public:
  // Both must outlive the reader.
  StoreFactReader(const Store& store, storage::Reader& reader, Holding holding = Holding::kNothing)
      : store_(store), reader_(reader), holding_(holding), series_(reader, holding) {}

  absl::StatusOr<std::vector<fact::v1::FactReading>> Read(absl::Span<const rule::FactRead> reads,
                                                          const rule::Moment& moment) override;

  // True for facts whose windows are worked out here: of metrics and their expected use,
  // judgements and surveys.
  static bool HasWindowsOfItsOwn(absl::string_view fact);
  // Answers a query about such a fact.
  absl::StatusOr<fact::v1::FactReading> ReadWindow(const SampleMoment& moment,
                                                   const fact::v1::FactQuery& query);

 private:
  absl::StatusOr<fact::v1::FactReading> ReadMetric(const SampleMoment& moment,
                                                   const fact::v1::FactQuery& query);
  // The ratio as of the day asked for, or what is made of those of several days.
  absl::StatusOr<fact::v1::FactReading> ReadRatio(const v1::Metric& metric,
                                                  const SampleMoment& moment,
                                                  const fact::v1::FactQuery& query);
  absl::StatusOr<fact::v1::FactReading> ReadRatioOn(const v1::MetricRatio& ratio,
                                                    const SampleMoment& moment, absl::CivilDay day);
  // What share there was of the expected use of the metric whose fact is `metric`.
  absl::StatusOr<fact::v1::FactReading> ReadShare(const std::string& metric,
                                                  const SampleMoment& moment,
                                                  const fact::v1::FactQuery& query);
  // A judgement is a level: between two of them it is not zero, so its windows go over the
  // judgements alone.
  absl::StatusOr<fact::v1::FactReading> ReadJudgement(const SampleMoment& moment,
                                                      const fact::v1::FactQuery& query);
  // Answers are of people; the account's value is made of theirs.
  absl::StatusOr<fact::v1::FactReading> ReadSurvey(const SampleMoment& moment,
                                                   const fact::v1::FactQuery& query);
  // Answers reads of one subject that one log answers.
  absl::StatusOr<std::vector<fact::v1::FactReading>> ReadLog(
      const storage::FactLog& log, const fact::v1::GetFactsRequest& request,
      const rule::Moment& moment);
  // All changes of a fact, until another account is asked about, or the next call when nothing is
  // held.
  absl::StatusOr<const std::vector<fact::v1::FactChange>*> Changes(const storage::FactLog& log,
                                                                   const std::string& subject,
                                                                   const std::string& fact);
  // A reading made of them.
  absl::StatusOr<fact::v1::FactReading> ReadHeld(const storage::FactLog& log,
                                                 const std::string& subject,
                                                 const fact::v1::FactQuery& query,
                                                 const rule::Moment& moment);
  // The metric whose fact has this name, or null.
  absl::StatusOr<const v1::Metric*> FindMetric(absl::string_view fact);

  const Store& store_;
  storage::Reader& reader_;
  const Holding holding_;
  SeriesReader series_;
  // The account of whose facts the changes are held, by subject and fact.
  std::string account_;
  std::map<std::pair<std::string, std::string>, std::vector<fact::v1::FactChange>> changes_;
  // Metrics by fact; filled at the first use.
  std::map<std::string, v1::Metric, std::less<>> metrics_;
  bool metrics_loaded_ = false;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_FACT_READER_H_
