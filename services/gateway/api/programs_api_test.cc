#include "services/gateway/api/programs_api.h"

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "banso/accounts/v1/classification_service.pb.h"
#include "banso/accounts/v1/intake_service.pb.h"
#include "banso/accounts/v1/role_play_rubrics_service.pb.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/handoff/v1/criteria_service.pb.h"
#include "banso/handoff/v1/handoff_service.pb.h"
#include "banso/health/v1/assessments_service.pb.h"
#include "banso/health/v1/health_service.pb.h"
#include "banso/health/v1/metrics_service.pb.h"
#include "banso/health/v1/portfolio_service.pb.h"
#include "banso/health/v1/signals_service.pb.h"
#include "banso/health/v1/stages_service.pb.h"
#include "banso/health/v1/studies_service.pb.h"
#include "banso/health/v1/success_service.pb.h"
#include "banso/health/v1/surveys_service.pb.h"
#include "banso/kickoff/v1/plan_templates_service.pb.h"
#include "common/contract/errors.h"
#include "common/contract/ids.h"
#include "common/storage/open.h"
#include "common/testing/nth.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/gateway/api/fake_services.h"

namespace banso::gateway {
namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::IsOk;
using ::banso::testing::Nth;
using ::banso::testing::ParseProto;
using ::banso::testing::StatusIs;
using ::testing::_;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

namespace av1 = accounts::v1;
namespace hv1 = health::v1;
namespace kv1 = kickoff::v1;
namespace ov1 = handoff::v1;

// The services as far as programs concern them.
class ProgramServices {
 public:
  ProgramServices() {
    server::Router classification("banso.accounts.v1.ClassificationService");
    policies_.Register(classification);
    policies_.RegisterList<av1::ListClassificationPolicyRevisionsRequest>(
        classification,
        &av1::ListClassificationPolicyRevisionsResponse::mutable_classification_policies);
    server::Router intake("banso.accounts.v1.IntakeService");
    acceptance_policies_.Register(intake);
    acceptance_policies_.RegisterList<av1::ListAcceptancePolicyRevisionsRequest>(
        intake, &av1::ListAcceptancePolicyRevisionsResponse::mutable_acceptance_policies);
    classification.Unary("Reclassify", [this](const Call& call, const av1::ReclassifyRequest&) {
      return Logged<av1::ReclassifyResponse>(log, call, "reclassify",
                                             [this]() -> absl::StatusOr<av1::ReclassifyResponse> {
                                               av1::ReclassifyResponse response;
                                               response.set_moved(moved);
                                               return response;
                                             });
    });
    server::Router facts("banso.fact.v1.FactsService");
    facts.Unary("ListFactTypes",
                [](const Call&, const fact::v1::ListFactTypesRequest&)
                    -> absl::StatusOr<fact::v1::ListFactTypesResponse> {
                  fact::v1::ListFactTypesResponse response;
                  response.add_fact_types()->set_name("account.country");
                  response.add_fact_types()->set_name("account.segment");
                  return response;
                });
    server::Router role_plays("banso.accounts.v1.RolePlayRubricsService");
    role_play_rubrics_.Register(role_plays);
    role_play_rubrics_.RegisterList<av1::ListRolePlayRubricRevisionsRequest>(
        role_plays, &av1::ListRolePlayRubricRevisionsResponse::mutable_role_play_rubrics);
    fakes.Serve("accounts", All(std::move(classification), std::move(intake), std::move(facts),
                                std::move(role_plays)));
    ServeHealth();
    server::Router kickoff("banso.kickoff.v1.PlanTemplatesService");
    templates.Register(kickoff);
    templates.RegisterList<kv1::ListPlanTemplateRevisionsRequest>(
        kickoff, &kv1::ListPlanTemplateRevisionsResponse::mutable_plan_templates);
    fakes.Serve("kickoff", All(std::move(kickoff)));
    server::Router handoff("banso.handoff.v1.HandoffService");
    server::Router criteria_sets("banso.handoff.v1.CriteriaService");
    criteria.Register(criteria_sets);
    criteria.RegisterList<ov1::ListCriteriaSetRevisionsRequest>(
        criteria_sets, &ov1::ListCriteriaSetRevisionsResponse::mutable_criteria_sets);
    handoff_policies_.Register(handoff);
    handoff_policies_.RegisterList<ov1::ListHandoffPolicyRevisionsRequest>(
        handoff, &ov1::ListHandoffPolicyRevisionsResponse::mutable_handoff_policies);
    fakes.Serve("handoff", All(std::move(criteria_sets), std::move(handoff)));
  }

