#include "services/accounts/api/classification_api.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/rule/condition.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/policy_check.h"
#include "services/accounts/domain/classification.h"
#include "services/accounts/domain/classification/simulation.h"

namespace banso::accounts {
namespace {

using storage::Reader;
using v1::Account;
using v1::ClassificationPolicy;

constexpr char kReasonNotClassified[] = "NOT_CLASSIFIED";
constexpr char kReasonNoPotentialScore[] = "NO_POTENTIAL_SCORE";
constexpr int kDefaultAccounts = 50;
constexpr int kDefaultMoves = 100;
constexpr int kMostAccounts = 1000;

// A limit that was asked for, as SimulatePolicy and ScreenPotential understand it.
int LimitOf(int asked, int otherwise) {
  return asked == 0 ? otherwise : std::min(asked, kMostAccounts);
}

absl::StatusOr<ClassificationPolicy> PolicyToSimulate(Reader& reader, const Store& store,
                                                      const v1::SimulatePolicyRequest& request,
                                                      absl::Time now) {
  if (request.has_draft() && !request.name().empty()) {
    return contract::InvalidField("draft", "", "nothing, when `name` says which policy is meant");
  }
  if (request.has_draft()) {
    BANSO_RETURN_IF_ERROR(CheckSavedPolicy(reader, store, request.draft(), "draft"));
    return request.draft();
  }
  if (request.name().empty()) return PolicyInForce(reader, store, now);
  return store.classification.policies.Get(reader, request.name(), now);
}

// The place of the rule that decided among the rules of the team axis, from 1.
int NumberOf(const ClassificationPolicy& policy, const v1::ClassificationReason& reason) {
  for (int i = 0; i < policy.teams_size(); ++i) {
    const v1::ClassRule& rule = policy.teams(i);
    const std::string text = rule.has_when() ? rule::Print(rule.when()) : "always";
    if (rule.value() == reason.value() && text == reason.rule()) return i + 1;
  }
  return 0;
}

bool EverWon(const Account& account) {
  return account.merged_into().empty() &&
         account.lifecycle_stage() != v1::LIFECYCLE_STAGE_UNSPECIFIED &&
         account.lifecycle_stage() != v1::LIFECYCLE_STAGE_PROSPECT;
}

}  // namespace

absl::StatusOr<ClassificationPolicy> PolicyInForce(Reader& reader, const Store& store,
                                                   absl::Time now) {
  BANSO_ASSIGN_OR_RETURN(auto active, store.classification.ActivePolicy(reader, now));
  if (active.has_value()) return *std::move(active);
  return contract::FailedPrecondition(kReasonNoActivePolicy, "classificationPolicies",
                                      "no classification policy is in force",
                                      "Activate one, or name a revision where that is possible");
}

absl::StatusOr<v1::SimulatePolicyResponse> ClassificationApi::SimulatePolicy(
    const Call& call, const v1::SimulatePolicyRequest& request) {
  using Response = v1::SimulatePolicyResponse;
  return storage::Fetch<Response>(database_, [&](Reader& reader) -> absl::StatusOr<Response> {
    BANSO_ASSIGN_OR_RETURN(ClassificationPolicy policy,
                           PolicyToSimulate(reader, store_, request, call.now));
    const Classifier classifier(std::move(policy));
    Simulation simulation(LimitOf(request.max_moves(), kDefaultMoves));
    BANSO_RETURN_IF_ERROR(store_.accounts.ForEach(
        reader, "", {storage::IsNull("archive_time")}, [&](Account& account) {
          simulation.Add(account, classifier.Classify(account, call.now));
          return absl::OkStatus();
        }));
    return std::move(simulation).Result();
  });
}

absl::StatusOr<v1::ExplainRoutingResponse> ClassificationApi::ExplainRouting(
    const Call& call, const v1::ExplainRoutingRequest& request) {
  using Response = v1::ExplainRoutingResponse;
  return storage::Fetch<Response>(database_, [&](Reader& reader) -> absl::StatusOr<Response> {
    BANSO_ASSIGN_OR_RETURN(const Account account, store_.accounts.Get(reader, request.name()));
    const v1::Classification& classification = account.classification();
    if (classification.policy().empty()) {
      return contract::FailedPrecondition(kReasonNotClassified, account.name(),
                                          "no policy has classified the account",
                                          "Activate a classification policy and call Reclassify");
    }
    BANSO_ASSIGN_OR_RETURN(
        const ClassificationPolicy policy,
        store_.classification.policies.Get(reader, classification.policy(), call.now));
    Response response;
    response.set_team(classification.team());
    response.set_policy(classification.policy());
    response.set_author(policy.revision().author());
    response.set_reason(policy.revision().reason());
    response.set_rule("the policy has no rules for teams");
    for (const v1::ClassificationReason& reason : classification.reasons()) {
      if (reason.axis() != "team") {
        *response.add_before() = reason;
        continue;
      }
      response.set_rule(reason.rule());
      *response.mutable_readings() = reason.readings();
      response.set_rule_number(NumberOf(policy, reason));
      if (response.rule_number() > 0) {
        response.set_note(policy.teams(response.rule_number() - 1).note());
      }
    }
    return response;
  });
}

absl::StatusOr<v1::ScreenPotentialResponse> ClassificationApi::ScreenPotential(
    const Call& call, const v1::ScreenPotentialRequest& request) {
  using Response = v1::ScreenPotentialResponse;
  return storage::Fetch<Response>(database_, [&](Reader& reader) -> absl::StatusOr<Response> {
    BANSO_ASSIGN_OR_RETURN(ClassificationPolicy policy, PolicyInForce(reader, store_, call.now));
    if (policy.potential_score_axes().empty()) {
      return contract::FailedPrecondition(kReasonNoPotentialScore, policy.name(),
                                          "the policy in force has no potential score",
                                          "Save and activate a revision with potential_score_axes");
    }
    const Classifier classifier(std::move(policy));
    Screening screening(classifier.policy(), LimitOf(request.max_accounts(), kDefaultAccounts));
    std::string revision;
    BANSO_RETURN_IF_ERROR(store_.accounts.ForEach(
        reader, "", {storage::IsNull("archive_time")}, [&](Account& account) {
          const v1::Classification now = classifier.Classify(account, call.now);
          revision = now.policy();
          const bool wanted = request.segment().empty() || request.segment() == now.segment();
          const bool lost = account.lifecycle_stage() == v1::LIFECYCLE_STAGE_CHURNED;
          if (wanted && !lost) screening.Add(account, now);
          return absl::OkStatus();
        }));
    Response response = std::move(screening).Result();
    response.set_policy(revision);
    return response;
  });
}

absl::StatusOr<v1::AnalyzeAxisResponse> ClassificationApi::AnalyzeAxis(
    const Call& /*call*/, const v1::AnalyzeAxisRequest& request) {
  using Response = v1::AnalyzeAxisResponse;
  return storage::Fetch<Response>(database_, [&](Reader& reader) -> absl::StatusOr<Response> {
    Response response;
    response.set_axis(request.axis());
    std::map<std::string, ClassOutcome> classes;
    BANSO_RETURN_IF_ERROR(store_.accounts.ForEach(reader, "", {}, [&](Account& account) {
      if (!EverWon(account)) return absl::OkStatus();
      const std::string value = ClassOn(account.classification(), request.axis());
      if (value.empty()) {
        response.set_unclassified(response.unclassified() + 1);
        return absl::OkStatus();
      }
      ClassOutcome& outcome = classes[value];
      outcome.accounts += 1;
      outcome.lost += account.lifecycle_stage() == v1::LIFECYCLE_STAGE_CHURNED ? 1 : 0;
      return absl::OkStatus();
    }));
    for (v1::AxisOutcome& outcome : CompareClasses(classes)) {
      *response.add_outcomes() = std::move(outcome);
    }
    response.set_definition(absl::StrCat(
        "Of the accounts with a class of ", request.axis(),
        " that are WON or further, those whose stage is CHURNED now; 95 % intervals. Classes are "
        "as of now, accounts are won at different times, so this is an association."));
    return response;
  });
}

}  // namespace banso::accounts
