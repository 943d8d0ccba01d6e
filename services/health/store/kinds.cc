#include "services/health/store/kinds.h"

#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"

namespace banso::health {

using storage::Value;

storage::Kind<v1::Metric> MetricKind() {
  return {.table = "metric",
          .pattern = "metrics/{metric}",
          .columns = {{"source", [](const v1::Metric& metric) { return Value(metric.source()); }}}};
}

storage::Kind<v1::Assessment> AssessmentKind() {
  using v1::Assessment;
  return {
      .table = "assessment",
      .pattern = "accounts/{account}/assessments/{assessment}",
      .columns = {
          {"item", [](const Assessment& judged) { return Value(judged.item()); }},
          {"rater", [](const Assessment& judged) { return Value(judged.rater()); }},
          {"assess_time",
           [](const Assessment& judged) { return Value(calendar::ToTime(judged.assess_time())); }},
      }};
}

storage::Kind<v1::RatingRequest> RatingRequestKind() {
  using v1::RatingRequest;
  return {.table = "rating_request",
          .pattern = "accounts/{account}/ratingRequests/{rating_request}",
          .columns = {
              {"item", [](const RatingRequest& asked) { return Value(asked.item()); }},
              {"rater", [](const RatingRequest& asked) { return Value(asked.rater()); }},
              {"state", [](const RatingRequest& asked) { return Value(asked.state()); }},
          }};
}

storage::Kind<v1::SuccessLabel> SuccessLabelKind() {
  using v1::SuccessLabel;
  return {.table = "success_label",
          .pattern =
              "accounts/{account}/onboardings/{onboarding}/successLabels/{success_definition}"
              "/revisions/{revision}",
          .columns = {
              {"definition",
               [](const SuccessLabel& label) {
                 const auto split = contract::SplitRevision(label.success_definition());
                 return Value(split.has_value() ? split->name : label.success_definition());
               }},
              {"definition_revision",
               [](const SuccessLabel& label) { return Value(label.success_definition()); }},
              {"state", [](const SuccessLabel& label) { return Value(label.state()); }},
          }};
}

storage::Kind<v1::Score> ScoreKind() {
  using v1::Score;
  return {
      .table = "score",
      .pattern = "accounts/{account}/scores/{score_model}",
      .columns = {
          {"model",
           [](const Score& score) {
             const auto split = contract::SplitRevision(score.score_model());
             return Value(split.has_value() ? split->name : score.score_model());
           }},
          {"band", [](const Score& score) { return Value(score.band()); }},
          {"value",
           [](const Score& score) { return score.has_value() ? Value(score.value()) : Value(); }},
      }};
}

storage::Kind<v1::Outcome> OutcomeKind() {
  using v1::Outcome;
  return {
      .table = "outcome",
      .pattern = "accounts/{account}/outcomes/{outcome}",
      .columns = {
          {"kind", [](const Outcome& outcome) { return Value(outcome.kind()); }},
          {"result", [](const Outcome& outcome) { return Value(outcome.result()); }},
          {"occurred",
           [](const Outcome& outcome) { return Value(calendar::ToTime(outcome.occurred_time())); }},
      }};
}

storage::Kind<v1::ScoreOverride> ScoreOverrideKind() {
  using v1::ScoreOverride;
  return {.table = "score_override",
          .pattern = "accounts/{account}/scores/{score_model}/overrides/{override}",
          .columns = {{"account", [](const ScoreOverride& judged) {
                         return Value(contract::Ancestor(judged.name(), "accounts"));
                       }}}};
}

storage::Kind<v1::Forecast> ForecastKind() {
  using v1::Forecast;
  return {.table = "forecast",
          .pattern = "accounts/{account}/forecasts/{forecast}",
          .columns = {
              {"definition", [](const Forecast& said) { return Value(said.success_definition()); }},
              {"forecaster", [](const Forecast& said) { return Value(said.forecaster()); }},
              {"forecast_time",
               [](const Forecast& said) { return Value(calendar::ToTime(said.forecast_time())); }},
          }};
}

storage::RevisionedKind RubricKind() { return {.table = "rubric", .pattern = "rubrics/{rubric}"}; }

storage::RevisionedKind SuccessDefinitionKind() {
  return {.table = "success_definition", .pattern = "successDefinitions/{success_definition}"};
}

storage::RevisionedKind ScoreModelKind() {
  return {.table = "score_model", .pattern = "scoreModels/{score_model}"};
}

storage::RevisionedKind FunnelKind() { return {.table = "funnel", .pattern = "funnels/{funnel}"}; }

storage::Kind<v1::Hypothesis> HypothesisKind() {
  using v1::Hypothesis;
  return {.table = "hypothesis",
          .pattern = "hypotheses/{hypothesis}",
          .columns = {
              {"wall", [](const Hypothesis& one) { return Value(one.wall()); }},
              {"create_stage", [](const Hypothesis& one) { return Value(one.create_stage()); }},
              {"state", [](const Hypothesis& one) { return Value(one.state()); }},
              {"look_back",
               [](const Hypothesis& one) {
                 return one.has_look_back_date() ? Value(calendar::ToDay(one.look_back_date()))
                                                 : Value();
               }},
          }};
}

storage::Kind<v1::ExpectedUse> ExpectedUseKind() {
  return {.table = "expected_use",
          .pattern = "accounts/{account}/expectedUses/{expected_use}",
          .columns = {}};
}

storage::Kind<accounts::v1::Account> AccountHeaderKind() {
  return {.table = "account_header",
          .pattern = "accounts/{account}",
          .columns = {},
          .record_changes = false,
          .copies = true};
}

storage::Kind<accounts::v1::Onboarding> OnboardingHeaderKind() {
  using accounts::v1::Onboarding;
  return {.table = "onboarding_header",
          .pattern = "accounts/{account}/onboardings/{onboarding}",
          .columns = {{"account",
                       [](const Onboarding& onboarding) {
                         return Value(contract::Parent(onboarding.name()));
                       }}},
          .record_changes = false,
          .copies = true};
}

}  // namespace banso::health
