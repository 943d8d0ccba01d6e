#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/field_mask.h"
#include "common/contract/resource_name.h"
#include "common/rule/condition.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/health/api/lists.h"
#include "services/health/api/studies/case_reader.h"
#include "services/health/api/studies/hypotheses_api.h"
#include "services/health/api/studies/studies_api.h"
#include "services/health/domain/studies/funnel.h"
#include "services/health/domain/studies/hypothesis.h"
#include "services/health/domain/studies/measured.h"
#include "services/health/domain/studies/wording.h"
#include "services/health/store/fact_catalog.h"

namespace banso::health {

using storage::Reader;
using storage::Writer;
using v1::Hypothesis;

namespace {

absl::CivilDay Today(const Call& call) { return calendar::DayOf(call.now, "Asia/Tokyo"); }

absl::Status UnknownWall(const v1::Funnel& funnel, const std::string& wall) {
  std::string accepted = absl::StrCat("the key of a step or habit of ", funnel.name(), ":");
  for (const v1::Measured& measured : MeasuresOf(funnel)) {
    if (measured.has_trait()) absl::StrAppend(&accepted, " ", measured.key());
  }
  return contract::InvalidField("hypothesis.wall", wall, accepted, "UNKNOWN_WALL");
}

// What the numbers say about the hypothesis's wall; pins the funnel's revision.
absl::Status Substantiate(const Store& store, Reader& reader, const Call& call,
                          Hypothesis& hypothesis) {
  BANSO_ASSIGN_OR_RETURN(const v1::Funnel funnel,
                         store.funnels.Get(reader, hypothesis.funnel(), call.now));
  if (!WallOf(funnel, hypothesis.wall()).has_value()) {
    return UnknownWall(funnel, hypothesis.wall());
  }
  BANSO_ASSIGN_OR_RETURN(const v1::FunnelAnalysis analysis,
                         AnalyzeFunnelBy(store, reader, funnel, {}, call));
  hypothesis.set_funnel(analysis.funnel());
  *hypothesis.mutable_wall_evidence() = EvidenceOf(analysis, hypothesis.wall());
  return absl::OkStatus();
}

// The day of the clock of a case; nothing while it has none.
std::optional<absl::CivilDay> ClockDay(const StudyCase& one, type::v1::Clock clock) {
  const auto found = one.moment().clocks.find(clock);
  if (found == one.moment().clocks.end()) return std::nullopt;
  return found->second;
}

// Compares who got over the wall: with the measure and without since it began, and since and
// before.
absl::StatusOr<v1::LookBack> CompareEffect(const Store& store, Reader& reader,
                                           const Hypothesis& hypothesis,
                                           const v1::StudyScope& scope, const Call& call) {
  BANSO_ASSIGN_OR_RETURN(const v1::Funnel funnel,
                         store.funnels.Get(reader, hypothesis.funnel(), call.now));
  BANSO_ASSIGN_OR_RETURN(
      const v1::SuccessDefinition definition,
      store.success.definitions.Get(reader, funnel.success_definition(), call.now));
  BANSO_ASSIGN_OR_RETURN(CaseReader reading, CaseReader::Open(store, reader, scope, call,
                                                              ObservationOf(funnel, definition)));
  const std::vector<v1::Measured> wall = {*WallOf(funnel, hypothesis.wall())};
  const absl::CivilDay start = calendar::ToDay(hypothesis.start_date());
  std::vector<Case> concurrent;
  std::vector<Case> before_after;
  BANSO_RETURN_IF_ERROR(reading.ForEachCase([&](StudyCase& one) -> absl::StatusOr<std::string> {
    const std::optional<absl::CivilDay> day = ClockDay(one, definition.clock());
    if (!day.has_value()) return "their clock has no day";
    Case row{.with = *day >= start,
             .stratum = reading.StratumNumber(one.stratum()),
             .values = {},
             .account = reading.account_number()};
    BANSO_ASSIGN_OR_RETURN(row.values, one.Values(wall));
    before_after.push_back(row);
    if (*day < start) return "";
    BANSO_ASSIGN_OR_RETURN(row.with, one.Holds(hypothesis.treated()));
    concurrent.push_back(std::move(row));
    return "";
  }));
  const Sureness sureness = SurenessOf(scope);
  const Compared what = ComparedOf(wall).front();
  reading.Used(hypothesis.funnel());
  v1::LookBack look_back;
  *look_back.mutable_concurrent() = Compare(concurrent, 0, what, sureness);
  *look_back.mutable_before_after() = Compare(before_after, 0, what, sureness);
  CorrectForMany({look_back.mutable_concurrent(), look_back.mutable_before_after()}, sureness);
  *look_back.mutable_basis() = reading.Basis(kComparisonMethod, kComparisonClusters);
  return look_back;
}

}  // namespace

absl::StatusOr<Hypothesis> HypothesesApi::Change(
    const Call& call, const google::protobuf::Message& request, const std::string& name,
    absl::string_view etag, absl::FunctionRef<absl::Status(Writer&, Hypothesis&)> change) {
  return storage::Mutate<Hypothesis>(database_, call, request, [&](Writer& writer) {
    return store_.hypotheses.Modify(writer, name, etag, [&](Hypothesis& hypothesis) {
      const v1::HypothesisState before = hypothesis.state();
      BANSO_RETURN_IF_ERROR(change(writer, hypothesis));
      if (hypothesis.state() != before) {
        *hypothesis.mutable_state_time() = calendar::ToTimestamp(writer.now());
      }
      return absl::OkStatus();
    });
  });
}

absl::StatusOr<Hypothesis> HypothesesApi::CreateHypothesis(
    const Call& call, const v1::CreateHypothesisRequest& request) {
  Hypothesis hypothesis = request.hypothesis();
  // Worked out before the transaction that writes: everybody waits behind that.
  BANSO_RETURN_IF_ERROR(database_.Read(
      [&](Reader& reader) { return Substantiate(store_, reader, call, hypothesis); }));
  hypothesis.set_state(v1::HYPOTHESIS_STATE_PROPOSED);
  hypothesis.clear_look_back_date();
  *hypothesis.mutable_state_time() = calendar::ToTimestamp(call.now);
  return storage::Mutate<Hypothesis>(database_, call, request, [&](Writer& writer) {
    hypothesis.set_name(
        absl::StrCat("hypotheses/", contract::IdOrNew(request.hypothesis_id(), ids_)));
    return store_.hypotheses.Create(writer, hypothesis);
  });
}

absl::StatusOr<Hypothesis> HypothesesApi::GetHypothesis(const Call&,
                                                        const v1::GetHypothesisRequest& request) {
  return storage::Fetch<Hypothesis>(
      database_, [&](Reader& reader) { return store_.hypotheses.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListHypothesesResponse> HypothesesApi::ListHypotheses(
    const Call&, const v1::ListHypothesesRequest& request) {
  storage::ListQuery query = PageOf(request);
  if (request.create_stages_size() > 0) {
    query.filters.push_back(storage::InEnums("create_stage", request.create_stages()));
  }
  if (request.states_size() > 0) {
    query.filters.push_back(storage::InEnums("state", request.states()));
  }
  if (!request.wall().empty()) query.filters.push_back(storage::Equal("wall", request.wall()));
  if (request.has_look_back_due_by()) {
    query.filters.push_back(storage::Equal("state", v1::HYPOTHESIS_STATE_TESTING));
    query.filters.push_back(
        storage::AtMost("look_back", storage::Value(calendar::ToDay(request.look_back_due_by()))));
  }
  return storage::Fetch<v1::ListHypothesesResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::ListHypothesesResponse> {
        BANSO_ASSIGN_OR_RETURN(storage::Page<Hypothesis> page,
                               store_.hypotheses.List(reader, query));
        return ToResponse<v1::ListHypothesesResponse>(
            std::move(page), &v1::ListHypothesesResponse::mutable_hypotheses);
      });
}

absl::StatusOr<Hypothesis> HypothesesApi::UpdateHypothesis(
    const Call& call, const v1::UpdateHypothesisRequest& request) {
  const Hypothesis& patch = request.hypothesis();
  if (patch.name().empty()) {
    return contract::InvalidField("hypothesis.name", "", "the name of the hypothesis", "REQUIRED");
  }
  return Change(call, request, patch.name(), patch.etag(), [&](Writer&, Hypothesis& hypothesis) {
    BANSO_RETURN_IF_ERROR(CheckOpen(hypothesis));
    const std::string before = calendar::DayText(hypothesis.look_back_date());
    BANSO_RETURN_IF_ERROR(
        contract::ApplyMask(request.update_mask(), patch, "hypothesis", &hypothesis));
    if (calendar::DayText(hypothesis.look_back_date()) == before) return absl::OkStatus();
    return CheckLookBackDate("hypothesis.look_back_date", hypothesis.look_back_date(), Today(call));
  });
}

absl::StatusOr<Hypothesis> HypothesesApi::StartHypothesis(
    const Call& call, const v1::StartHypothesisRequest& request) {
  return Change(
      call, request, request.name(), "",
      [&](Writer& writer, Hypothesis& hypothesis) -> absl::Status {
        BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog catalog,
                               ReadCatalog(store_, writer, call.now));
        BANSO_RETURN_IF_ERROR(rule::CheckCondition(request.treated(), catalog, "treated"));
        return Start(hypothesis, request.treated(), request.look_back_date(), Today(call));
      });
}

absl::StatusOr<Hypothesis> HypothesesApi::LookBackHypothesis(
    const Call& call, const v1::LookBackHypothesisRequest& request) {
  v1::LookBack look_back;
  BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(const Hypothesis hypothesis,
                           store_.hypotheses.Get(reader, request.name()));
    BANSO_ASSIGN_OR_RETURN(look_back,
                           CompareEffect(store_, reader, hypothesis, request.scope(), call));
    return absl::OkStatus();
  }));
  *look_back.mutable_time() = calendar::ToTimestamp(call.now);
  look_back.set_member(call.actor);
  look_back.set_conclusion(request.conclusion());
  look_back.set_note(request.note());
  return Change(call, request, request.name(), "", [&](Writer&, Hypothesis& hypothesis) {
    return Conclude(hypothesis, look_back,
                    request.has_next_look_back_date() ? &request.next_look_back_date() : nullptr,
                    Today(call));
  });
}

absl::StatusOr<Hypothesis> HypothesesApi::DropHypothesis(const Call& call,
                                                         const v1::DropHypothesisRequest& request) {
  return Change(call, request, request.name(), "", [&](Writer&, Hypothesis& hypothesis) {
    return Drop(hypothesis, request.reason());
  });
}

absl::StatusOr<Hypothesis> HypothesesApi::AnswerHypothesis(
    const Call& call, const v1::AnswerHypothesisRequest& request) {
  return Change(call, request, request.name(), "",
                [&](Writer& writer, Hypothesis& hypothesis) -> absl::Status {
                  v1::CustomerAnswer answer = request.answer();
                  BANSO_RETURN_IF_ERROR(store_.accounts.CheckOpen(writer, answer.account()));
                  answer.set_member(call.actor);
                  *answer.mutable_time() = calendar::ToTimestamp(call.now);
                  Answer(hypothesis, answer);
                  return absl::OkStatus();
                });
}

}  // namespace banso::health
