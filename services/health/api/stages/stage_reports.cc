#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "services/health/api/evaluation.h"
#include "services/health/api/portfolio/active_accounts.h"
#include "services/health/api/stages/stages_api.h"
#include "services/health/domain/fact_types.h"
#include "services/health/domain/stages/analysis.h"
#include "services/health/store/fact_catalog.h"
#include "services/health/store/fact_table.h"

namespace banso::health {

using storage::Reader;
using v1::StageModel;

namespace {

constexpr char kOwnerFact[] = "account.owner";
constexpr char kChurnDateFact[] = "account.churn_date";

std::string RevisionOf(const StageModel& model) {
  return contract::JoinRevision(model.name(), model.revision().number());
}

// In which zone the days of each account are counted.
using AccountZones = absl::flat_hash_map<std::string, absl::TimeZone>;

absl::StatusOr<AccountZones> ReadZones(const Store& store, Reader& reader) {
  AccountZones zones;
  BANSO_RETURN_IF_ERROR(store.accounts.ForEach(reader, [&](const AccountBrief& account) {
    zones.emplace(account.name, calendar::ZoneOrUtc(account.zone));
    return absl::OkStatus();
  }));
  return zones;
}

// That of an account, which may have been removed since.
absl::TimeZone ZoneIn(const AccountZones& zones, absl::string_view account) {
  const auto found = zones.find(account);
  if (found != zones.end()) return found->second;
  return calendar::ZoneOrUtc(ZoneNameOf(accounts::v1::Account()));
}

// The accounts that others have taken the place of.
absl::StatusOr<absl::flat_hash_set<std::string>> ReadMerged(const Store& store, Reader& reader) {
  absl::flat_hash_set<std::string> merged;
  BANSO_RETURN_IF_ERROR(store.accounts.ForEach(reader, [&](const AccountBrief& account) {
    if (account.merged) merged.emplace(account.name);
    return absl::OkStatus();
  }));
  return merged;
}

// The histories of all accounts that the model has ever placed by then, by name of the account. A
// company that was there twice is one of them.
absl::StatusOr<std::vector<StageHistory>> LoadHistories(const Store& store, Reader& reader,
                                                        const StageModel& model,
                                                        const AccountZones& zones,
                                                        const AsOf& as_of) {
  BANSO_ASSIGN_OR_RETURN(const absl::flat_hash_set<std::string> merged, ReadMerged(store, reader));
  std::vector<StageHistory> histories;
  BANSO_RETURN_IF_ERROR(store.stages.ForEachAccount(
      reader, model.name(), [&](const std::string& account, std::vector<v1::StageMove> moves) {
        if (merged.contains(account)) return absl::OkStatus();
        std::erase_if(moves, [&](const v1::StageMove& move) {
          return as_of.known_at.has_value() &&
                 calendar::ToTime(move.create_time()) > *as_of.known_at;
        });
        StageHistory history = HistoryOf(model, account, moves, ZoneIn(zones, account), as_of.time);
        if (LastStep(history) != nullptr) histories.push_back(std::move(history));
        return absl::OkStatus();
      }));
  return histories;
}

absl::StatusOr<std::vector<StageHistory>> LoadHistories(const Store& store, Reader& reader,
                                                        const StageModel& model,
                                                        const AsOf& as_of) {
  BANSO_ASSIGN_OR_RETURN(const AccountZones zones, ReadZones(store, reader));
  return LoadHistories(store, reader, model, zones, as_of);
}

// Leaves those that were customers then.
absl::Status KeepActive(const Store& store, Reader& reader, const AsOf& as_of,
                        std::vector<StageHistory>& histories) {
  BANSO_ASSIGN_OR_RETURN(const std::vector<ActiveAccount> active,
                         ActiveAccounts(store, reader, as_of));
  std::erase_if(histories, [&](const StageHistory& history) {
    const auto at = std::lower_bound(
        active.begin(), active.end(), history.account,
        [](const ActiveAccount& account, const std::string& name) { return account.name < name; });
    return at == active.end() || at->name != history.account;
  });
  return absl::OkStatus();
}

// The days of a clock of each account's onboardings that were not cancelled.
using ClockDays = absl::flat_hash_map<std::string, std::vector<absl::CivilDay>>;

void AddClockDays(const accounts::v1::Onboarding& onboarding, type::v1::Clock clock,
                  ClockDays& days) {
  if (onboarding.state() == accounts::v1::ONBOARDING_STATE_CANCELLED) return;
  for (const accounts::v1::ClockReading& reading : onboarding.clocks()) {
    if (reading.clock() != clock) continue;
    days[contract::Parent(onboarding.name())].push_back(calendar::ToDay(reading.date()));
  }
}

// As they are, or as they were known at `as_of.known_at`.
absl::StatusOr<ClockDays> ReadClockDays(const Store& store, Reader& reader, type::v1::Clock clock,
                                        const AsOf& as_of,
                                        absl::Span<const StageHistory> histories) {
  ClockDays days;
  if (!as_of.known_at.has_value()) {
    BANSO_RETURN_IF_ERROR(store.accounts.onboardings.ForEach(
        reader, "", {}, [&](const accounts::v1::Onboarding& onboarding) {
          AddClockDays(onboarding, clock, days);
          return absl::OkStatus();
        }));
    return days;
  }
  StoreFactReader facts(store, reader, Holding::kOneAccount);
  for (const StageHistory& history : histories) {
    BANSO_ASSIGN_OR_RETURN(const std::optional<AccountEvaluation> account,
                           AccountEvaluation::LoadIfKnown(store, reader, facts, history.account));
    if (!account.has_value()) continue;
    BANSO_ASSIGN_OR_RETURN(const std::vector<accounts::v1::Onboarding> known,
                           account->OnboardingsAsOf(as_of));
    for (const accounts::v1::Onboarding& onboarding : known) AddClockDays(onboarding, clock, days);
  }
  return days;
}

// The first of them, unless it lies after the history's end.
std::optional<absl::CivilDay> ClockDay(const ClockDays& days, const StageHistory& history) {
  const auto of_account = days.find(history.account);
  if (of_account == days.end()) return std::nullopt;
  std::optional<absl::CivilDay> first;
  for (const absl::CivilDay day : of_account->second) {
    if (day <= history.today && (!first.has_value() || day < *first)) first = day;
  }
  return first;
}

// The value that a fact of the account had on a day; empty when it had none.
absl::StatusOr<std::string> GroupOnDay(Reader& reader, const std::string& account,
                                       const std::string& fact, absl::CivilDay day,
                                       absl::TimeZone zone, std::optional<absl::Time> known_at) {
  BANSO_ASSIGN_OR_RETURN(const std::optional<type::v1::Value> value,
                         ValueAt(reader, account, fact, calendar::EndOfDay(day, zone), known_at));
  return value.has_value() ? GroupText(*value) : "";
}

// The days on which accounts churned: their first churn among the outcomes, else the date that
// accounts tells.
absl::StatusOr<std::map<std::string, absl::CivilDay>> ChurnDays(const Store& store, Reader& reader,
                                                                const AccountZones& zones,
                                                                const AsOf& as_of) {
  std::map<std::string, absl::CivilDay> days;
  BANSO_RETURN_IF_ERROR(store.outcomes.ForEach(
      reader, "", {storage::Equal("kind", v1::OUTCOME_KIND_CHURN)}, [&](v1::Outcome& outcome) {
        if (as_of.known_at.has_value() &&
            calendar::ToTime(outcome.known_time()) > *as_of.known_at) {
          return absl::OkStatus();
        }
        const std::string account = contract::Parent(outcome.name());
        const absl::CivilDay day =
            calendar::DayOf(calendar::ToTime(outcome.occurred_time()), ZoneIn(zones, account));
        const auto known = days.emplace(account, day);
        known.first->second = std::min(known.first->second, day);
        return absl::OkStatus();
      }));
  BANSO_ASSIGN_OR_RETURN(const FactValues told,
                         ValuesOfAll(reader, kChurnDateFact, as_of.time, as_of.known_at));
  for (const auto& [account, value] : told) days.emplace(account, calendar::ToDay(value.date()));
  return days;
}

}  // namespace

absl::StatusOr<v1::GetStageBacklogResponse> StagesApi::GetStageBacklog(
    const Call& call, const v1::GetStageBacklogRequest& request) {
  const AsOf as_of = AsOfRequest(request, call.now);
  const auto& edges = request.bucket_days();
  if (std::adjacent_find(edges.begin(), edges.end(), std::greater_equal<>()) != edges.end()) {
    return contract::InvalidField("bucket_days", "", "days that rise", "NOT_RISING");
  }
  return storage::Fetch<v1::GetStageBacklogResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::GetStageBacklogResponse> {
        BANSO_ASSIGN_OR_RETURN(
            const StageModel model,
            store_.stages.models.Active(reader, request.stage_model(), call.now));
        BANSO_ASSIGN_OR_RETURN(std::vector<StageHistory> histories,
                               LoadHistories(store_, reader, model, as_of));
        BANSO_RETURN_IF_ERROR(KeepActive(store_, reader, as_of, histories));
        v1::GetStageBacklogResponse response = Backlog(model, histories, request);
        BANSO_ASSIGN_OR_RETURN(const FactValues owners,
                               ValuesOfAll(reader, kOwnerFact, as_of.time, as_of.known_at));
        for (v1::LevelBacklog& level : *response.mutable_levels()) {
          for (v1::StuckAccount& stuck : *level.mutable_stuck_accounts()) {
            stuck.set_owner(GroupOf(owners, stuck.account()));
          }
        }
        response.set_stage_model(RevisionOf(model));
        *response.mutable_as_of() = calendar::ToTimestamp(as_of.time);
        return response;
      });
}

