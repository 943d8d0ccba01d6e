#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_LOCAL_RULE_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_LOCAL_RULE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "banso/type/v1/condition.pb.h"
#include "banso/type/v1/value.pb.h"
#include "common/rule/catalog.h"
#include "common/rule/evaluate.h"
#include "google/protobuf/repeated_field.h"
#include "services/accounts/domain/facts.h"

namespace banso::accounts {

// Stands for the account that is judged, so that the keys of readings are made once.
inline constexpr char kSubject[] = "accounts/a";

// As of when an account is judged; `zone` is the one in which its days are counted.
rule::Moment MomentOf(absl::Time now, const std::string& zone);

// A condition over an account's own facts, made ready for many accounts. Immutable.
class LocalRule {
 public:
  // `condition` is null for a rule that always holds; it and `catalog` must outlive the rule.
  LocalRule(const type::v1::Condition* condition, const rule::FactCatalog& catalog);

  // Whether it holds for an account of which this is known. What was read is added to `readings`
  // unless that is null, in words, each once.
  type::v1::Truth Judge(const rule::Moment& moment, const FactValues& facts,
                        google::protobuf::RepeatedPtrField<std::string>* readings) const;

  // The rule in one readable line.
  const std::string& text() const { return text_; }

 private:
  const type::v1::Condition* condition_;
  const rule::FactCatalog* catalog_;
  std::string text_;
  // Of each fact that it reads: its name, and the key under which it is asked for.
  std::vector<std::pair<std::string, std::string>> reads_;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_LOCAL_RULE_H_
