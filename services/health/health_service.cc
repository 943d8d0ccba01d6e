#include "services/health/health_service.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/accounts/v1/stakeholder.pb.h"
#include "banso/kickoff/v1/plan.pb.h"
#include "common/contract/errors.h"
#include "common/contract/ids.h"
#include "common/server/follower.h"
#include "common/server/service_definition.h"
#include "common/server/service_store.h"
#include "common/server/sweeps.h"
#include "common/status_macros.h"
#include "services/health/api/assessments/assessments_api.h"
#include "services/health/api/evaluator.h"
#include "services/health/api/forecasts/forecasts_api.h"
#include "services/health/api/foreign_fact_types.h"
#include "services/health/api/health_api.h"
#include "services/health/api/metrics/metrics_api.h"
#include "services/health/api/outbox/outbox_api.h"
#include "services/health/api/outcomes/outcomes_api.h"
#include "services/health/api/portfolio/portfolio_api.h"
#include "services/health/api/router.h"
#include "services/health/api/scoring/scoring_api.h"
#include "services/health/api/signals/effects.h"
#include "services/health/api/signals/signals_api.h"
#include "services/health/api/stages/stages_api.h"
#include "services/health/api/studies/hypotheses_api.h"
#include "services/health/api/studies/studies_api.h"
#include "services/health/api/success/success_api.h"
#include "services/health/api/surveys/surveys_api.h"
#include "services/health/api/use/expected_uses_api.h"
#include "services/health/store/merge/join_accounts.h"
#include "services/health/store/mirror/mirror_hash.h"
#include "services/health/store/sample_feed.h"
#include "services/health/store/store.h"