absl::StatusOr<v1::AnalyzeLevelsResponse> StagesApi::AnalyzeLevels(
    const Call& call, const v1::AnalyzeLevelsRequest& request) {
  const AsOf as_of = AsOfRequest(request, call.now);
  return storage::Fetch<v1::AnalyzeLevelsResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::AnalyzeLevelsResponse> {
        BANSO_ASSIGN_OR_RETURN(
            const StageModel model,
            store_.stages.models.Active(reader, request.stage_model(), call.now));
        BANSO_ASSIGN_OR_RETURN(const std::vector<StageHistory> histories,
                               LoadHistories(store_, reader, model, as_of));
        BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog catalog,
                               ReadCatalog(store_, reader, call.now));
        v1::AnalyzeLevelsResponse response =
            health::AnalyzeLevels(model, histories, catalog, request);
        response.set_stage_model(RevisionOf(model));
        *response.mutable_as_of() = calendar::ToTimestamp(as_of.time);
        return response;
      });
}

absl::StatusOr<v1::AnalyzeTimeToLevelResponse> StagesApi::AnalyzeTimeToLevel(
    const Call& call, const v1::AnalyzeTimeToLevelRequest& request) {
  const AsOf as_of = AsOfRequest(request, call.now);
  return storage::Fetch<v1::AnalyzeTimeToLevelResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::AnalyzeTimeToLevelResponse> {
        BANSO_ASSIGN_OR_RETURN(
            const StageModel model,
            store_.stages.models.Active(reader, request.stage_model(), call.now));
        BANSO_ASSIGN_OR_RETURN(const std::vector<StageHistory> histories,
                               LoadHistories(store_, reader, model, as_of));
        BANSO_ASSIGN_OR_RETURN(
            const FactValues groups,
            GroupingValues(store_, reader, "group_by", request.group_by(), as_of, call.now));
        BANSO_ASSIGN_OR_RETURN(const ClockDays days,
                               ReadClockDays(store_, reader, request.clock(), as_of, histories));
        std::vector<ClockedHistory> clocked;
        int64_t without_clock = 0;
        for (const StageHistory& history : histories) {
          const std::optional<absl::CivilDay> day = ClockDay(days, history);
          if (day.has_value()) {
            clocked.push_back({&history, *day, GroupOf(groups, history.account)});
          } else {
            ++without_clock;
          }
        }
        v1::AnalyzeTimeToLevelResponse response = TimeToLevels(model, clocked, request);
        response.set_stage_model(RevisionOf(model));
        response.set_clock(request.clock());
        *response.mutable_as_of() = calendar::ToTimestamp(as_of.time);
        response.set_without_clock(without_clock);
        return response;
      });
}

