#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_POLICY_TEXT_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_POLICY_TEXT_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

// Policies in text format, for tests.
namespace banso::accounts {

// "`fact` `op` `value`", such as Compare("account.employees", "GE", "number: 5").
inline std::string Compare(const std::string& fact, const std::string& op,
                           const std::string& value) {
  return absl::StrCat("compare { fact { fact: '", fact, "' } op: OPERATOR_", op, " values { ",
                      value, " } }");
}

inline std::string Joined(const char* how, const std::vector<std::string>& parts) {
  return absl::StrCat(how, " { ",
                      absl::StrJoin(parts, " ",
                                    [](std::string* out, const std::string& part) {
                                      absl::StrAppend(out, "conditions { ", part, " }");
                                    }),
                      " }");
}

inline std::string All(const std::vector<std::string>& parts) { return Joined("all", parts); }
inline std::string Any(const std::vector<std::string>& parts) { return Joined("any", parts); }

// A class rule of `axis`; without `when` it always holds.
inline std::string Rule(const std::string& axis, const std::string& value, const std::string& when,
                        const std::string& rest = "") {
  return absl::StrCat(axis, " { value: '", value, "' ",
                      when.empty() ? "" : absl::StrCat("when { ", when, " } "), rest, " }\n");
}

// A step of a viewpoint.
inline std::string Step(const std::string& when, double points, double hours = 0) {
  return absl::StrCat("steps { when { ", when, " } points: ", points, " hours: ", hours, " } ");
}

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_POLICY_TEXT_H_
