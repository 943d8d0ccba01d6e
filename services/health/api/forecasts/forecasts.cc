#include <map>
#include <utility>
#include <vector>

#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/health/api/forecasts/forecasts_api.h"
#include "services/health/api/lists.h"
#include "services/health/api/success/labels.h"
#include "services/health/domain/forecasts/forecast_quality.h"

namespace banso::health {
namespace {

using storage::Reader;
using storage::Writer;
using v1::Forecast;

bool IsDecided(v1::SuccessState state) {
  return state == v1::SUCCESS_STATE_MET || state == v1::SUCCESS_STATE_MISSED;
}

// Since when a label is decided: when the service found it so; of one that it works out now, the
// last moment at which it may have been.
absl::Time DecidedAt(const v1::SuccessLabel& label) {
  if (label.has_state_time()) return calendar::ToTime(label.state_time());
  return calendar::EndOfDay(calendar::ToDay(label.due_date()), absl::UTCTimeZone()) +
         absl::Hours(24);
}

// Who foretells, and for which onboarding.
absl::Status FillIn(const Call& call, const std::string& account, Forecast& forecast) {
  contract::Violations violations;
  if (forecast.forecaster().empty()) {
    if (!call.from_member()) {
      violations.Add("forecast.forecaster", "", "the member who foretells", "REQUIRED");
    }
    forecast.set_forecaster(call.actor);
  }
  if (contract::Parent(forecast.onboarding()) != account) {
    violations.Add("forecast.onboarding", forecast.onboarding(),
                   absl::StrCat("an onboarding of ", account), "OTHER_ACCOUNT");
  }
  return violations.ToStatus();
}

// Keeps how long the onboarding has run and what the models say now.
absl::Status AddWhatIsKnown(const Store& store, Reader& reader, absl::Time now,
                            Forecast& forecast) {
  BANSO_ASSIGN_OR_RETURN(const Rules rules, LoadRules(store, reader, now));
  BANSO_ASSIGN_OR_RETURN(
      const v1::SuccessDefinition definition,
      store.success.definitions.Active(reader, forecast.success_definition(), now));
  StoreFactReader facts(store, reader);
  BANSO_ASSIGN_OR_RETURN(
      AccountEvaluation account,
      AccountEvaluation::Load(store, reader, facts, contract::Parent(forecast.onboarding())));
  const accounts::v1::Onboarding* onboarding = account.FindOnboarding(forecast.onboarding());
  if (onboarding == nullptr) return contract::NotFound(forecast.onboarding());
  BANSO_ASSIGN_OR_RETURN(const v1::SuccessLabel label,
                         account.LabelBy(definition, *onboarding, rules.catalog, {.time = now}));
  if (IsDecided(label.state())) {
    return contract::FailedPrecondition("DECIDED", forecast.onboarding(),
                                        "the success is decided already", "");
  }
  if (label.has_clock_date()) {
    forecast.set_clock_days(static_cast<int32_t>(calendar::DayOf(now, account.zone()) -
                                                 calendar::ToDay(label.clock_date())));
  }
  for (const v1::ScoreModel& model : rules.models) {
    BANSO_ASSIGN_OR_RETURN(const v1::Score score,
                           account.ScoreBy(model, rules.catalog, {.time = now, .known_at = now}));
    v1::ModelForecast* said = forecast.add_model_forecasts();
    said->set_score_model(score.score_model());
    if (score.has_value()) said->set_score(score.value());
  }
  return absl::OkStatus();
}

bool IsInDays(const Forecast& forecast, const v1::ScoreForecastsRequest& request) {
  if (!request.has_from_clock_days() && !request.has_to_clock_days()) return true;
  if (!forecast.has_clock_days()) return false;
  return (!request.has_from_clock_days() || forecast.clock_days() >= request.from_clock_days()) &&
         (!request.has_to_clock_days() || forecast.clock_days() <= request.to_clock_days());
}

// The last forecast of each member for each onboarding, of those that the request means.
absl::StatusOr<std::vector<Forecast>> LastForecasts(const Store& store, Reader& reader,
                                                    const v1::ScoreForecastsRequest& request,
                                                    const std::string& definition) {
  std::map<std::pair<std::string, std::string>, Forecast> last;
  BANSO_RETURN_IF_ERROR(store.forecasts.ForEach(
      reader, "", {storage::Equal("definition", definition)}, [&](Forecast& forecast) {
        const bool later = request.has_known_at() && calendar::ToTime(forecast.forecast_time()) >
                                                         calendar::ToTime(request.known_at());
        if (later || !IsInDays(forecast, request)) return absl::OkStatus();
        Forecast& known = last[{forecast.onboarding(), forecast.forecaster()}];
        if (known.name().empty() ||
            calendar::ToTime(known.forecast_time()) <= calendar::ToTime(forecast.forecast_time())) {
          known = std::move(forecast);
        }
        return absl::OkStatus();
      }));
  std::vector<Forecast> forecasts;
  for (auto& [key, forecast] : last) forecasts.push_back(std::move(forecast));
  return forecasts;
}

}  // namespace

absl::StatusOr<Forecast> ForecastsApi::CreateForecast(const Call& call,
                                                      const v1::CreateForecastRequest& request) {
  return storage::Mutate<Forecast>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Forecast> {
        BANSO_RETURN_IF_ERROR(store_.accounts.CheckOpen(writer, request.parent()));
        Forecast forecast = request.forecast();
        BANSO_RETURN_IF_ERROR(FillIn(call, request.parent(), forecast));
        forecast.set_name(contract::Join(request.parent(), "forecasts",
                                         contract::IdOrNew(request.forecast_id(), ids_)));
        *forecast.mutable_forecast_time() = calendar::ToTimestamp(writer.now());
        forecast.clear_clock_days();
        forecast.clear_model_forecasts();
        BANSO_RETURN_IF_ERROR(AddWhatIsKnown(store_, writer, writer.now(), forecast));
        return store_.forecasts.Create(writer, std::move(forecast));
      });
}