  server::Router MetricsRouter() {
    server::Router router("banso.health.v1.MetricsService");
    router.Unary(
        "GetMetric",
        [this](const Call&, const hv1::GetMetricRequest& request) -> absl::StatusOr<hv1::Metric> {
          const std::lock_guard lock(log.mutex);
          const auto it = metrics.find(request.name());
          if (it == metrics.end()) return contract::NotFound(request.name());
          return it->second;
        });
    router.Unary("UpdateMetric",
                 [this](const Call& call, const hv1::UpdateMetricRequest& request) {
                   return Logged<hv1::Metric>(log, call, "save " + request.metric().name(),
                                              [&]() -> absl::StatusOr<hv1::Metric> {
                                                return metrics[request.metric().name()] =
                                                           request.metric();
                                              });
                 },
                 {.lane = server::Lane::kNormal, .check_fields = false});
    return router;
  }

  void ServeHealth() {
    server::Router assessments("banso.health.v1.AssessmentsService");
    rubrics_.Register(assessments);
    rubrics_.RegisterList<hv1::ListRubricRevisionsRequest>(
        assessments, &hv1::ListRubricRevisionsResponse::mutable_rubrics);
    server::Router success("banso.health.v1.SuccessService");
    definitions.Register(success);
    definitions.RegisterList<hv1::ListSuccessDefinitionRevisionsRequest>(
        success, &hv1::ListSuccessDefinitionRevisionsResponse::mutable_success_definitions);
    server::Router health("banso.health.v1.HealthService");
    models.Register(health);
    models.RegisterList<hv1::ListScoreModelRevisionsRequest>(
        health, &hv1::ListScoreModelRevisionsResponse::mutable_score_models);
    server::Router surveys("banso.health.v1.SurveysService");
    surveys_.Register(surveys);
    surveys_.RegisterList<hv1::ListSurveyRevisionsRequest>(
        surveys, &hv1::ListSurveyRevisionsResponse::mutable_surveys);
    server::Router stages("banso.health.v1.StagesService");
    stage_models_.Register(stages);
    stage_models_.RegisterList<hv1::ListStageModelRevisionsRequest>(
        stages, &hv1::ListStageModelRevisionsResponse::mutable_stage_models);
    server::Router portfolio("banso.health.v1.PortfolioService");
    matrix_policies_.Register(portfolio);
    matrix_policies_.RegisterList<hv1::ListMatrixPolicyRevisionsRequest>(
        portfolio, &hv1::ListMatrixPolicyRevisionsResponse::mutable_matrix_policies);
    server::Router studies("banso.health.v1.StudiesService");
    funnels_.Register(studies);
    funnels_.RegisterList<hv1::ListFunnelRevisionsRequest>(
        studies, &hv1::ListFunnelRevisionsResponse::mutable_funnels);
    server::Router signals("banso.health.v1.SignalsService");
    plays_.Register(signals);
    plays_.RegisterList<hv1::ListPlayRevisionsRequest>(
        signals, &hv1::ListPlayRevisionsResponse::mutable_plays);
    signal_rules.Register(signals);
    signal_rules.RegisterList<hv1::ListSignalRuleRevisionsRequest>(
        signals, &hv1::ListSignalRuleRevisionsResponse::mutable_signal_rules);
    fakes.Serve("health", All(std::move(assessments), std::move(success), std::move(health),
                              MetricsRouter(), std::move(surveys), std::move(stages),
                              std::move(portfolio), std::move(studies), std::move(signals)));
  }

  FakeLog log;
  int64_t moved = 3;
  std::map<std::string, hv1::Metric> metrics;
  FakeRevisions<hv1::SuccessDefinition, hv1::SaveSuccessDefinitionRequest,
                hv1::ActivateSuccessDefinitionRequest, hv1::GetSuccessDefinitionRequest>
      definitions{log, &hv1::SaveSuccessDefinitionRequest::mutable_success_definition};
  FakeRevisions<hv1::ScoreModel, hv1::SaveScoreModelRequest, hv1::ActivateScoreModelRequest,
                hv1::GetScoreModelRequest>
      models{log, &hv1::SaveScoreModelRequest::mutable_score_model};
  FakeRevisions<kv1::PlanTemplate, kv1::SavePlanTemplateRequest, kv1::ActivatePlanTemplateRequest,
                kv1::GetPlanTemplateRequest>
      templates{log, &kv1::SavePlanTemplateRequest::mutable_plan_template};
  FakeRevisions<ov1::CriteriaSet, ov1::SaveCriteriaSetRequest, ov1::ActivateCriteriaSetRequest,
                ov1::GetCriteriaSetRequest>
      criteria{log, &ov1::SaveCriteriaSetRequest::mutable_criteria_set};
  FakeRevisions<hv1::SignalRule, hv1::SaveSignalRuleRequest, hv1::ActivateSignalRuleRequest,
                hv1::GetSignalRuleRequest>
      signal_rules{log, &hv1::SaveSignalRuleRequest::mutable_signal_rule};

