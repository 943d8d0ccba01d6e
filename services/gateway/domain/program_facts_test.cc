#include "services/gateway/domain/program_facts.h"

#include <string>
#include <vector>

#include "common/testing/proto_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::gateway {
namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::ParseProto;
using ::testing::ElementsAre;

TEST(ProgramFactsTest, AnAttributeIsKnownAsItIsDeclared) {
  const auto program = ParseProto<v1::Program>(R"pb(
    attribute_definitions {
      name: "attributeDefinitions/sales-region"
      display_name: "Region"
      value_type: VALUE_TYPE_TEXT
      allowed_values: "east"
      allowed_values: "west"
    }
  )pb");
  EXPECT_THAT(FactTypesOf(program),
              ElementsAre(EqualsProto(R"pb(name: "account.attribute.sales_region"
                                           value_type: VALUE_TYPE_TEXT
                                           subject: SUBJECT_KIND_ACCOUNT
                                           meaning: "Region"
                                           values: "east"
                                           values: "west")pb")));
}

TEST(ProgramFactsTest, NamesTheFactsThatAProgramBrings) {
  const auto program = ParseProto<v1::Program>(R"pb(
    metrics {
      name: "metrics/weekly-pool"
      display_name: "Weekly pool"
      kind: METRIC_KIND_COUNTER
      unit: "candidates"
      meaning: "Candidates added."
    }
    metrics { name: "metrics/published" display_name: "Published" kind: METRIC_KIND_FLAG unit: "x" }
    rubrics {
      name: "rubrics/r"
      items { key: "clarity" display_name: "Clarity" }
    }
    success_definitions { name: "successDefinitions/first-interview" display_name: "Interview" }
    score_models {
      name: "scoreModels/on-boarding"
      display_name: "Health"
      bands { key: "red" }
      bands { key: "green" }
    }
  )pb");
  EXPECT_THAT(
      FactTypesOf(program),
      ElementsAre(
          EqualsProto(R"pb(name: "metric.weekly_pool"
                           value_type: VALUE_TYPE_NUMBER
                           unit: "candidates"
                           meaning: "Candidates added."
                           subject: SUBJECT_KIND_ACCOUNT
                           counter: true
                           per_object: true)pb"),
          EqualsProto(
              R"pb(name: "use.weekly_pool.share_of_expected"
                   value_type: VALUE_TYPE_NUMBER
                   unit: "share"
                   meaning: "Weekly pool: its use as a share of the use that the agreed rules make expected, 1 is as expected."
                   subject: SUBJECT_KIND_ACCOUNT)pb"),
          EqualsProto(R"pb(name: "metric.published"
                           value_type: VALUE_TYPE_FLAG
                           meaning: "Published"
                           subject: SUBJECT_KIND_ACCOUNT
                           per_object: true)pb"),
          EqualsProto(R"pb(name: "assessment.clarity"
                           value_type: VALUE_TYPE_NUMBER
                           unit: "rating"
                           meaning: "Clarity, judged from 1 to 5."
                           subject: SUBJECT_KIND_ACCOUNT)pb"),
          EqualsProto(R"pb(name: "success.first_interview"
                           value_type: VALUE_TYPE_FLAG
                           meaning: "Whether the onboarding was a success: Interview."
                           subject: SUBJECT_KIND_ONBOARDING)pb"),
          EqualsProto(R"pb(name: "score.on_boarding"
                           value_type: VALUE_TYPE_NUMBER
                           unit: "points"
                           meaning: "Health, 0 to 100."
                           subject: SUBJECT_KIND_ACCOUNT)pb"),
          EqualsProto(R"pb(name: "score.on_boarding.band"
                           value_type: VALUE_TYPE_TEXT
                           meaning: "The band of Health."
                           subject: SUBJECT_KIND_ACCOUNT
                           values: "red"
                           values: "green")pb")));
}

TEST(ProgramFactsTest, NamesTheFactsOfStagesAndSurveys) {
  const auto program = ParseProto<v1::Program>(R"pb(
    stage_models {
      name: "stageModels/use-depth"
      display_name: "Depth"
      levels { key: "entry" }
      levels { key: "active" }
    }
    surveys {
      name: "surveys/before-after"
      display_name: "Expectations"
      questions { key: "fit" text: "Does it fit?" low: 1 high: 5 }
    }
  )pb");
  const std::vector<fact::v1::FactType> types = FactTypesOf(program);
  std::vector<std::string> names;
  for (const fact::v1::FactType& type : types) names.push_back(type.name());
  EXPECT_THAT(
      names,
      ElementsAre("stage.use_depth", "stage.use_depth.rank", "stage.use_depth.stuck",
                  "survey.before_after.fit", "survey.before_after.fit.executive",
                  "survey.before_after.fit.manager", "survey.before_after.fit.field",
                  "survey.before_after.answered", "survey.before_after.answered.executive",
                  "survey.before_after.answered.manager", "survey.before_after.answered.field"));
  EXPECT_THAT(types[0].values(), ElementsAre("entry", "active"));
  EXPECT_EQ(types[2].value_type(), type::v1::VALUE_TYPE_FLAG);
  EXPECT_EQ(types[3].unit(), "rating");
}

TEST(ProgramFactsTest, FindsTheFactsOfFallsAndTheBandsOfClasses) {
  const auto program = ParseProto<v1::Program>(R"pb(
    signal_rules { fall { fact: "metric.logins" } }
    matrix_policies { score_model: "scoreModels/on-boarding" }
  )pb");
  EXPECT_THAT(ReferencedFacts(program), ElementsAre("metric.logins", "score.on_boarding.band"));
}

TEST(ProgramFactsTest, FindsTheFactsThatRulesReadAtAnyDepth) {
  const auto program = ParseProto<v1::Program>(R"pb(
    classification_policy {
      segments {
        value: "big"
        when {
          all {
            conditions {
              not {
                compare {
                  fact { fact: "account.employees" }
                  op: OPERATOR_LT
                }
              }
            }
            conditions { known { fact: "account.country" } }
          }
        }
      }
    }
    score_models {
      measures {
        key: "m"
        fact { fact: "metric.logins" }
      }
    }
    criteria_sets {
      criteria {
        target_fact { fact: "metric.downloads" }
        condition { count { each { fact { fact: "metric.form_use" } } } }
      }
    }
  )pb");
  EXPECT_THAT(ReferencedFacts(program),
              ElementsAre("account.country", "account.employees", "metric.downloads",
                          "metric.form_use", "metric.logins"));
}

}  // namespace
}  // namespace banso::gateway
