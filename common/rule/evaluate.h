#ifndef BANSO_COMMON_RULE_EVALUATE_H_
#define BANSO_COMMON_RULE_EVALUATE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/type/v1/condition.pb.h"
#include "banso/type/v1/time.pb.h"
#include "banso/type/v1/value.pb.h"
#include "common/calendar/business_days.h"
#include "common/rule/catalog.h"

namespace banso::rule {

// For whom and as of when a condition is evaluated.
struct Moment {
  // As things stood then: values that occurred later do not count.
  absl::Time as_of;
  // As was known then: values recorded later do not count. Absent: all that is known.
  std::optional<absl::Time> known_at;
  // The IANA zone in which days are counted: the site's, else the account's. Empty: UTC.
  std::string time_zone;
  // Counts business days; never null.
  const calendar::Calendar* calendar = &calendar::Calendar::Japan();
  // The clocks of the onboarding that have a day.
  std::map<type::v1::Clock, absl::CivilDay> clocks;
  // The resource names about which facts are read, by the kind of subject of a fact's type. A fact
  // about a kind whose name is empty here is unknown.
  std::string account;
  std::string onboarding;
  std::string site;
  std::string stakeholder;
};

// The civil day of `as_of` in the moment's zone.
absl::CivilDay Today(const Moment& moment);

// One reading that a condition needs: a question about one subject, its windows resolved to days.
struct FactRead {
  std::string subject;
  fact::v1::FactQuery query;
};

// Identifies what is read: equal for two reads that must have the same answer at one moment.
std::string Key(const FactRead& read);

// Answers by Key.
using Readings = absl::flat_hash_map<std::string, fact::v1::FactReading>;

// Where readings come from: a store, other services, a test's memory.
class FactReader {
 public:
  virtual ~FactReader() = default;

  // Answers every read as of `moment.as_of`, known at `moment.known_at`, in the order asked.
  // Unknown is an answer; an error means that the facts could not be asked for.
  //
  // Whoever owns a fact tells silence from zero: an empty window is the number 0 only when its
  // source is known to have reported, else it is unknown.
  virtual absl::StatusOr<std::vector<fact::v1::FactReading>> Read(absl::Span<const FactRead> reads,
                                                                  const Moment& moment) = 0;
};

// What must be read to evaluate the condition, each read once, in order of first use. Facts that
// the catalog does not have, windows whose clock has no day, and subjects that the moment does not
// name are left out: they are unknown without being asked.
std::vector<FactRead> Reads(const type::v1::Condition& condition, const Moment& moment,
                            const FactCatalog& catalog);
// The same for one reference outside of a condition: no read or one.
std::vector<FactRead> Reads(const type::v1::FactRef& ref, const Moment& moment,
                            const FactCatalog& catalog);

// Evaluates a condition from readings. Pure and total: what is missing in `readings` is unknown,
// and so is a part that CheckCondition would refuse. The explanation's result is never UNSPECIFIED.
//
// Learning more never turns true into false or back (`known` apart, which is about knowing).
type::v1::Explanation Evaluate(const type::v1::Condition& condition, const Moment& moment,
                               const FactCatalog& catalog, const Readings& readings);

// Reads what is needed in one go and evaluates. Errors are the reader's.
absl::StatusOr<type::v1::Explanation> Evaluate(const type::v1::Condition& condition,
                                               const Moment& moment, const FactCatalog& catalog,
                                               FactReader& reader);

// Reads a single reference, with its window, age and subject treated as in a condition. The
// explanation has a result of TRUE when there is a value and UNKNOWN when there is none.
type::v1::Explanation Explain(const type::v1::FactRef& ref, const Moment& moment,
                              const FactCatalog& catalog, const Readings& readings);

// Kleene's three-valued logic. UNSPECIFIED counts as UNKNOWN.
type::v1::Truth And(type::v1::Truth a, type::v1::Truth b);
type::v1::Truth Or(type::v1::Truth a, type::v1::Truth b);
type::v1::Truth Not(type::v1::Truth a);

}  // namespace banso::rule

#endif  // BANSO_COMMON_RULE_EVALUATE_H_