 private:
  FakeRevisions<av1::AcceptancePolicy, av1::SaveAcceptancePolicyRequest,
                av1::ActivateAcceptancePolicyRequest, av1::GetAcceptancePolicyRequest>
      acceptance_policies_{log, &av1::SaveAcceptancePolicyRequest::mutable_acceptance_policy};
  FakeRevisions<av1::RolePlayRubric, av1::SaveRolePlayRubricRequest,
                av1::ActivateRolePlayRubricRequest, av1::GetRolePlayRubricRequest>
      role_play_rubrics_{log, &av1::SaveRolePlayRubricRequest::mutable_role_play_rubric};
  FakeRevisions<hv1::Survey, hv1::SaveSurveyRequest, hv1::ActivateSurveyRequest,
                hv1::GetSurveyRequest>
      surveys_{log, &hv1::SaveSurveyRequest::mutable_survey};
  FakeRevisions<hv1::StageModel, hv1::SaveStageModelRequest, hv1::ActivateStageModelRequest,
                hv1::GetStageModelRequest>
      stage_models_{log, &hv1::SaveStageModelRequest::mutable_stage_model};
  FakeRevisions<hv1::MatrixPolicy, hv1::SaveMatrixPolicyRequest, hv1::ActivateMatrixPolicyRequest,
                hv1::GetMatrixPolicyRequest>
      matrix_policies_{log, &hv1::SaveMatrixPolicyRequest::mutable_matrix_policy};
  FakeRevisions<hv1::Funnel, hv1::SaveFunnelRequest, hv1::ActivateFunnelRequest,
                hv1::GetFunnelRequest>
      funnels_{log, &hv1::SaveFunnelRequest::mutable_funnel};
  FakeRevisions<hv1::Play, hv1::SavePlayRequest, hv1::ActivatePlayRequest, hv1::GetPlayRequest>
      plays_{log, &hv1::SavePlayRequest::mutable_play};
  FakeRevisions<av1::ClassificationPolicy, av1::SaveClassificationPolicyRequest,
                av1::ActivateClassificationPolicyRequest, av1::GetClassificationPolicyRequest>
      policies_{log, &av1::SaveClassificationPolicyRequest::mutable_classification_policy};
  FakeRevisions<hv1::Rubric, hv1::SaveRubricRequest, hv1::ActivateRubricRequest,
                hv1::GetRubricRequest>
      rubrics_{log, &hv1::SaveRubricRequest::mutable_rubric};
  FakeRevisions<ov1::HandoffPolicy, ov1::SaveHandoffPolicyRequest,
                ov1::ActivateHandoffPolicyRequest, ov1::GetHandoffPolicyRequest>
      handoff_policies_{log, &ov1::SaveHandoffPolicyRequest::mutable_handoff_policy};