absl::StatusOr<v1::AnalyzeStageRetentionResponse> StagesApi::AnalyzeStageRetention(
    const Call& call, const v1::AnalyzeStageRetentionRequest& request) {
  const AsOf as_of = AsOfRequest(request, call.now);
  const auto cohort_of = [&](Reader& reader, const AccountZones& zones, const StageHistory& history,
                             absl::CivilDay arrived) -> absl::StatusOr<std::string> {
    if (request.group_by().empty()) return CohortOf(arrived, request.cohort_period());
    return GroupOnDay(reader, history.account, request.group_by(), arrived,
                      ZoneIn(zones, history.account), as_of.known_at);
  };
  return storage::Fetch<v1::AnalyzeStageRetentionResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::AnalyzeStageRetentionResponse> {
        BANSO_ASSIGN_OR_RETURN(
            const StageModel model,
            store_.stages.models.Active(reader, request.stage_model(), call.now));
        BANSO_RETURN_IF_ERROR(
            GroupingValues(store_, reader, "group_by", request.group_by(), as_of, call.now)
                .status());
        BANSO_ASSIGN_OR_RETURN(const AccountZones zones, ReadZones(store_, reader));
        BANSO_ASSIGN_OR_RETURN(const std::vector<StageHistory> histories,
                               LoadHistories(store_, reader, model, zones, as_of));
        BANSO_ASSIGN_OR_RETURN(const auto churned, ChurnDays(store_, reader, zones, as_of));
        std::vector<Arrival> arrivals;
        for (const StageHistory& history : histories) {
          const auto churn = churned.find(history.account);
          for (int rank = 1; rank <= model.levels_size(); ++rank) {
            const auto arrived = FirstOn(history, rank);
            if (!arrived.has_value()) continue;
            const bool lost = churn != churned.end() && churn->second <= history.today;
            const absl::CivilDay end = lost ? churn->second : history.today;
            // Placed after it had churned: it was no customer any more.
            if (end < *arrived) continue;
            BANSO_ASSIGN_OR_RETURN(std::string cohort, cohort_of(reader, zones, history, *arrived));
            arrivals.push_back({.rank = rank,
                                .cohort = std::move(cohort),
                                .days = static_cast<int>(end - *arrived),
                                .churned = lost});
          }
        }
        v1::AnalyzeStageRetentionResponse response = Retention(model, arrivals, request);
        response.set_stage_model(RevisionOf(model));
        *response.mutable_as_of() = calendar::ToTimestamp(as_of.time);
        return response;
      });
}