namespace banso::health {
namespace {

constexpr absl::Duration kEvaluationPeriod = absl::Milliseconds(200);

constexpr absl::Duration kEffectsPeriod = absl::Seconds(1);

constexpr absl::Duration kFactTypesPeriod = absl::Seconds(5);

constexpr absl::Duration kJoinPeriod = absl::Hours(1);
// How many commits of samples watchers may be behind without being told some of them twice.
constexpr int64_t kCommitsLeft = 1000;

constexpr char kTaskKind[] = "banso.kickoff.v1.PlanTask";
constexpr char kAccountKind[] = "banso.accounts.v1.Account";
constexpr char kOnboardingKind[] = "banso.accounts.v1.Onboarding";
constexpr char kStakeholderKind[] = "banso.accounts.v1.Stakeholder";

// Of a person only counts here that it came from another account, and that it is erased.
absl::Status FollowPerson(const Store& store, storage::Writer& writer,
                          const type::v1::Change& change) {
  accounts::v1::Stakeholder person;
  if (!change.resource().UnpackTo(&person)) return absl::OkStatus();
  for (const std::string& before : person.former_names()) {
    BANSO_RETURN_IF_ERROR(JoinPeople(writer, store, before, person.name()));
  }
  if (!person.has_erase_time()) return absl::OkStatus();
  BANSO_RETURN_IF_ERROR(store.mirror.Erase(writer, person.name()).status());
  return store.surveys.ForgetPerson(writer, person.name());
}

// Takes over a change of an account or onboarding, and what has become of a person.
absl::Status Follow(const Store& store, storage::Writer& writer, const type::v1::Change& change) {
  const bool deleted = change.operation() == type::v1::OPERATION_DELETED;
  if (change.kind() == kAccountKind) {
    if (deleted) return store.ForgetAccount(writer, change.name());
    accounts::v1::Account account;
    if (!change.resource().UnpackTo(&account)) {
      return contract::Internal(absl::StrCat(change.name(), " is no account"));
    }
    return store.FollowAccount(writer, account);
  }
  if (change.kind() == kStakeholderKind) return FollowPerson(store, writer, change);
  if (deleted) return store.ForgetOnboarding(writer, change.name());
  accounts::v1::Onboarding onboarding;
  if (!change.resource().UnpackTo(&onboarding)) {
    return contract::Internal(absl::StrCat(change.name(), " is no onboarding"));
  }
  return store.FollowOnboarding(writer, onboarding);
}

void AddFollowers(const server::Environment& environment, const Store* store,
                  storage::Database* database, server::ServiceDefinition& service) {
  server::ChangesFollowerOptions changes;
  changes.method = "banso.accounts.v1.AccountsService/WatchChanges";
  changes.service = environment.service;
  changes.name = "accounts/changes";
  changes.database = database;
  changes.peer = &environment.peers->accounts();
  changes.clock = environment.clock;
  changes.kinds = {kAccountKind, kOnboardingKind, kStakeholderKind};
  changes.reset = [store](storage::Writer& writer) { return store->ForgetFollowed(writer); };
  changes.apply = [store](storage::Writer& writer, const type::v1::Change& change) {
    return Follow(*store, writer, change);
  };
  service.AddFollower(server::FollowChanges(std::move(changes)));

  const std::vector<std::pair<server::Peer*, std::vector<std::string>>> owners = {
      {&environment.peers->accounts(), {"account."}},
      {&environment.peers->kickoff(), {"plan."}},
      {&environment.peers->handoff(), {"completion.", "handoff."}}};
  for (const auto& [peer, prefixes] : owners) {
    server::FactsFollowerOptions facts;
    facts.service = environment.service;
    facts.name = absl::StrCat(peer->name(), "/facts");
    facts.database = database;
    facts.peer = peer;
    facts.clock = environment.clock;
    facts.prefixes = prefixes;
    facts.reset = [store, prefixes = prefixes](storage::Writer& writer) {
      return store->ForgetMirrored(writer, prefixes);
    };
    facts.apply = [store](storage::Writer& writer, const fact::v1::FactChange& change) {
      return store->MirrorFact(writer, change);
    };
    service.AddFollower(server::FollowFacts(std::move(facts)));
  }
}

// Follows what becomes of the tasks that signals have made. What was taken over stays when
// kickoff's store is another one than before: tasks that it does not have say nothing.
void AddTaskFollower(const server::Environment& environment, const Store* store,
                     storage::Database* database, server::ServiceDefinition& service) {
  server::ChangesFollowerOptions tasks;
  tasks.method = "banso.kickoff.v1.KickoffService/WatchChanges";
  tasks.service = environment.service;
  tasks.name = "kickoff/tasks";
  tasks.database = database;
  tasks.peer = &environment.peers->kickoff();
  tasks.clock = environment.clock;
  tasks.kinds = {kTaskKind};
  tasks.reset = [](storage::Writer&) { return absl::OkStatus(); };
  tasks.apply = [store](storage::Writer& writer, const type::v1::Change& change) -> absl::Status {
    kickoff::v1::PlanTask task;
    if (!change.resource().UnpackTo(&task)) return absl::OkStatus();
    return SignalEffects::FollowTask(*store, writer, task);
  };
  service.AddFollower(server::FollowChanges(std::move(tasks)));
}

// Runs sweeps that wait for others, on a thread of their own.
void AddWaitingSweeps(const server::Environment& environment, std::vector<server::Sweep> sweeps,
                      server::ServiceDefinition& service) {
  server::SweepRunner* runner = service.Own(std::make_unique<server::SweepRunner>(
      environment.service, std::move(sweeps), environment.clock, environment.test_clock));
  service.OnStart([runner] {
    runner->Start();
    return absl::OkStatus();
  });
  service.OnStop([runner] { runner->Stop(); });
}

// Hands tasks over and asks what facts there are; sends messages to receivers of whom nothing is
// known, apart from these.
void AddEffects(const server::Environment& environment, const Store* store,
                storage::Database* database, server::ServiceDefinition& service) {
  KickoffClient* kickoff =
      service.Own(std::make_unique<RemoteKickoff>(environment.peers->kickoff()));
  HandoffClient* handoff =
      service.Own(std::make_unique<RemoteHandoff>(environment.peers->handoff()));
  SignalEffects* effects =
      service.Own(std::make_unique<SignalEffects>(*database, *store, *kickoff, *handoff));
  ForeignFactTypes* types = service.Own(std::make_unique<ForeignFactTypes>(
      *database,
      std::vector<server::Peer*>{&environment.peers->accounts(), &environment.peers->kickoff(),
                                 &environment.peers->handoff()}));
  AddWaitingSweeps(environment,
                   {{"signal_tasks", kEffectsPeriod,
                     [effects](const Call& call) { return effects->HandOverTasks(call); }},
                    {"fact_types", kFactTypesPeriod,
                     [types](const Call& call) { return types->TakeOver(call); }}},
                   service);
  AddWaitingSweeps(environment,
                   {{"signal_messages", kEffectsPeriod,
                     [effects](const Call& call) { return effects->SendMessages(call); }}},
                   service);
}

// The services of banso.health.v1 with their handlers.
void AddTopics(storage::Database& database, const Store& store, Evaluator& evaluator,
               server::ServiceDefinition& service) {
  contract::IdSource& ids = *service.Own(std::make_unique<contract::SystemIdSource>());
  service.Add(HealthRouter(*service.Own(std::make_unique<HealthApi>(database, store, evaluator)),
                           database, store));
  service.Add(ScoringRouter(*service.Own(std::make_unique<ScoringApi>(database, store, ids))));
  service.Add(MetricsRouter(*service.Own(std::make_unique<MetricsApi>(database, store))));
  service.Add(ExpectedUsesRouter(*service.Own(std::make_unique<ExpectedUsesApi>(database, store))));
  service.Add(
      AssessmentsRouter(*service.Own(std::make_unique<AssessmentsApi>(database, store, ids))));
  SurveysApi* surveys = service.Own(std::make_unique<SurveysApi>(database, store, ids));
  service.Add(SurveysRouter(*surveys));
  service.Add(
      SuccessRouter(*service.Own(std::make_unique<SuccessApi>(database, store, evaluator))));
  service.Add(ForecastsRouter(*service.Own(std::make_unique<ForecastsApi>(database, store, ids))));
  service.Add(OutcomesRouter(*service.Own(std::make_unique<OutcomesApi>(database, store, ids))));
  service.Add(StagesRouter(*service.Own(std::make_unique<StagesApi>(database, store, evaluator))));
  service.Add(PortfolioRouter(*service.Own(std::make_unique<PortfolioApi>(database, store))));
  service.Add(SignalsRouter(*service.Own(std::make_unique<SignalsApi>(database, store))));
  service.Add(OutboxRouter(*service.Own(std::make_unique<OutboxApi>(database, store))));
  service.Add(
      HypothesesRouter(*service.Own(std::make_unique<HypothesesApi>(database, store, ids))));
  service.Add(StudiesRouter(*service.Own(std::make_unique<StudiesApi>(database, store))));
  service.AddSweep({"end_invitations", kEffectsPeriod,
                    [surveys](const Call& call) { return surveys->EndInvitations(call); }});
}

absl::StatusOr<std::unique_ptr<server::ServiceDefinition>> Build(
    const server::Environment& environment) {
  auto service = std::make_unique<server::ServiceDefinition>(environment);
  const Store* store = service->Own(std::make_unique<Store>());
  BANSO_ASSIGN_OR_RETURN(
      storage::Database * database,
      server::OpenStore(
          environment, Schema(),
          [store](storage::Reader& reader) { return store->CheckSchema(reader); }, service.get()));
  Evaluator* evaluator = service->Own(std::make_unique<Evaluator>(*database, *store));
  service->AddSweep({"evaluate", kEvaluationPeriod,
                     [evaluator](const Call& call) { return evaluator->EvaluateDue(call); },
                     database});
  AddTopics(*database, *store, *evaluator, *service);
  service->AddSweep(
      {"join_sample_commits", kJoinPeriod, [database, from = int64_t{0}](const Call& call) mutable {
         return JoinCommits(*database, call, kCommitsLeft, from);
       }});
  service->Add(FactsRouter(*database, *store));
  AddFollowers(environment, store, database, *service);
  AddTaskFollower(environment, store, database, *service);
  AddEffects(environment, store, database, *service);
  return service;
}

}  // namespace

server::ServiceModule Module() { return {"health", Build, Schema, MirrorHash}; }

}  // namespace banso::health