 public:
  // Last, so that the servers stop before what they use goes.
  FakeServices fakes;
};

v1::Program SomeProgram() {
  return ParseProto<v1::Program>(R"pb(
    name: "programs/p"
    display_name: "P"
    classification_policy {
      name: "classificationPolicies/k"
      segments { value: "smb" }
    }
    metrics { name: "metrics/interviews" display_name: "I" kind: METRIC_KIND_COUNTER source: "crm" }
    rubrics {
      name: "rubrics/r"
      display_name: "R"
      items { key: "clarity" display_name: "Clarity" }
    }
    success_definitions {
      name: "successDefinitions/d"
      display_name: "D"
      condition { compare { fact { fact: "metric.interviews" } } }
      applies_if { known { fact: "account.segment" } }
    }
    score_models { name: "scoreModels/s" display_name: "S" }
    plan_templates { name: "planTemplates/t" display_name: "T" }
    criteria_sets { name: "criteriaSets/c" display_name: "C" }
    handoff_policy { name: "handoffPolicies/h" display_name: "H" }
  )pb");
}

// One part of every kind that there is.
v1::Program EveryKind() {
  v1::Program program = SomeProgram();
  program.MergeFrom(ParseProto<v1::Program>(R"pb(
    acceptance_policy { name: "acceptancePolicies/a" display_name: "A" }
    role_play_rubrics { name: "rolePlayRubrics/p" certification: "kickoff" }
    surveys { name: "surveys/v" display_name: "V" }
    stage_models { name: "stageModels/g" display_name: "G" }
    matrix_policies { name: "matrixPolicies/m" score_model: "scoreModels/s" }
    funnels { name: "funnels/f" success_definition: "successDefinitions/d" }
    plays { name: "plays/y" display_name: "Y" }
    signal_rules {
      name: "signalRules/r"
      play: "plays/y"
      condition { compare { fact { fact: "account.country" } } }
    }
  )pb"));
  return program;
}

class ProgramsApiTest : public testing::TempDirTest {
 protected:
  ProgramsApiTest() { Restart(); }

  // As after a crash of the gateway.
  void Restart() {
    programs_.reset();
    database_.reset();
    auto database = storage::OpenSqlite(
        {.path = TempFile("gateway.db"), .service = "gateway", .migrations = Schema()});
    ASSERT_THAT(database, IsOk());
    database_ = *std::move(database);
    programs_ = std::make_unique<ProgramsApi>(*database_, store_, services_.fakes.peers(), ids_);
  }

  absl::StatusOr<v1::ProgramApplication> Apply(const v1::Program& program,
                                               const std::string& request_id = "",
                                               bool validate_only = false) {
    v1::ApplyProgramRequest request;
    *request.mutable_program() = program;
    request.set_reason("from April on");
    request.set_request_id(request_id);
    request.set_validate_only(validate_only);
    return programs_->ApplyProgram(MemberCall(now_), request);
  }

  absl::StatusOr<v1::ProgramApplication> Get(const std::string& name) {
    v1::GetProgramApplicationRequest request;
    request.set_name(name);
    return programs_->GetProgramApplication(MemberCall(now_), request);
  }

  int Applications() {
    const auto list = programs_->ListProgramApplications(MemberCall(now_), {});
    return list.ok() ? list->program_applications_size() : -1;
  }

  const Store store_;
  contract::CountingIdSource ids_;
  absl::Time now_ = absl::FromUnixSeconds(1775000000);
  ProgramServices services_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<ProgramsApi> programs_;
};

std::vector<std::string> Parts(const v1::ProgramApplication& application) {
  std::vector<std::string> parts;
  for (const v1::AppliedPart& part : application.parts()) {
    parts.push_back(part.name() + " " + v1::PartOutcome_Name(part.outcome()).substr(13));
  }
  return parts;
}

TEST_F(ProgramsApiTest, SavesEveryPartThenActivatesThemInOrderThenClassifies) {
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication application, Apply(SomeProgram()));
  EXPECT_EQ(application.state(), v1::APPLICATION_STATE_APPLIED);
  EXPECT_EQ(application.actor(), "members/aoki");
  EXPECT_THAT(application.content(), EqualsProto(SomeProgram()));
  EXPECT_THAT(
      Parts(application),
      ElementsAre("metrics/interviews CREATED", "rubrics/r@1 CREATED",
                  "successDefinitions/d@1 CREATED", "scoreModels/s@1 CREATED",
                  "classificationPolicies/k@1 CREATED", "planTemplates/t@1 CREATED",
                  "criteriaSets/c@1 CREATED", "handoffPolicies/h@1 CREATED", "accounts/- CHANGED"));
  EXPECT_THAT(
      services_.log.calls,
      ElementsAre("save metrics/interviews", "save rubrics/r", "save successDefinitions/d",
                  "save scoreModels/s", "save classificationPolicies/k", "save planTemplates/t",
                  "save criteriaSets/c", "save handoffPolicies/h", "activate rubrics/r@1",
                  "activate successDefinitions/d@1", "activate scoreModels/s@1",
                  "activate classificationPolicies/k@1", "activate planTemplates/t@1",
                  "activate criteriaSets/c@1", "activate handoffPolicies/h@1", "reclassify"));
  EXPECT_THAT(services_.log.actors, Each("members/aoki"));
}

TEST_F(ProgramsApiTest, ChangesNothingWhenTheSameProgramIsAppliedAgain) {
  BANSO_ASSERT_OK(Apply(SomeProgram()));
  services_.log.calls.clear();
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication again, Apply(SomeProgram()));
  EXPECT_EQ(again.state(), v1::APPLICATION_STATE_APPLIED);
  for (const v1::AppliedPart& part : again.parts()) {
    EXPECT_EQ(part.outcome(), v1::PART_OUTCOME_UNCHANGED) << part.name();
  }
  EXPECT_THAT(services_.log.calls, IsEmpty());
  EXPECT_THAT(services_.templates.revisions(), SizeIs(1));
}