absl::StatusOr<Forecast> ForecastsApi::GetForecast(const Call&,
                                                   const v1::GetForecastRequest& request) {
  return storage::Fetch<Forecast>(
      database_, [&](Reader& reader) { return store_.forecasts.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListForecastsResponse> ForecastsApi::ListForecasts(
    const Call&, const v1::ListForecastsRequest& request) {
  storage::ListQuery query = PageOf(request);
  query.parent = request.parent();
  query.order_by = "forecast_time";
  if (!request.success_definition().empty()) {
    query.filters.push_back(storage::Equal("definition", request.success_definition()));
  }
  if (!request.forecaster().empty()) {
    query.filters.push_back(storage::Equal("forecaster", request.forecaster()));
  }
  return storage::Fetch<v1::ListForecastsResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::ListForecastsResponse> {
        BANSO_ASSIGN_OR_RETURN(storage::Page<Forecast> page, store_.forecasts.List(reader, query));
        return ToResponse<v1::ListForecastsResponse>(std::move(page),
                                                     &v1::ListForecastsResponse::mutable_forecasts);
      });
}

absl::StatusOr<v1::ScoreForecastsResponse> ForecastsApi::ScoreForecasts(
    const Call& call, const v1::ScoreForecastsRequest& request) {
  return storage::Fetch<v1::ScoreForecastsResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::ScoreForecastsResponse> {
        BANSO_ASSIGN_OR_RETURN(
            const v1::SuccessDefinition definition,
            FindDefinition(store_, reader, request.success_definition(), call.now));
        BANSO_ASSIGN_OR_RETURN(const std::vector<Forecast> forecasts,
                               LastForecasts(store_, reader, request, definition.name()));
        std::optional<absl::Time> known_at;
        if (request.has_known_at()) known_at = calendar::ToTime(request.known_at());
        LabelReader labels(store_, reader, call.now, known_at);
        v1::ScoreForecastsResponse response;
        response.set_success_definition(
            contract::JoinRevision(definition.name(), definition.revision().number()));
        std::map<std::string, int64_t> accounts;
        std::vector<DecidedForecast> decided;
        for (const Forecast& forecast : forecasts) {
          const absl::StatusOr<v1::SuccessLabel> label =
              labels.Read(forecast.onboarding(), definition);
          if (!label.ok() && !absl::IsNotFound(label.status())) return label.status();
          if (!label.ok() || !IsDecided(label->state())) {
            response.set_undecided(response.undecided() + 1);
            continue;
          }
          const std::string account = contract::Parent(forecast.name());
          const auto number = static_cast<int64_t>(accounts.size());
          decided.push_back({.forecaster = forecast.forecaster(),
                             .probability = forecast.probability(),
                             .success = label->state() == v1::SUCCESS_STATE_MET,
                             .account = accounts.emplace(account, number).first->second,
                             .score = KeptScore(forecast, request.score_model()),
                             .made = calendar::ToTime(forecast.forecast_time()),
                             .decided = DecidedAt(*label)});
        }
        health::ScoreForecasts(decided, request.score_model(), &response);
        return response;
      });
}

}  // namespace banso::health
