#include "services/accounts/domain/classification/contradictions.h"

#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/proto_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/domain/classification.h"
#include "services/accounts/domain/classification/policy_text.h"

namespace banso::accounts {
namespace {

using ::banso::testing::ParseProto;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using v1::ClassificationPolicy;

ClassificationPolicy Policy(const std::string& rules) {
  auto policy = ParseProto<ClassificationPolicy>(
      absl::StrCat("name: 'classificationPolicies/p' revision { number: 1 }\n", rules));
  contract::Violations violations;
  CheckPolicy(policy, {}, "policy", &violations);
  EXPECT_TRUE(violations.empty()) << violations.ToStatus();
  return policy;
}

std::vector<contract::FieldViolation> ContradictionsOf(const ClassificationPolicy& policy) {
  contract::Violations violations;
  FindContradictions(policy, {}, "policy", &violations);
  return violations.list();
}

std::string Employees(const char* op, int number) {
  return Compare("account.employees", op, absl::StrCat("number: ", number));
}
std::string Users(const char* op, int number) {
  return Compare("account.expected_users", op, absl::StrCat("number: ", number));
}

TEST(FindContradictionsTest, ASpecialCaseBeforeTheGeneralOneIsNone) {
  EXPECT_THAT(ContradictionsOf(Policy(
                  Rule("segments", "enterprise", All({Employees("GE", 1000), Users("GE", 200)})) +
                  Rule("segments", "mid", Employees("GE", 200)) +
                  Rule("segments", "smb", "known { fact: 'account.employees' }") +
                  Rule("teams", "large", Compare("account.segment", "EQ", "text: 'enterprise'")) +
                  Rule("teams", "all", ""))),
              IsEmpty());
}

TEST(FindContradictionsTest, NamesAnAccountThatIsInTwoSegments) {
  const auto found = ContradictionsOf(Policy(Rule("segments", "large", Employees("GE", 1000)) +
                                             Rule("segments", "starter", Users("LE", 10))));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].reason, "OVERLAP");
  EXPECT_EQ(found[0].field, "policy.segments[1]");
  EXPECT_THAT(found[0].description, HasSubstr("account.employees = 1000"));
  EXPECT_THAT(found[0].description, HasSubstr("account.expected_users = 9"));
  EXPECT_THAT(found[0].description, HasSubstr("is large by segments[0] and starter by this rule"));
}

TEST(FindContradictionsTest, AllowsAnOverlapThatIsMeantOrGivesTheSameClass) {
  EXPECT_THAT(ContradictionsOf(Policy(
                  Rule("segments", "large", Employees("GE", 1000), "takes_precedence: true") +
                  Rule("segments", "starter", Users("LE", 10)))),
              IsEmpty());
  EXPECT_THAT(ContradictionsOf(Policy(Rule("segments", "large", Employees("GE", 1000)) +
                                      Rule("segments", "large", Users("GE", 500)))),
              IsEmpty());
}

TEST(FindContradictionsTest, NamesAnAccountThatAShadowedRuleWouldWant) {
  const auto found = ContradictionsOf(Policy(Rule("segments", "mid", Employees("GE", 100)) +
                                             Rule("segments", "large", Employees("GE", 1000)) +
                                             Rule("segments", "smb", "")));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].reason, "SHADOWED");
  EXPECT_EQ(found[0].field, "policy.segments[1]");
  EXPECT_THAT(found[0].description,
              HasSubstr("account.employees = 1000 meets it but is mid by segments[0] already"));
}

TEST(FindContradictionsTest, FindsWhatOnlyTwoRulesTogetherShadow) {
  const auto found = ContradictionsOf(Policy(Rule("segments", "a", Employees("LT", 500)) +
                                             Rule("segments", "b", Employees("GE", 500)) +
                                             Rule("segments", "c", Employees("NE", 500))));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].field, "policy.segments[2]");
  EXPECT_EQ(found[0].reason, "SHADOWED");
}

TEST(FindContradictionsTest, ARuleForMissingFactsIsReached) {
  EXPECT_THAT(ContradictionsOf(Policy(Rule("segments", "a", Employees("LT", 500)) +
                                      Rule("segments", "b", Employees("GE", 500)) +
                                      Rule("segments", "not_known", ""))),
              IsEmpty());
}