absl::StatusOr<v1::GetStageMovementResponse> StagesApi::GetStageMovement(
    const Call& call, const v1::GetStageMovementRequest& request) {
  const absl::Time from = calendar::ToTime(request.from_time());
  const absl::Time to = request.has_to_time() ? calendar::ToTime(request.to_time()) : call.now;
  std::optional<absl::Time> known_at;
  if (request.has_known_at()) known_at = calendar::ToTime(request.known_at());
  if (to < from) {
    return contract::InvalidField("to_time", absl::FormatTime(to), "a time after from_time");
  }
  return storage::Fetch<v1::GetStageMovementResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::GetStageMovementResponse> {
        BANSO_ASSIGN_OR_RETURN(
            const StageModel model,
            store_.stages.models.Active(reader, request.stage_model(), call.now));
        BANSO_ASSIGN_OR_RETURN(const std::vector<StageHistory> histories,
                               LoadHistories(store_, reader, model, {to, known_at}));
        BANSO_ASSIGN_OR_RETURN(const FactValues groups,
                               GroupingValues(store_, reader, "group_by", request.group_by(),
                                              {from, known_at}, call.now));
        std::vector<Movement> movements;
        for (const StageHistory& history : histories) {
          const HistoryStep* before = StepAt(history, from);
          const HistoryStep* after = LastStep(history);
          const auto placed = [](const HistoryStep* step) {
            return step != nullptr && step->state != v1::PLACEMENT_STATE_NOT_APPLICABLE;
          };
          if (!placed(before) || !placed(after)) continue;
          movements.push_back({.group = GroupOf(groups, history.account),
                               .from_rank = before->rank,
                               .to_rank = after->rank});
        }
        v1::GetStageMovementResponse response;
        response.set_stage_model(RevisionOf(model));
        *response.mutable_from_time() = calendar::ToTimestamp(from);
        *response.mutable_to_time() = calendar::ToTimestamp(to);
        for (v1::GroupMovement& group : Movements(model, movements, request.minimum_n())) {
          *response.add_groups() = std::move(group);
        }
        return response;
      });
}

}  // namespace banso::health
