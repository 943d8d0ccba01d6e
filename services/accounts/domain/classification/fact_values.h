#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_FACT_VALUES_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_FACT_VALUES_H_

#include <optional>
#include <string>
#include <vector>

#include "banso/fact/v1/fact.pb.h"
#include "banso/type/v1/condition.pb.h"
#include "banso/type/v1/value.pb.h"

namespace banso::accounts {

// The values of a fact that have to be tried to see every way in which comparisons of it can come
// out together: each boundary, its neighbours and what lies between (for a whole number the next
// one, for another number the middle), each word named and one that is not. Known values first; at
// last none, for a fact that may be unknown. `uses` are all conditions, `compare` and `known`, that
// read the fact. Not for facts that are sets of words: see WordsOf.
std::vector<std::optional<type::v1::Value>> TellingValues(
    const fact::v1::FactType& type, const std::vector<const type::v1::Condition*>& uses);

// The words of a set that these conditions name, and at last one that none of them names: it stands
// for all such words.
std::vector<std::string> WordsOf(const std::vector<const type::v1::Condition*>& uses);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_FACT_VALUES_H_