TEST_F(ProgramsApiTest, AppliesEveryKindOfPartAndTheSecondTimeNone) {
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication first, Apply(EveryKind()));
  EXPECT_THAT(Parts(first),
              ElementsAre("rolePlayRubrics/p@1 CREATED", "metrics/interviews CREATED",
                          "rubrics/r@1 CREATED", "surveys/v@1 CREATED",
                          "successDefinitions/d@1 CREATED", "scoreModels/s@1 CREATED",
                          "stageModels/g@1 CREATED", "matrixPolicies/m@1 CREATED",
                          "funnels/f@1 CREATED", "classificationPolicies/k@1 CREATED",
                          "acceptancePolicies/a@1 CREATED", "planTemplates/t@1 CREATED",
                          "criteriaSets/c@1 CREATED", "handoffPolicies/h@1 CREATED",
                          "plays/y@1 CREATED", "accounts/- CHANGED", "signalRules/r@1 CREATED"));
  // Rules act as soon as they are in force: everything that they lead to is there by then.
  EXPECT_EQ(services_.log.calls.back(), "activate signalRules/r@1");
  services_.log.calls.clear();
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication again, Apply(EveryKind()));
  for (const v1::AppliedPart& part : again.parts()) {
    EXPECT_EQ(part.outcome(), v1::PART_OUTCOME_UNCHANGED) << part.name();
  }
  EXPECT_THAT(services_.log.calls, IsEmpty());
}

TEST_F(ProgramsApiTest, TellsWhatWasInForceBefore) {
  BANSO_ASSERT_OK(Apply(SomeProgram()));
  v1::Program program = EveryKind();
  program.mutable_plan_templates(0)->set_display_name("Another");
  program.mutable_metrics(0)->set_unit("talks");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication application, Apply(program));
  std::map<std::string, std::string> previous;
  for (const v1::AppliedPart& part : application.parts()) {
    previous[part.name()] = v1::PartOutcome_Name(part.outcome()).substr(13) + " " + part.previous();
  }
  EXPECT_EQ(previous["planTemplates/t@2"], "CHANGED planTemplates/t@1");
  EXPECT_EQ(previous["metrics/interviews"], "CHANGED metrics/interviews");
  EXPECT_EQ(previous["criteriaSets/c"], "UNCHANGED criteriaSets/c@1");
  EXPECT_EQ(previous["signalRules/r@1"], "CREATED ");
}

TEST_F(ProgramsApiTest, TellsWhatStaysInForceAlthoughTheProgramDoesNotNameIt) {
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication first, Apply(EveryKind()));
  EXPECT_THAT(first.others_in_force(), IsEmpty());
  v1::Program program = SomeProgram();
  program.mutable_plan_templates(0)->set_name("planTemplates/other");
  program.mutable_handoff_policy()->set_name("handoffPolicies/other");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication second, Apply(program));
  EXPECT_THAT(second.others_in_force(),
              ::testing::UnorderedElementsAre("planTemplates/t@1", "acceptancePolicies/a@1",
                                              "surveys/v@1", "stageModels/g@1",
                                              "matrixPolicies/m@1", "rolePlayRubrics/p@1",
                                              "funnels/f@1", "plays/y@1", "signalRules/r@1"));
}

TEST_F(ProgramsApiTest, TellsServicesWhatComesWithAPart) {
  std::vector<std::string> resources;
  std::vector<std::string> types;
  services_.signal_rules.check = [&](const hv1::SaveSignalRuleRequest& request) {
    if (request.validate_only()) {
      resources.assign(request.additional_resources().begin(),
                       request.additional_resources().end());
    } else {
      for (const auto& type : request.additional_fact_types()) types.push_back(type.name());
    }
    return absl::OkStatus();
  };
  BANSO_ASSERT_OK(Apply(EveryKind()));
  EXPECT_THAT(resources, ::testing::IsSupersetOf({"plays/y", "scoreModels/s"}));
  EXPECT_THAT(resources, ::testing::Not(::testing::Contains("accounts/-")));
  EXPECT_THAT(types, ElementsAre("account.country"));
}

