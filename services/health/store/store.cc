#include "services/health/store/store.h"

#include "absl/strings/str_cat.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "services/health/store/evaluations.h"
#include "services/health/store/fact_catalog.h"
#include "services/health/store/kinds.h"
#include "services/health/store/merge/join_accounts.h"

namespace banso::health {
namespace {

using storage::FactLog;
using storage::Reader;
using storage::Writer;

FactLog::Options LogOptions(absl::string_view table) {
  FactLog::Options options;
  options.table = std::string(table);
  options.zone_of = ZoneOf;
  return options;
}

}  // namespace

Store::Store()
    : facts(LogOptions("fact_change")),
      mirror(LogOptions("mirrored_fact")),
      metrics(MetricKind()),
      samples(words),
      assessments(facts, upkeep),
      success(facts),
      scoring(facts),
      surveys(facts),
      outcomes(OutcomeKind()),
      funnels(FunnelKind()),
      hypotheses(HypothesisKind()),
      forecasts(ForecastKind()),
      expected_uses(ExpectedUseKind()) {}

absl::Status Store::FollowAccount(Writer& writer, const accounts::v1::Account& account) const {
  BANSO_RETURN_IF_ERROR(accounts.Keep(writer, account));
  if (!account.merged_into().empty()) {
    BANSO_ASSIGN_OR_RETURN(const std::string kept, accounts.KeptAccount(writer, account.name()));
    BANSO_RETURN_IF_ERROR(JoinAccounts(writer, *this, account.name(), kept));
  }
  return MarkDue(writer, account.name(), "the account has changed");
}

absl::Status Store::FollowOnboarding(Writer& writer,
                                     const accounts::v1::Onboarding& onboarding) const {
  BANSO_RETURN_IF_ERROR(accounts.Keep(writer, onboarding));
  return MarkDue(writer, contract::Parent(onboarding.name()), "an onboarding has changed");
}

absl::Status Store::ForgetAccount(Writer& writer, absl::string_view name) const {
  BANSO_RETURN_IF_ERROR(
      writer.Execute("DELETE FROM evaluation WHERE account = $account", {{"account", name}})
          .status());
  return accounts.ForgetAccount(writer, name);
}

absl::Status Store::ForgetOnboarding(Writer& writer, absl::string_view name) const {
  return accounts.ForgetOnboarding(writer, name);
}

absl::Status Store::ForgetFollowed(Writer& writer) const {
  BANSO_RETURN_IF_ERROR(accounts.ForgetAll(writer));
  return MarkAllDue(writer, "accounts and onboardings are taken over again");
}

absl::Status Store::ForgetMirrored(Writer& writer, const std::vector<std::string>& prefixes) const {
  for (const std::string& prefix : prefixes) {
    BANSO_RETURN_IF_ERROR(
        writer
            .Execute("DELETE FROM mirrored_fact WHERE fact >= $from AND fact < $to",
                     {{"from", prefix}, {"to", absl::StrCat(prefix, "\x7f")}})
            .status());
  }
  return MarkAllDue(writer, "the facts of another service are taken over again");
}

absl::Status Store::MirrorFact(Writer& writer, const fact::v1::FactChange& change) const {
  BANSO_RETURN_IF_ERROR(mirror.Mirror(writer, change));
  BANSO_RETURN_IF_ERROR(KeepTypeOf(writer, change));
  return MarkDue(writer, contract::Ancestor(change.subject(), "accounts"),
                 absl::StrCat(change.fact(), " has changed"));
}

storage::SnapshotSources Store::sources() const {
  // Tokens of feeds count them.
  storage::SnapshotSources sources = {metrics.source(),
                                      assessments.rubrics.source(),
                                      assessments.assessments.source(),
                                      success.definitions.source(),
                                      success.labels.source(),
                                      scoring.models.source(),
                                      scoring.scores.source(),
                                      outcomes.source(),
                                      funnels.source(),
                                      hypotheses.source(),
                                      scoring.overrides.source(),
                                      expected_uses.source(),
                                      assessments.rating_requests.source()};
  for (const storage::SnapshotSource* source : signals.sources()) sources.push_back(source);
  sources.push_back(forecasts.source());
  for (const storage::SnapshotSource* source : upkeep.sources()) sources.push_back(source);
  for (const storage::SnapshotSource* source : stages.sources()) sources.push_back(source);
  for (const storage::SnapshotSource* source : surveys.sources()) sources.push_back(source);
  return sources;
}

absl::Status Store::CheckSchema(Reader& reader) const {
  BANSO_RETURN_IF_ERROR(accounts.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(metrics.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(upkeep.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(assessments.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(success.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(scoring.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(stages.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(signals.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(surveys.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(outcomes.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(funnels.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(hypotheses.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(forecasts.CheckSchema(reader));
  return expected_uses.CheckSchema(reader);
}

}  // namespace banso::health
