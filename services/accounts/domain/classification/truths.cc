#include "services/accounts/domain/classification/truths.h"

namespace banso::accounts {

Truths Only(type::v1::Truth truth) {
  if (truth == type::v1::TRUTH_TRUE) return kTrue;
  return truth == type::v1::TRUTH_FALSE ? kFalse : kUnknown;
}

Truths Negated(Truths truths) {
  return (truths & kUnknown) | ((truths & kTrue) != 0 ? kFalse : 0) |
         ((truths & kFalse) != 0 ? kTrue : 0);
}

Truths Conjunction(const std::vector<Truths>& parts) {
  Truths result = kTrue;
  bool may_be_false = false;
  bool may_be_not_false = true;
  bool may_be_unknown = false;
  for (const Truths part : parts) {
    if ((part & kTrue) == 0) result = 0;
    may_be_false |= (part & kFalse) != 0;
    may_be_unknown |= (part & kUnknown) != 0;
    may_be_not_false &= (part & (kTrue | kUnknown)) != 0;
  }
  if (may_be_false) result |= kFalse;
  if (may_be_unknown && may_be_not_false) result |= kUnknown;
  return result;
}

}  // namespace banso::accounts