TEST_F(ProgramsApiTest, NamesThePartAndFieldOfARuleThatIsRefused) {
  services_.signal_rules.check = [](const auto&) {
    return contract::InvalidField("signal_rule.condition.compare.fact.fact", "account.contry",
                                  "the name of a known fact; did you mean account.country?");
  };
  EXPECT_THAT(Apply(EveryKind()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("program.signal_rules[0].condition.compare.fact.fact")));
  EXPECT_THAT(services_.log.calls, IsEmpty());
}

TEST_F(ProgramsApiTest, AppliesOnlyWhatIsNew) {
  BANSO_ASSERT_OK(Apply(SomeProgram()));
  services_.log.calls.clear();
  v1::Program program = SomeProgram();
  program.mutable_plan_templates(0)->set_display_name("Another");
  program.mutable_metrics(0)->set_display_name("Other words");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication application, Apply(program));
  EXPECT_THAT(services_.log.calls, ElementsAre("save metrics/interviews", "save planTemplates/t",
                                               "activate planTemplates/t@2"));
}

TEST_F(ProgramsApiTest, PutsAHandoffPolicyInForceAgainAfterAnotherProgram) {
  BANSO_ASSERT_OK(Apply(SomeProgram()));
  v1::Program other = SomeProgram();
  other.mutable_handoff_policy()->set_name("handoffPolicies/other");
  BANSO_ASSERT_OK(Apply(other));
  services_.log.calls.clear();
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication application, Apply(SomeProgram()));
  EXPECT_THAT(services_.log.calls,
              ElementsAre("save handoffPolicies/h", "activate handoffPolicies/h@1"));
}

TEST_F(ProgramsApiTest, BringsTheFactTypesThatRulesRead) {
  std::vector<std::string> checked;
  std::vector<std::string> saved;
  services_.definitions.check = [&](const hv1::SaveSuccessDefinitionRequest& request) {
    for (const auto& type : request.additional_fact_types()) {
      (request.validate_only() ? checked : saved).push_back(type.name());
    }
    return absl::OkStatus();
  };
  BANSO_ASSERT_OK(Apply(SomeProgram()));
  // First those that it reads, then all others, for a misspelt name's nearest.
  EXPECT_THAT(checked, ElementsAre("metric.interviews", "account.segment",
                                   "use.interviews.share_of_expected", "assessment.clarity",
                                   "success.d", "score.s", "score.s.band", "account.country"));
  EXPECT_THAT(saved, ElementsAre("metric.interviews", "account.segment"));
}

TEST_F(ProgramsApiTest, TellsAllViolationsOfAllPartsAtOnceAndStoresNothing) {
  services_.models.check = [](const auto&) {
    contract::Violations violations;
    violations.Add("score_model.measures[1].weight", "0", "more than 0", "OUT_OF_RANGE");
    violations.Add("score_model.bands", "", "a band that begins at 0", "REQUIRED");
    return violations.ToStatus();
  };
  services_.criteria.check = [](const auto&) {
    return contract::InvalidField("criteria_set.criteria[0].condition", "metric.x", "a known fact");
  };
  const absl::Status status = Apply(SomeProgram()).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, _));
  std::vector<std::string> fields;
  for (const auto& violation : contract::FieldViolations(status)) fields.push_back(violation.field);
  EXPECT_THAT(fields, ElementsAre("program.score_models[0].measures[1].weight",
                                  "program.score_models[0].bands",
                                  "program.criteria_sets[0].criteria[0].condition"));
  EXPECT_THAT(services_.log.calls, IsEmpty());
  EXPECT_EQ(Applications(), 0);
}

TEST_F(ProgramsApiTest, RefusesToChangeWhatAMetricCounts) {
  BANSO_ASSERT_OK(Apply(SomeProgram()));
  v1::Program program = SomeProgram();
  program.mutable_metrics(0)->set_kind(hv1::METRIC_KIND_GAUGE);
  EXPECT_THAT(Apply(program),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("program.metrics[0].kind")));
}

