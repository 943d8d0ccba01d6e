#ifndef BANSO_COMMON_RULE_OPEN_H_
#define BANSO_COMMON_RULE_OPEN_H_

#include "banso/type/v1/condition.pb.h"

namespace banso::rule {

// How an explanation begins to say that a window is not over.
inline constexpr char kOpenUntil[] = "window open until ";

// Whether a result is unknown for no other reason than that windows are not over: so far it is not
// true, and nothing is missing that should be known.
bool IsOnlyOpen(const type::v1::Explanation& explanation);

}  // namespace banso::rule

#endif  // BANSO_COMMON_RULE_OPEN_H_
