#include "services/handoff/api/inquiry.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/rule/owner_requests.h"
#include "common/status_macros.h"
#include "services/handoff/domain/facts.h"

namespace banso::handoff {

using storage::Reader;

namespace {

constexpr char kOwnService[] = "handoff";
// How long one service is waited for.
constexpr absl::Duration kPatience = absl::Seconds(2);

Call Bounded(const Call& call) {
  Call bounded = call;
  bounded.deadline = std::min(call.deadline, absl::Now() + kPatience);
  return bounded;
}

// Errors that mean that the service is away, as opposed to a question that it refuses.
bool IsAway(const absl::Status& status) {
  return status.code() == absl::StatusCode::kUnavailable ||
         status.code() == absl::StatusCode::kDeadlineExceeded ||
         status.code() == absl::StatusCode::kResourceExhausted;
}

void SetClocks(const accounts::v1::Onboarding& onboarding, rule::Moment* moment) {
  for (const accounts::v1::ClockReading& clock : onboarding.clocks()) {
    moment->clocks[clock.clock()] = calendar::ToDay(clock.date());
  }
}

void AddConditions(const v1::CriteriaSet& set,
                   std::vector<const type::v1::Condition*>* conditions) {
  if (set.has_applicability()) conditions->push_back(&set.applicability());
  for (const v1::Criterion& criterion : set.criteria()) {
    if (criterion.has_applies_when()) conditions->push_back(&criterion.applies_when());
  }
}

}  // namespace

absl::StatusOr<fact::v1::GetFactsResponse> Inquiry::Ask(const Call& call,
                                                        const std::string& service,
                                                        const fact::v1::GetFactsRequest& request) {
  if (service != kOwnService) return neighbours_.GetFacts(Bounded(call), service, request);
  return storage::Fetch<fact::v1::GetFactsResponse>(
      database_, [&](Reader& reader) { return store_.facts.Read(reader, request, call.now); });
}

absl::StatusOr<Findings> Inquiry::Find(const Call& call, absl::Span<const rule::FactRead> reads,
                                       const rule::Moment& moment) {
  Findings findings;
  for (const rule::OwnerRequest& asked : rule::RequestsByOwner(reads, moment)) {
    const std::string service = OwnerService(absl::StrCat(asked.owner, ".x"));
    if (service.empty() || findings.unavailable.count(service) > 0) continue;
    absl::StatusOr<fact::v1::GetFactsResponse> answer = Ask(call, service, asked.request);
    if (!answer.ok()) {
      // A refusal is as good as no answer: the criterion is unknown and names the service.
      findings.unavailable.insert(service);
      continue;
    }
    const size_t count =
        std::min(asked.indices.size(), static_cast<size_t>(answer->readings_size()));
    for (size_t i = 0; i < count; ++i) {
      findings.readings[rule::Key(reads[asked.indices[i]])] = answer->readings(static_cast<int>(i));
    }
  }
  return findings;
}

absl::StatusOr<rule::Moment> Inquiry::MomentFor(const Call& call, const std::string& onboarding) {
  rule::Moment moment;
  moment.as_of = call.now;
  moment.onboarding = onboarding;
  moment.account = contract::Ancestor(onboarding, "accounts");
  accounts::v1::Onboarding copy;
  BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(moment.time_zone, store_.ZoneOf(reader, onboarding));
    BANSO_ASSIGN_OR_RETURN(auto found, store_.onboarding_copies.Find(reader, onboarding));
    if (found.has_value()) copy = *std::move(found);
    return absl::OkStatus();
  }));
  accounts::v1::GetOnboardingRequest request;
  request.set_name(onboarding);
  absl::StatusOr<accounts::v1::Onboarding> fresh =
      neighbours_.GetOnboarding(Bounded(call), request);
  SetClocks(fresh.ok() ? *fresh : copy, &moment);
  return moment;
}

absl::StatusOr<v1::Readiness> Inquiry::Evaluate(const Call& call, const Case& the_case,
                                                rule::Moment* moment, Findings* findings) {
  BANSO_ASSIGN_OR_RETURN(*moment, MomentFor(call, OnboardingOf(the_case.completion.name())));
  BANSO_ASSIGN_OR_RETURN(*findings, Find(call, Reads(the_case, *moment), *moment));
  return handoff::Evaluate(the_case, *moment, *findings);
}

absl::StatusOr<Selection> Inquiry::Select(const Call& call, absl::Span<const v1::CriteriaSet> sets,
                                          const rule::Moment& moment, bool take_first) {
  rule::FactCatalog catalog;
  std::vector<const type::v1::Condition*> conditions;
  for (const v1::CriteriaSet& set : sets) {
    for (const fact::v1::FactType& type : set.fact_types()) catalog.Add(type);
    AddConditions(set, &conditions);
  }
  std::vector<rule::FactRead> reads;
  std::set<std::string> keys;
  for (const type::v1::Condition* condition : conditions) {
    for (rule::FactRead& read : rule::Reads(*condition, moment, catalog)) {
      if (keys.insert(rule::Key(read)).second) reads.push_back(std::move(read));
    }
  }
  BANSO_ASSIGN_OR_RETURN(const Findings findings, Find(call, reads, moment));
  if (!findings.unavailable.empty()) {
    return contract::Unavailable(
        absl::StrCat("the service ", *findings.unavailable.begin(),
                     ", whose facts decide which criteria apply, does not answer"),
        absl::Seconds(1));
  }
  const Decide decide = [&](const type::v1::Condition& condition) {
    return rule::Evaluate(condition, moment, catalog, findings.readings);
  };
  if (take_first && !sets.empty()) {
    Selection selection = TakeSet(sets.front(), decide);
    selection.trail.insert(
        selection.trail.begin(),
        absl::StrCat("taken: ", RevisionNameOf(sets.front()), ", as whoever started it said"));
    return selection;
  }
  return SelectSet(sets, decide);
}

absl::StatusOr<rule::FactCatalog> Inquiry::Catalog(
    const Call& call, const std::set<std::string>& facts,
    const google::protobuf::RepeatedPtrField<fact::v1::FactType>& additional) {
  rule::FactCatalog catalog(handoff::FactTypes());
  for (const fact::v1::FactType& type : additional) {
    if (catalog.Find(type.name()) == nullptr) catalog.Add(type);
  }
  std::set<std::string> services;
  for (const std::string& fact : facts) {
    if (catalog.Find(fact) == nullptr) services.insert(OwnerService(fact));
  }
  for (const std::string& service : services) {
    if (service.empty() || service == kOwnService) continue;
    absl::StatusOr<std::vector<fact::v1::FactType>> types =
        neighbours_.FactTypes(Bounded(call), service);
    if (!types.ok() && IsAway(types.status())) {
      return contract::Unavailable(
          absl::StrCat("the service ", service,
                       ", whose facts the conditions read, does not answer"),
          absl::Seconds(1));
    }
    if (!types.ok()) return types.status();
    for (fact::v1::FactType& type : *types) {
      if (catalog.Find(type.name()) == nullptr) catalog.Add(std::move(type));
    }
  }
  return catalog;
}

}  // namespace banso::handoff