TEST_F(ProgramsApiTest, OnlyChecksWhenAskedTo) {
  BANSO_ASSERT_OK(Apply(SomeProgram()));
  services_.log.calls.clear();
  v1::Program program = SomeProgram();
  program.mutable_plan_templates(0)->set_display_name("Another");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication application,
                             Apply(program, "", /*validate_only=*/true));
  EXPECT_EQ(application.state(), v1::APPLICATION_STATE_VALIDATED);
  EXPECT_EQ(application.name(), "");
  EXPECT_EQ(Nth(application.parts(), 5).name(), "planTemplates/t");
  EXPECT_EQ(Nth(application.parts(), 5).outcome(), v1::PART_OUTCOME_PENDING);
  EXPECT_EQ(Nth(application.parts(), 6).outcome(), v1::PART_OUTCOME_UNCHANGED);
  EXPECT_THAT(services_.log.calls, IsEmpty());
  EXPECT_EQ(Applications(), 1);
}

TEST_F(ProgramsApiTest, AnswersTheSameRequestWithTheSameApplication) {
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication first, Apply(SomeProgram(), "r-1"));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication second, Apply(SomeProgram(), "r-1"));
  EXPECT_THAT(second, EqualsProto(first));
  v1::Program other = SomeProgram();
  other.set_display_name("Q");
  EXPECT_EQ(contract::Reason(Apply(other, "r-1").status()), contract::kReasonRequestIdReused);
  EXPECT_EQ(Applications(), 1);
}

TEST_F(ProgramsApiTest, FindsTheLatestApplication) {
  EXPECT_THAT(Get("programs/p"), StatusIs(absl::StatusCode::kNotFound, _));
  BANSO_ASSERT_OK(Apply(SomeProgram()));
  now_ += absl::Minutes(1);
  v1::Program other = SomeProgram();
  other.set_name("programs/q");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication latest, Apply(other));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication any, Get("programs/-"));
  EXPECT_EQ(any.name(), latest.name());
  EXPECT_EQ(any.content().name(), "programs/q");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication of_p, Get("programs/p"));
  EXPECT_EQ(of_p.program(), "programs/p");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication by_name, Get(of_p.name()));
  EXPECT_THAT(by_name, EqualsProto(of_p));
}

TEST_F(ProgramsApiTest, FindsTheLatestOfSeveralApplicationsOfOneMoment) {
  for (int i = 0; i < 8; ++i) {
    v1::Program program = SomeProgram();
    program.mutable_metrics(0)->set_unit(std::to_string(i));
    BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication applied, Apply(program));
    BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication latest, Get("programs/p"));
    EXPECT_EQ(latest.name(), applied.name());
  }
}

// Cuts the application off at each of its calls, before and after it took effect, starts the
// gateway again, and rolls it forward.
TEST_F(ProgramsApiTest, IsRolledForwardWhereverItIsCutOff) {
  int cut = 0;
  for (; cut < 100; ++cut) {
    SCOPED_TRACE(cut);
    v1::Program program = SomeProgram();
    program.mutable_plan_templates(0)->set_priority(cut);
    program.mutable_score_models(0)->set_purpose(std::to_string(cut));
    program.mutable_metrics(0)->set_unit(std::to_string(cut));
    program.mutable_classification_policy()->set_display_name(std::to_string(cut));
    services_.log.count = 0;
    services_.log.calls.clear();
    // Every later call fails too: the service does not come back by itself.
    services_.log.trouble = [&](int number, bool after) {
      return number * 2 + (after ? 1 : 0) >= cut ? contract::Internal("the disk is away")
                                                 : absl::OkStatus();
    };
    BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication begun, Apply(program));
    if (begun.state() == v1::APPLICATION_STATE_APPLIED) break;
    ASSERT_EQ(begun.state(), v1::APPLICATION_STATE_RUNNING);

    services_.log.trouble = nullptr;
    Restart();
    BANSO_ASSERT_OK(programs_->RollForward(ServiceCall("gateway", now_)));
    BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication finished, Get(begun.name()));
    EXPECT_EQ(finished.state(), v1::APPLICATION_STATE_APPLIED);
    EXPECT_THAT(services_.log.actors, Each("members/aoki"));
    // One revision for each application, and the last one in force.
    ASSERT_THAT(services_.templates.revisions(), SizeIs(cut + 1));
    EXPECT_EQ(services_.templates.revisions().back().revision().state(),
              type::v1::REVISION_STATE_ACTIVE);
    ASSERT_THAT(services_.models.revisions(), SizeIs(cut + 1));
    EXPECT_EQ(services_.models.revisions().back().purpose(), std::to_string(cut));
    EXPECT_EQ(services_.metrics.at("metrics/interviews").unit(), std::to_string(cut));
    EXPECT_THAT(services_.log.calls, ::testing::Contains("reclassify"));
    services_.log.actors.clear();
  }
  // There were cuts at all calls: saves and activations of what changed, and the classification.
  EXPECT_GE(cut, 16);
}

