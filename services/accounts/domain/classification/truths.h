#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_TRUTHS_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_TRUTHS_H_

#include <vector>

#include "banso/type/v1/value.pb.h"

namespace banso::accounts {

// A set of truth values: what a condition can still come out as.
using Truths = unsigned;
inline constexpr Truths kTrue = 1;
inline constexpr Truths kFalse = 2;
inline constexpr Truths kUnknown = 4;

// The set of one value.
Truths Only(type::v1::Truth truth);

// What the negation of a condition can be.
Truths Negated(Truths truths);

// What a conjunction can be when its parts can be these, independently of each other. Of nothing:
// true.
Truths Conjunction(const std::vector<Truths>& parts);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_TRUTHS_H_
