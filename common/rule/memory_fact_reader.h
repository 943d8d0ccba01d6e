#ifndef BANSO_COMMON_RULE_MEMORY_FACT_READER_H_
#define BANSO_COMMON_RULE_MEMORY_FACT_READER_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "banso/fact/v1/fact.pb.h"
#include "common/rule/evaluate.h"

namespace banso::rule {

// A FactReader for tests that answers from fact changes held in memory, by ReadWindow: windows, as
// of and known at behave as in a service. Not safe for use by several threads.
class MemoryFactReader : public FactReader {
 public:
  // Adds a change; any order.
  void Add(fact::v1::FactChange change);

  // Adds a value that became true, and known, at `time`.
  void Set(absl::string_view subject, absl::string_view fact, type::v1::Value value,
           absl::Time time, absl::string_view object = "");

  // Withdraws a value at `time`.
  void Withdraw(absl::string_view subject, absl::string_view fact, absl::Time time,
                absl::string_view object = "");

  // Says since which day a fact's source reports about a subject (WindowMoment::zero_since).
  void ZeroSince(absl::string_view subject, absl::string_view fact, absl::CivilDay day);

  // From now on Read returns this status; an OK one ends that.
  void FailWith(absl::Status status);

  absl::StatusOr<std::vector<fact::v1::FactReading>> Read(absl::Span<const FactRead> reads,
                                                          const Moment& moment) override;

  // How often Read was called.
  int calls() const { return calls_; }

 private:
  // Subject and fact.
  using Series = std::pair<std::string, std::string>;

  std::map<Series, std::vector<fact::v1::FactChange>> changes_;
  std::map<Series, absl::CivilDay> zero_since_;
  absl::Status failure_;
  int calls_ = 0;
};

}  // namespace banso::rule

#endif  // BANSO_COMMON_RULE_MEMORY_FACT_READER_H_