TEST_F(ProgramsApiTest, FinishesAnInterruptedApplicationBeforeTheNext) {
  services_.log.trouble = [](int number, bool) {
    return number >= 5 ? contract::Internal("the disk is away") : absl::OkStatus();
  };
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication first, Apply(SomeProgram()));
  ASSERT_EQ(first.state(), v1::APPLICATION_STATE_RUNNING);
  v1::Program program = SomeProgram();
  program.mutable_plan_templates(0)->set_display_name("Second");
  EXPECT_THAT(Apply(program), StatusIs(absl::StatusCode::kUnavailable, HasSubstr(first.name())));
  services_.log.trouble = nullptr;
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication second, Apply(program));
  EXPECT_EQ(second.state(), v1::APPLICATION_STATE_APPLIED);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication finished, Get(first.name()));
  EXPECT_EQ(finished.state(), v1::APPLICATION_STATE_APPLIED);
  EXPECT_EQ(services_.templates.revisions().back().display_name(), "Second");
}

TEST_F(ProgramsApiTest, GoesOnWithAnInterruptedApplicationWhenTheCallIsRepeated) {
  services_.log.trouble = [](int number, bool) {
    return number >= 3 ? contract::Internal("the disk is away") : absl::OkStatus();
  };
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication first, Apply(SomeProgram(), "r-1"));
  ASSERT_EQ(first.state(), v1::APPLICATION_STATE_RUNNING);
  services_.log.trouble = nullptr;
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication second, Apply(SomeProgram(), "r-1"));
  EXPECT_EQ(second.name(), first.name());
  EXPECT_EQ(second.state(), v1::APPLICATION_STATE_APPLIED);
}

TEST_F(ProgramsApiTest, EndsWhenAPartIsRefusedAfterAllAndLetsTheNextOneIn) {
  // The check passes, the save does not.
  services_.criteria.check = [](const ov1::SaveCriteriaSetRequest& request) -> absl::Status {
    if (request.validate_only()) return absl::OkStatus();
    return contract::FailedPrecondition("IN_USE", "criteriaSets/c", "it is locked", "Unlock it");
  };
  const absl::Status status = Apply(SomeProgram(), "r-1").status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("it is locked")));
  EXPECT_EQ(contract::Reason(status), kReasonProgramRefused);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication refused, Get("programs/p"));
  EXPECT_EQ(refused.state(), v1::APPLICATION_STATE_REFUSED);
  EXPECT_THAT(refused.error(), HasSubstr("it is locked"));
  EXPECT_EQ(contract::Reason(Apply(SomeProgram(), "r-1").status()), kReasonProgramRefused);
  BANSO_EXPECT_OK(programs_->RollForward(ServiceCall("gateway", now_)));

  services_.criteria.check = nullptr;
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ProgramApplication next, Apply(SomeProgram(), "r-2"));
  EXPECT_EQ(next.state(), v1::APPLICATION_STATE_APPLIED);
}

TEST_F(ProgramsApiTest, FailsAsAWholeWhileAServiceCannotCheck) {
  services_.fakes.Stop("kickoff");
  EXPECT_THAT(Apply(SomeProgram()), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("kickoff")));
  EXPECT_EQ(Applications(), 0);
  EXPECT_THAT(services_.log.calls, IsEmpty());
}

TEST_F(ProgramsApiTest, AppliesOneProgramAtATime) {
  v1::Program first = SomeProgram();
  v1::Program second = SomeProgram();
  for (auto* program : {&first, &second}) {
    program->mutable_plan_templates(0)->set_display_name(program == &first ? "1" : "2");
    program->mutable_criteria_sets(0)->set_display_name(program == &first ? "1" : "2");
  }
  std::thread other([&] { BANSO_EXPECT_OK(Apply(first)); });
  BANSO_EXPECT_OK(Apply(second));
  other.join();
  // Whichever came last, template and criteria in force are of the same program.
  EXPECT_EQ(services_.templates.revisions().back().display_name(),
            services_.criteria.revisions().back().display_name());
  EXPECT_EQ(services_.log.calls.back(), "activate criteriaSets/c@2");
}

}  // namespace
}  // namespace banso::gateway