TEST(FindContradictionsTest, FindsConditionsThatAreNeverTrue) {
  struct Case {
    const char* name;
    std::string when;
  };
  const Case cases[] = {
      {"an empty range", All({Employees("GE", 100), Employees("LT", 100)})},
      {"no whole number between", All({Employees("GT", 100), Employees("LT", 101)})},
      {"less than nobody", Employees("LT", 0)},
      {"two words at once", All({Compare("account.previous_tool", "EQ", "text: 'paper'"),
                                 Compare("account.previous_tool", "EQ", "text: 'none'")})},
      {"none of the words there are",
       "compare { fact { fact: 'account.acquisition_path' } op: OPERATOR_NOT_IN values { text: "
       "'alone' } values { text: 'sales' } values { text: 'partner' } }"},
      {"sets without a common member",
       All({Compare("account.purchase.products", "EQ", "text_set { items: ['a', 'b'] }"),
            Compare("account.purchase.products", "NOT_IN", "text: 'a'")})},
      {"a class that no rule gives", Compare("account.tier", "EQ", "text: 'gold'")},
  };
  for (const Case& c : cases) {
    const auto found =
        ContradictionsOf(Policy(Rule("tiers", "silver", "") + Rule("teams", "x", c.when)));
    ASSERT_THAT(found, SizeIs(1)) << c.name;
    EXPECT_EQ(found[0].reason, "NEVER_TRUE") << c.name;
    EXPECT_EQ(found[0].field, "policy.teams[0]") << c.name;
  }
}

TEST(FindContradictionsTest, LooksThroughTheClassesThatWereDecidedBefore) {
  // No account is both a starter by size and on the large team's list.
  const std::string segments =
      Rule("segments", "large", Employees("GE", 1000)) + Rule("segments", "small", "");
  const auto found = ContradictionsOf(
      Policy(segments +
             Rule("teams", "x",
                  All({Compare("account.segment", "EQ", "text: 'large'"), Employees("LT", 500)}))));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].reason, "NEVER_TRUE");
}

TEST(FindContradictionsTest, KnowsWhichScoresCanBeReached) {
  const std::string axes =
      absl::StrCat("touch_score_axes { key: 'size' ", Step(Employees("GE", 1000), 20),
                   Step(Employees("GE", 100), 10), "}\n", "touch_score_axes { key: 'users' ",
                   Step(Users("GE", 100), 10), "}\n");
  EXPECT_THAT(
      ContradictionsOf(Policy(
          axes + Rule("touches", "high", Compare("account.touch_score", "GE", "number: 30")) +
          Rule("touches", "low", ""))),
      IsEmpty());
  const auto found = ContradictionsOf(
      Policy(axes + Rule("touches", "high", Compare("account.touch_score", "GE", "number: 31")) +
             Rule("touches", "low", "")));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].field, "policy.touches[0]");
  EXPECT_EQ(found[0].reason, "NEVER_TRUE");
}

// Touch levels of 10 and 2 hours, and 5 more where there are many departments.
std::string HoursByTouch() {
  return Rule("touches", "high", Employees("GE", 1000)) + Rule("touches", "tech", "") +
         "touch_levels { touch: 'high' weekly_hours: 10 } "
         "touch_levels { touch: 'tech' weekly_hours: 2 } "
         "touch_score_axes { key: 'spread' " +
         Step(Compare("account.purchase.departments", "GE", "number: 3"), 1, 5) + "}\n";
}

std::string Hours(const char* op, int number) {
  return Compare("account.expected_hours", op, absl::StrCat("number: ", number));
}

