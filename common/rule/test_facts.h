#ifndef BANSO_COMMON_RULE_TEST_FACTS_H_
#define BANSO_COMMON_RULE_TEST_FACTS_H_

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/type/v1/condition.pb.h"
#include "common/rule/catalog.h"

// What the tests of conditions share: some fact types and short ways to write things down.
namespace banso::rule {

// Facts of every type, about accounts unless said:
//   account.segment       text: Enterprise, MM, SMB
//   account.note          text, any
//   account.employees     number
//   account.contract_end  date
//   account.strategic     yes or no
//   account.products      set of words: forms, pages, mail
//   metric.interviews     number, a counter
//   metric.forms          number, a counter, per object
//   metric.temperature    number, may fall
//   plan.progress         number, about onboardings
FactCatalog TestCatalog();

// A condition in text format; ends the program when it does not parse.
type::v1::Condition ParseCondition(absl::string_view text);

// Noon of a day in Tokyo.
absl::Time NoonOf(absl::CivilDay day);

}  // namespace banso::rule

#endif  // BANSO_COMMON_RULE_TEST_FACTS_H_
