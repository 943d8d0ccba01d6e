#ifndef BANSO_COMMON_STORAGE_FACT_WINDOWS_H_
#define BANSO_COMMON_STORAGE_FACT_WINDOWS_H_

#include <vector>

#include "absl/time/time.h"
#include "banso/fact/v1/fact.pb.h"

namespace banso::storage {

// A LATEST query without days: it asks for one change, the last, and is answered from that alone.
bool IsPlainLatest(const fact::v1::FactQuery& query);

// Answers `query` from the changes of its fact about one subject, as FactLog::Read says. `changes`
// are in the order in which they occurred (recorded later comes later), and none occurred after
// `as_of`. Days are counted in `zone`. TREND_PER_WEEK goes over the days that have a value, and
// needs two of them. Subject and fact of the reading are left to the caller.
fact::v1::FactReading Summarize(const fact::v1::FactQuery& query,
                                const std::vector<fact::v1::FactChange>& changes, absl::Time as_of,
                                const absl::TimeZone& zone);

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_FACT_WINDOWS_H_