TEST(FindContradictionsTest, KnowsWhichHoursAreExpected) {
  EXPECT_THAT(
      ContradictionsOf(Policy(HoursByTouch() + Rule("teams", "big", Hours("GE", 15)) +
                              Rule("teams", "mid", Hours("GE", 7)) + Rule("teams", "rest", ""))),
      IsEmpty());
  const auto beyond = ContradictionsOf(
      Policy(HoursByTouch() + Rule("teams", "big", Hours("GE", 16)) + Rule("teams", "rest", "")));
  ASSERT_THAT(beyond, SizeIs(1)) << "15 hours are the most";
  EXPECT_EQ(beyond[0].reason, "NEVER_TRUE");
  const auto overlap =
      ContradictionsOf(Policy(HoursByTouch() + Rule("teams", "big", Hours("GE", 8)) +
                              Rule("teams", "small", Employees("LE", 1500))));
  ASSERT_THAT(overlap, SizeIs(1));
  EXPECT_EQ(overlap[0].reason, "OVERLAP");
  EXPECT_THAT(overlap[0].description, HasSubstr("account.employees = 1"));
}

TEST(FindContradictionsTest, KnowsThatACostNeedsHoursAndTheirPrice) {
  const std::string loss =
      Rule("teams", "loss", Compare("account.cost_exceeds_revenue", "EQ", "flag: true"));
  const auto unpriced = ContradictionsOf(Policy(HoursByTouch() + loss));
  ASSERT_THAT(unpriced, SizeIs(1));
  EXPECT_EQ(unpriced[0].reason, "NEVER_TRUE");
  EXPECT_THAT(ContradictionsOf(Policy(HoursByTouch() + loss +
                                      "hour_cost { currency: 'JPY' minor_units: 8000 }")),
              IsEmpty());
}

TEST(FindContradictionsTest, KnowsThatTheNumberOfProductsGoesWithThem) {
  const auto count = [](const char* op, int number) {
    return Compare("account.purchase.product_count", op, absl::StrCat("number: ", number));
  };
  const std::string both = All({Compare("account.purchase.products", "IN", "text: 'a'"),
                                Compare("account.purchase.products", "IN", "text: 'b'")});
  EXPECT_THAT(ContradictionsOf(Policy(Rule("teams", "x", All({both, count("GE", 2)})))), IsEmpty());
  EXPECT_THAT(ContradictionsOf(Policy(Rule("teams", "x", All({both, count("GE", 30)})))), IsEmpty())
      << "further products may be there";
  const auto too_few = ContradictionsOf(Policy(Rule("teams", "x", All({both, count("LE", 1)}))));
  ASSERT_THAT(too_few, SizeIs(1));
  EXPECT_EQ(too_few[0].reason, "NEVER_TRUE");
}

TEST(FindContradictionsTest, FindsAStepThatIsNeverCounted) {
  const auto found = ContradictionsOf(
      Policy(absl::StrCat("touch_score_axes { key: 'size' ", Step(Employees("GE", 100), 10),
                          Step(Employees("GE", 1000), 20), "}\n")));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].field, "policy.touch_score_axes[0].steps[1]");
  EXPECT_EQ(found[0].reason, "SHADOWED");
}

std::string Product(int i) {
  return Compare("account.purchase.products", "IN", absl::StrCat("text: 'p", i, "'"));
}

TEST(FindContradictionsTest, ChecksRulesAboutThirtyProducts) {
  std::string rules;
  std::string all;
  for (int i = 0; i < 30; ++i) {
    rules += Rule("touches", absl::StrCat("team_", i), Product(i), "takes_precedence: true");
    absl::StrAppend(&all, " values { text: 'p", i, "' }");
  }
  const std::string rest = Rule("touches", "none", "");
  EXPECT_THAT(ContradictionsOf(Policy(rules + rest)), IsEmpty());
  const std::string any_of_them = absl::StrCat(
      "compare { fact { fact: 'account.purchase.products' } op: OPERATOR_IN", all, " }");
  // Whoever has one of them has met a rule before.
  const auto shadowed =
      ContradictionsOf(Policy(rules + Rule("touches", "late", any_of_them) + rest));
  ASSERT_THAT(shadowed, SizeIs(1));
  EXPECT_EQ(shadowed[0].field, "policy.touches[30]");
  EXPECT_EQ(shadowed[0].reason, "SHADOWED");
  EXPECT_THAT(ContradictionsOf(
                  Policy(Rule("touches", "a", Product(1)) + Rule("touches", "b", any_of_them))),
              IsEmpty())
      << "the first is a special case of the second";
  const auto both = ContradictionsOf(
      Policy(Rule("touches", "a", Product(1)) + Rule("touches", "b", Product(2)) + rest));
  ASSERT_THAT(both, SizeIs(1));
  EXPECT_EQ(both[0].reason, "OVERLAP");
  EXPECT_THAT(both[0].description, HasSubstr("account.purchase.products = {\"p1\", \"p2\"}"));
}

// Ten pigeons in nine holes: there is no way, but very many have to be tried to see it.
TEST(FindContradictionsTest, GivesUpOnWhatTakesTooLongToCheck) {
  constexpr int kHoles = 9;
  const auto in = [](int pigeon, int hole) { return Product(pigeon * kHoles + hole); };
  std::vector<std::string> conditions;
  for (int pigeon = 0; pigeon <= kHoles; ++pigeon) {
    std::vector<std::string> holes;
    for (int hole = 0; hole < kHoles; ++hole) {
      holes.push_back(in(pigeon, hole));
      for (int other = 0; other < pigeon; ++other) {
        conditions.push_back(
            absl::StrCat("not { ", All({in(pigeon, hole), in(other, hole)}), " }"));
      }
    }
    conditions.push_back(Any(holes));
  }
  const auto found = ContradictionsOf(Policy(Rule("segments", "x", All(conditions))));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].reason, "TOO_COMPLEX");
}

// Small random policies, compared with trying every account there is: two whole numbers from 0 to
// 12 or unknown, or a set of words; and one word.
class RandomPolicy {
 public:
  RandomPolicy(unsigned seed, bool of_sets) : random_(seed), of_sets_(of_sets) {}

  std::string Text() {
    std::string text;
    const int rules = Below(4) + 1;
    for (int i = 0; i < rules; ++i) {
      const std::string value(1, static_cast<char>('a' + Below(3)));
      text += Rule("segments", value, Below(8) == 0 ? "" : Condition(2),
                   Below(5) == 0 ? "takes_precedence: true" : "");
    }
    return text;
  }

 private:
  int Below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  std::string Condition(int depth) {
    switch (depth == 0 ? Below(3) : Below(6)) {
      case 0:
        if (of_sets_) return Products();
        return Compare("account.employees", Operator(), absl::StrCat("number: ", Below(8) + 2));
      case 1:
        if (of_sets_) return Products();
        return Compare("account.expected_users", Operator(),
                       absl::StrCat("number: ", Below(8) + 2.5));
      case 2:
        return Compare("account.previous_tool", Below(2) == 0 ? "EQ" : "NE", "text: 'paper'");
      case 3:
        return All({Condition(depth - 1), Condition(depth - 1)});
      case 4:
        return Any({Condition(depth - 1), Condition(depth - 1)});
      default:
        return absl::StrCat("not { ", Condition(depth - 1), " }");
    }
  }

  std::string Products() {
    constexpr const char* kSetOperators[] = {"EQ", "NE", "IN", "NOT_IN"};
    std::string items;
    for (const char* word : {"a", "b", "c"}) {
      if (Below(2) == 0) absl::StrAppend(&items, " items: '", word, "'");
    }
    if (items.empty()) return "known { fact: 'account.purchase.products' }";
    return Compare("account.purchase.products", kSetOperators[Below(4)],
                   absl::StrCat("text_set {", items, " }"));
  }

  const char* Operator() {
    constexpr const char* kOperators[] = {"EQ", "NE", "LT", "LE", "GT", "GE"};
    return kOperators[Below(6)];
  }

  std::mt19937 random_;
  const bool of_sets_;
};

std::vector<FactValues> EveryAccountWithProducts() {
  const std::vector<std::string> words = {"a", "b", "c", "d"};
  std::vector<FactValues> accounts;
  for (unsigned members = 0; members < 1u << words.size(); ++members) {
    for (const char* tool : {"", "paper", "none"}) {
      FactValues facts;
      for (size_t i = 0; i < words.size(); ++i) {
        if ((members >> i & 1) == 0) continue;
        facts["account.purchase.products"].mutable_text_set()->add_items(words[i]);
      }
      if (*tool != '\0') facts["account.previous_tool"].set_text(tool);
      accounts.push_back(std::move(facts));
    }
  }
  return accounts;
}

std::vector<FactValues> EveryAccount() {
  std::vector<FactValues> accounts;
  for (int employees = -1; employees <= 12; ++employees) {
    for (int users = -1; users <= 12; ++users) {
      for (const char* tool : {"", "paper", "none"}) {
        FactValues facts;
        if (employees >= 0) facts["account.employees"].set_number(employees);
        if (users >= 0) facts["account.expected_users"].set_number(users);
        if (*tool != '\0') facts["account.previous_tool"].set_text(tool);
        accounts.push_back(std::move(facts));
      }
    }
  }
  return accounts;
}

// What FindContradictions has to say, by its definition: `field reason`.
std::set<std::string> ByBruteForce(const ClassificationPolicy& policy,
                                   const std::vector<FactValues>& accounts) {
  const auto catalog = CatalogFor(StagesOf(policy), {});
  std::vector<LocalRule> rules;
  for (const v1::ClassRule& rule : policy.segments()) {
    rules.emplace_back(rule.has_when() ? &rule.when() : nullptr, catalog);
  }
  const size_t n = rules.size();
  std::vector<bool> is_true(n), decides(n);
  // By earlier and later rule: the earlier decides and the later is false; the later decides and
  // the earlier is false; the earlier decides and the later is true.
  std::vector<std::vector<bool>> first(n, std::vector<bool>(n)), second = first, both = first;
  for (const FactValues& account : accounts) {
    std::vector<type::v1::Truth> truths;
    std::optional<size_t> decider;
    for (size_t i = 0; i < n; ++i) {
      truths.push_back(rules[i].Judge(MomentOf(absl::UnixEpoch(), ""), account, nullptr));
      if (truths[i] != type::v1::TRUTH_TRUE) continue;
      is_true[i] = true;
      if (!decider.has_value()) decider = i;
    }
    if (!decider.has_value()) continue;
    decides[*decider] = true;
    for (size_t i = 0; i < n; ++i) {
      if (truths[i] == type::v1::TRUTH_FALSE) {
        if (*decider < i) first[*decider][i] = true;
        if (*decider > i) second[i][*decider] = true;
      } else if (truths[i] == type::v1::TRUTH_TRUE && *decider < i) {
        both[*decider][i] = true;
      }
    }
  }
  std::set<std::string> expected;
  for (size_t j = 0; j < n; ++j) {
    const std::string field = absl::StrCat("policy.segments[", j, "] ");
    if (!decides[j]) expected.insert(field + (is_true[j] ? "SHADOWED" : "NEVER_TRUE"));
    for (size_t i = 0; i < j; ++i) {
      const auto& early = policy.segments(static_cast<int>(i));
      const auto& late = policy.segments(static_cast<int>(j));
      if (early.takes_precedence() || early.value() == late.value() || !decides[j]) continue;
      if (first[i][j] && second[i][j] && both[i][j]) expected.insert(field + "OVERLAP");
    }
  }
  return expected;
}

// How many of 400 random policies have a contradiction, each compared with trying every account.
int CompareWithEveryAccount(bool of_sets, const std::vector<FactValues>& accounts) {
  int with_contradiction = 0;
  for (unsigned seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    const ClassificationPolicy policy = Policy(RandomPolicy(seed, of_sets).Text());
    std::set<std::string> found;
    for (const auto& violation : ContradictionsOf(policy)) {
      found.insert(absl::StrCat(violation.field, " ", violation.reason));
    }
    EXPECT_EQ(found, ByBruteForce(policy, accounts)) << policy.DebugString();
    with_contradiction += found.empty() ? 0 : 1;
  }
  return with_contradiction;
}

TEST(FindContradictionsTest, FindsExactlyWhatTryingEveryAccountFinds) {
  const int with_contradiction = CompareWithEveryAccount(false, EveryAccount());
  EXPECT_GT(with_contradiction, 50);
  EXPECT_LT(with_contradiction, 350);
}

TEST(FindContradictionsTest, FindsExactlyWhatTryingEverySetOfProductsFinds) {
  const int with_contradiction = CompareWithEveryAccount(true, EveryAccountWithProducts());
  EXPECT_GT(with_contradiction, 50);
  EXPECT_LT(with_contradiction, 390);
}

}  // namespace
}  // namespace banso::accounts
