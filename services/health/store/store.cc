#include "services/health/store/store.h"

#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "common/rule/value.h"
#include "common/status_macros.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "services/health/domain/fact_types.h"
#include "services/health/domain/score.h"
#include "services/health/domain/scoring/score_told.h"
#include "services/health/domain/stages/stage_model.h"
#include "services/health/domain/success/success.h"
#include "services/health/domain/surveys/survey_facts.h"
#include "services/health/store/evaluations.h"
#include "services/health/store/kinds.h"
#include "services/health/store/merge/join_accounts.h"
#include "services/health/store/score_told.h"

namespace banso::health {
namespace {

using storage::FactLog;
using storage::Reader;
using storage::Row;
using storage::Writer;

constexpr int kMaxSimilarNames = 1000;
// So many accounts in a row that were merged into each other.
constexpr int kMaxMerges = 1000;
constexpr absl::string_view kRevisionsPart = "/revisions/";

fact::v1::SubjectKind SubjectKindOf(absl::string_view subject) {
  if (absl::StrContains(subject, "/onboardings/")) return fact::v1::SUBJECT_KIND_ONBOARDING;
  if (absl::StrContains(subject, "/sites/")) return fact::v1::SUBJECT_KIND_SITE;
  if (absl::StrContains(subject, "/stakeholders/")) return fact::v1::SUBJECT_KIND_STAKEHOLDER;
  return fact::v1::SUBJECT_KIND_ACCOUNT;
}

// What was mirrored may be asked for, also when nobody has brought its type along: then the type is
// what the value shows.
absl::Status KnowFact(Writer& writer, const fact::v1::FactChange& change) {
  if (!change.has_value()) return absl::OkStatus();
  fact::v1::FactType type;
  type.set_name(change.fact());
  type.set_value_type(rule::TypeOf(change.value()));
  type.set_subject(SubjectKindOf(change.subject()));
  return writer
      .Execute(
          "INSERT INTO known_fact_type (name, data) VALUES ($name, $data) "
          "ON CONFLICT (name) DO NOTHING",
          {{"name", type.name()}, {"data", storage::Bytes{type.SerializeAsString()}}})
      .status();
}

absl::Status UnreadableAccount() { return absl::DataLossError("a stored account cannot be read"); }

// Reads what a brief says besides the name out of a stored account, past all the rest of it; the
// zone's name is kept in `zone`.
bool ParseBrief(absl::string_view data, std::string& zone, AccountBrief& brief) {
  using accounts::v1::Account;
  using google::protobuf::internal::WireFormatLite;
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(data.data()),
                                            static_cast<int>(data.size()));
  zone.clear();
  while (const uint32_t tag = in.ReadTag()) {
    const int field = WireFormatLite::GetTagFieldNumber(tag);
    if (field == Account::kTimeZoneFieldNumber) {
      if (!WireFormatLite::ReadString(&in, &zone)) return false;
      continue;
    }
    if (field == Account::kArchiveTimeFieldNumber) brief.archived = true;
    if (field == Account::kMergedIntoFieldNumber) brief.merged = true;
    if (!WireFormatLite::SkipField(&in, tag)) return false;
  }
  brief.zone = zone.empty() ? absl::string_view(calendar::kDefaultZone) : absl::string_view(zone);
  return in.ConsumedEntireMessage();
}

absl::StatusOr<std::optional<KnownAccount>> FindHeader(Reader& reader, absl::string_view name) {
  std::optional<KnownAccount> known;
  const auto take = [&](const Row& row) {
    AccountBrief brief;
    std::string zone;
    if (!ParseBrief(row.Blob(0), zone, brief)) return UnreadableAccount();
    known = KnownAccount{.zone = std::string(brief.zone), .merged = brief.merged};
    return absl::OkStatus();
  };
  BANSO_RETURN_IF_ERROR(
      reader.QueryOne("SELECT data FROM account_header WHERE name = $name", {{"name", name}}, take)
          .status());
  return known;
}

std::string HeaderZone(Reader& reader, absl::string_view name) {
  const auto account = FindHeader(reader, contract::Ancestor(name, "accounts"));
  return account.ok() && account->has_value() ? (*account)->zone : calendar::kDefaultZone;
}

FactLog::Options LogOptions(absl::string_view table) {
  FactLog::Options options;
  options.table = std::string(table);
  options.zone_of = HeaderZone;
  return options;
}

fact::v1::FactChange MakeChange(absl::string_view subject, std::string fact,
                                std::optional<type::v1::Value> value, absl::Time occurred,
                                absl::string_view source) {
  fact::v1::FactChange change;
  change.set_subject(std::string(subject));
  change.set_fact(std::move(fact));
  if (value.has_value()) *change.mutable_value() = *std::move(value);
  *change.mutable_occurred_time() = calendar::ToTimestamp(occurred);
  change.set_source(std::string(source));
  return change;
}

std::optional<type::v1::Value> FactOf(const v1::SuccessLabel& label) {
  if (label.state() == v1::SUCCESS_STATE_MET) return rule::FlagValue(true);
  if (label.state() == v1::SUCCESS_STATE_MISSED) return rule::FlagValue(false);
  return std::nullopt;
}

// Applies `on_item` to every resource, in force or as saved last.
template <typename T, typename F>
absl::Status ForEachSaved(Reader& reader, const storage::RevisionedCollection<T>& collection,
                          absl::Time now, F on_item) {
  storage::ListQuery query;
  query.page_size = query.max_page_size;
  do {
    BANSO_ASSIGN_OR_RETURN(storage::Page<T> page, collection.List(reader, query, now));
    for (const T& item : page.items) on_item(item);
    query.page_token = page.next_page_token;
  } while (!query.page_token.empty());
  return absl::OkStatus();
}

}  // namespace

Store::Store()
    : metrics(MetricKind()),
      rubrics(RubricKind()),
      assessments(AssessmentKind()),
      rating_requests(RatingRequestKind()),
      definitions(SuccessDefinitionKind()),
      labels(SuccessLabelKind()),
      models(ScoreModelKind()),
      scores(ScoreKind()),
      outcomes(OutcomeKind()),
      funnels(FunnelKind()),
      hypotheses(HypothesisKind()),
      overrides(ScoreOverrideKind()),
      accounts(AccountHeaderKind()),
      onboardings(OnboardingHeaderKind()),
      facts(LogOptions("fact_change")),
      mirror(LogOptions("mirrored_fact")),
      samples(words),
      forecasts(ForecastKind()),
      surveys(facts),
      expected_uses(ExpectedUseKind()) {}

absl::Status Store::FollowAccount(Writer& writer, const accounts::v1::Account& account) const {
  accounts::v1::Account header;
  header.set_name(account.name());
  header.set_display_name(account.display_name());
  *header.mutable_external_ids() = account.external_ids();
  *header.mutable_owners() = account.owners();
  header.set_accountable_owner(account.accountable_owner());
  header.set_lifecycle_stage(account.lifecycle_stage());
  if (account.has_recurring_revenue()) {
    *header.mutable_recurring_revenue() = account.recurring_revenue();
  }
  header.mutable_classification()->set_segment(account.classification().segment());
  header.mutable_classification()->set_touch(account.classification().touch());
  header.set_time_zone(account.time_zone());
  if (account.has_archive_time()) *header.mutable_archive_time() = account.archive_time();
  header.set_merged_into(account.merged_into());
  BANSO_RETURN_IF_ERROR(accounts.Put(writer, std::move(header)).status());
  if (!account.merged_into().empty()) {
    BANSO_ASSIGN_OR_RETURN(const std::string kept, KeptAccount(writer, account.name()));
    BANSO_RETURN_IF_ERROR(JoinAccounts(writer, *this, account.name(), kept));
  }
  BANSO_RETURN_IF_ERROR(writer
                            .Execute("DELETE FROM external_account WHERE account = $account",
                                     {{"account", account.name()}})
                            .status());
  for (const accounts::v1::ExternalId& id : account.external_ids()) {
    BANSO_RETURN_IF_ERROR(
        writer
            .Execute("INSERT INTO external_account (system, id, account) VALUES ($system, $id, "
                     "$account) ON CONFLICT (system, id) DO UPDATE SET account = excluded.account",
                     {{"system", id.system()}, {"id", id.id()}, {"account", account.name()}})
            .status());
  }
  return MarkDue(writer, account.name(), "the account has changed");
}

absl::Status Store::FollowOnboarding(Writer& writer,
                                     const accounts::v1::Onboarding& onboarding) const {
  accounts::v1::Onboarding header = onboarding;
  header.clear_ball();
  header.clear_ball_history();
  // Changes with what is left out here; so does the time of the update, by which is known what the
  // onboarding was at an earlier time.
  header.clear_etag();
  BANSO_RETURN_IF_ERROR(onboardings.Put(writer, std::move(header)).status());
  return MarkDue(writer, contract::Parent(onboarding.name()), "an onboarding has changed");
}

absl::Status Store::ForgetAccount(Writer& writer, absl::string_view name) const {
  for (const char* sql : {"DELETE FROM external_account WHERE account = $account",
                          "DELETE FROM evaluation WHERE account = $account"}) {
    BANSO_RETURN_IF_ERROR(writer.Execute(sql, {{"account", name}}).status());
  }
  BANSO_ASSIGN_OR_RETURN(const bool exists, accounts.Exists(writer, name));
  return exists ? accounts.Delete(writer, name) : absl::OkStatus();
}

absl::Status Store::ForgetOnboarding(Writer& writer, absl::string_view name) const {
  BANSO_ASSIGN_OR_RETURN(const bool exists, onboardings.Exists(writer, name));
  return exists ? onboardings.Delete(writer, name) : absl::OkStatus();
}

absl::Status Store::ForgetFollowed(Writer& writer) const {
  for (const char* sql : {"DELETE FROM external_account", "DELETE FROM account_header",
                          "DELETE FROM onboarding_header"}) {
    BANSO_RETURN_IF_ERROR(writer.Execute(sql, {}).status());
  }
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
  BANSO_RETURN_IF_ERROR(KnowFact(writer, change));
  return MarkDue(writer, contract::Ancestor(change.subject(), "accounts"),
                 absl::StrCat(change.fact(), " has changed"));
}

absl::Status Store::ForEachHeader(
    Reader& reader, absl::FunctionRef<absl::Status(const AccountBrief&)> on_account) const {
  std::string zone;
  return reader.Query("SELECT name, data FROM account_header", {}, [&](const Row& row) {
    AccountBrief brief{.name = row.Text(0), .zone = ""};
    if (!ParseBrief(row.Blob(1), zone, brief)) return UnreadableAccount();
    return on_account(brief);
  });
}

std::string Store::ZoneOf(Reader& reader, absl::string_view name) const {
  return HeaderZone(reader, name);
}

absl::StatusOr<std::optional<KnownAccount>> Store::FindAccount(Reader& reader,
                                                               absl::string_view name) const {
  return FindHeader(reader, name);
}

absl::StatusOr<std::string> Store::KeptAccount(Reader& reader, const std::string& account) const {
  std::string kept = account;
  for (int step = 0; step < kMaxMerges; ++step) {
    BANSO_ASSIGN_OR_RETURN(const std::optional<accounts::v1::Account> header,
                           accounts.Find(reader, kept));
    if (!header.has_value() || header->merged_into().empty()) return kept;
    kept = header->merged_into();
  }
  return contract::Internal(absl::StrCat(account, " is merged in a circle"));
}

absl::StatusOr<std::string> Store::KeptName(Reader& reader, const std::string& name) const {
  const std::string account = contract::Ancestor(name, "accounts");
  BANSO_ASSIGN_OR_RETURN(const std::string kept, KeptAccount(reader, account));
  return absl::StrCat(kept, absl::StripPrefix(name, account));
}

absl::Status Store::CheckOpen(Reader& reader, const std::string& account) const {
  BANSO_ASSIGN_OR_RETURN(const bool known, accounts.Exists(reader, account));
  return known ? CheckNotMerged(reader, account) : contract::NotFound(account);
}

absl::Status Store::CheckNotMerged(Reader& reader, const std::string& name) const {
  const std::string account = contract::Ancestor(name, "accounts");
  BANSO_ASSIGN_OR_RETURN(const std::string kept, KeptAccount(reader, account));
  if (kept == account) return absl::OkStatus();
  return contract::FailedPrecondition("ACCOUNT_MERGED", account,
                                      absl::StrCat("it was merged into ", kept),
                                      absl::StrCat("Name ", kept));
}

absl::StatusOr<std::optional<std::string>> Store::FindByExternalId(Reader& reader,
                                                                   absl::string_view system,
                                                                   absl::string_view id) const {
  std::optional<std::string> account;
  BANSO_RETURN_IF_ERROR(
      reader
          .QueryOne("SELECT account FROM external_account WHERE system = $system AND id = $id",
                    {{"system", system}, {"id", id}},
                    [&](const Row& row) {
                      account = std::string(row.Text(0));
                      return absl::OkStatus();
                    })
          .status());
  return account;
}

absl::StatusOr<std::vector<std::string>> Store::NamesLike(Reader& reader,
                                                          absl::string_view name) const {
  const std::string id = contract::LastId(name);
  const std::string prefix = absl::StrCat("accounts/", id.substr(0, 1));
  std::vector<std::string> names;
  BANSO_RETURN_IF_ERROR(reader.Query(
      "SELECT name FROM account_header WHERE name >= $from AND name < $to ORDER BY name "
      "LIMIT $limit",
      {{"from", prefix}, {"to", absl::StrCat(prefix, "\x7f")}, {"limit", kMaxSimilarNames}},
      [&](const Row& row) {
        names.emplace_back(row.Text(0));
        return absl::OkStatus();
      }));
  return names;
}

absl::StatusOr<std::vector<accounts::v1::Onboarding>> Store::OnboardingsOf(
    Reader& reader, absl::string_view account) const {
  return onboardings.All(reader, "", {storage::Equal("account", account)});
}

absl::StatusOr<std::vector<fact::v1::FactType>> Store::OwnFactTypes(Reader& reader,
                                                                    absl::Time now) const {
  rule::FactCatalog catalog;
  BANSO_RETURN_IF_ERROR(metrics.ForEach(reader, "", {}, [&](v1::Metric& metric) {
    catalog.Add(TypeOf(metric));
    if (metric.kind() == v1::METRIC_KIND_COUNTER) catalog.Add(ShareOfExpectedType(metric));
    return absl::OkStatus();
  }));
  BANSO_RETURN_IF_ERROR(ForEachSaved(reader, rubrics, now, [&](const v1::Rubric& rubric) {
    for (const v1::RubricItem& item : rubric.items()) catalog.Add(TypeOf(item));
  }));
  BANSO_RETURN_IF_ERROR(ForEachSaved(
      reader, definitions, now,
      [&](const v1::SuccessDefinition& definition) { catalog.Add(TypeOf(definition)); }));
  BANSO_RETURN_IF_ERROR(ForEachSaved(reader, models, now, [&](const v1::ScoreModel& model) {
    for (fact::v1::FactType& type : TypesOf(model)) catalog.Add(std::move(type));
  }));
  BANSO_RETURN_IF_ERROR(ForEachSaved(reader, stages.models, now, [&](const v1::StageModel& model) {
    for (fact::v1::FactType& type : TypesOf(model)) catalog.Add(std::move(type));
  }));
  BANSO_RETURN_IF_ERROR(ForEachSaved(reader, surveys.surveys, now, [&](const v1::Survey& survey) {
    for (fact::v1::FactType& type : TypesOf(survey)) catalog.Add(std::move(type));
  }));
  std::vector<fact::v1::FactType> types;
  for (const fact::v1::FactType* type : catalog.List()) types.push_back(*type);
  return types;
}

absl::StatusOr<rule::FactCatalog> Store::Catalog(Reader& reader, absl::Time now) const {
  BANSO_ASSIGN_OR_RETURN(std::vector<fact::v1::FactType> own, OwnFactTypes(reader, now));
  rule::FactCatalog catalog(std::move(own));
  BANSO_RETURN_IF_ERROR(
      reader.Query("SELECT data FROM known_fact_type ORDER BY name", {}, [&](const Row& row) {
        fact::v1::FactType type;
        const absl::string_view data = row.Blob(0);
        if (!type.ParseFromArray(data.data(), static_cast<int>(data.size()))) {
          return absl::DataLossError("a stored fact type cannot be read");
        }
        catalog.Add(std::move(type));
        return absl::OkStatus();
      }));
  return catalog;
}

absl::Status Store::KeepFactTypes(Writer& writer,
                                  const std::vector<fact::v1::FactType>& types) const {
  for (const fact::v1::FactType& type : types) {
    if (IsOwnFact(type.name())) continue;
    BANSO_RETURN_IF_ERROR(
        writer
            .Execute("INSERT INTO known_fact_type (name, data) VALUES ($name, $data) "
                     "ON CONFLICT (name) DO UPDATE SET data = excluded.data",
                     {{"name", type.name()}, {"data", storage::Bytes{type.SerializeAsString()}}})
            .status());
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Store::SaveScore(Writer& writer, v1::Score score, absl::TimeZone zone) const {
  BANSO_ASSIGN_OR_RETURN(const std::optional<v1::Score> stored, scores.Find(writer, score.name()));
  const absl::Time as_of = calendar::ToTime(score.as_of());
  score.clear_stale_because();
  *score.mutable_band_since() = score.as_of();
  if (stored.has_value()) {
    if (stored->band() == score.band()) *score.mutable_band_since() = stored->band_since();
    const bool same_day =
        calendar::DayOf(calendar::ToTime(stored->as_of()), zone) == calendar::DayOf(as_of, zone);
    if (same_day && SameNumbers(*stored, score)) return false;
  } else if (score.state() == v1::SCORE_STATE_NOT_APPLICABLE) {
    return false;
  }
  const std::string account = contract::Parent(score.name());
  std::optional<type::v1::Value> value;
  std::optional<type::v1::Value> band;
  if (score.has_value()) value = rule::NumberValue(score.value());
  if (!score.band().empty()) band = rule::TextValue(score.band());
  BANSO_RETURN_IF_ERROR(facts.Record(
      writer, MakeChange(account, ScoreFact(score.name()), value, as_of, score.score_model())));
  BANSO_RETURN_IF_ERROR(facts.Record(
      writer, MakeChange(account, ScoreBandFact(score.name()), band, as_of, score.score_model())));
  if (!stored.has_value() || !SameNumbers(*stored, score)) {
    BANSO_RETURN_IF_ERROR(KeepTold(writer, score.name(), as_of, PackTold(score)));
  }
  const bool changed = !stored.has_value() || stored->has_value() != score.has_value() ||
                       stored->value() != score.value() || stored->band() != score.band();
  BANSO_RETURN_IF_ERROR(scores.Put(writer, std::move(score)).status());
  return changed;
}

absl::StatusOr<std::vector<v1::ScoreOverride>> Store::OverridesOf(Reader& reader,
                                                                  absl::string_view account) const {
  return overrides.All(reader, "", {storage::Equal("account", account)});
}

absl::StatusOr<std::vector<v1::ScoreMoment>> Store::HistoryOf(Reader& reader,
                                                              absl::string_view score) const {
  const std::string account = contract::Parent(score);
  BANSO_ASSIGN_OR_RETURN(const std::vector<fact::v1::FactChange> values,
                         facts.Changes(reader, account, ScoreFact(score)));
  BANSO_ASSIGN_OR_RETURN(const std::vector<fact::v1::FactChange> bands,
                         facts.Changes(reader, account, ScoreBandFact(score)));
  // Both by the time that they occurred; what did not change goes on.
  std::map<absl::Time, v1::ScoreMoment> moments;
  for (const fact::v1::FactChange& change : values) {
    v1::ScoreMoment& moment = moments[calendar::ToTime(change.occurred_time())];
    if (change.has_value()) moment.set_value(change.value().number());
    moment.set_score_model(change.source());
  }
  for (const fact::v1::FactChange& change : bands) {
    const absl::Time time = calendar::ToTime(change.occurred_time());
    const auto [at, added] = moments.try_emplace(time);
    if (added && at != moments.begin()) at->second = std::prev(at)->second;
    at->second.set_score_model(change.source());
  }
  std::vector<v1::ScoreMoment> history;
  auto band = bands.begin();
  std::string present;
  for (auto& [time, moment] : moments) {
    while (band != bands.end() && calendar::ToTime(band->occurred_time()) <= time) {
      present = band++->value().text();
    }
    moment.set_band(present);
    *moment.mutable_time() = calendar::ToTimestamp(time);
    history.push_back(std::move(moment));
  }
  return history;
}

absl::StatusOr<bool> Store::SaveLabel(Writer& writer, v1::SuccessLabel label) const {
  const std::string name = label.name();
  label.set_name(StoredLabelName(name, label.success_definition()));
  BANSO_ASSIGN_OR_RETURN(const std::optional<v1::SuccessLabel> stored,
                         labels.Find(writer, label.name()));
  *label.mutable_state_time() = label.as_of();
  if (stored.has_value()) {
    if (SameDecision(*stored, label)) return false;
    if (stored->state() == label.state()) *label.mutable_state_time() = stored->state_time();
  }
  const std::string onboarding = contract::Ancestor(name, "onboardings");
  BANSO_RETURN_IF_ERROR(facts.Record(
      writer, MakeChange(onboarding, SuccessFact(name), FactOf(label),
                         calendar::ToTime(label.as_of()), label.success_definition())));
  BANSO_RETURN_IF_ERROR(labels.Put(writer, std::move(label)).status());
  return true;
}

absl::StatusOr<v1::Assessment> Store::SaveAssessment(Writer& writer,
                                                     v1::Assessment assessment) const {
  const std::string account = contract::Parent(assessment.name());
  BANSO_ASSIGN_OR_RETURN(
      const std::vector<v1::RatingRequest> asked,
      OpenRatingRequests(writer, account, assessment.item(), assessment.rater()));
  if (!asked.empty()) return SaveSecondRating(writer, asked.front(), std::move(assessment));
  BANSO_ASSIGN_OR_RETURN(assessment, assessments.Create(writer, std::move(assessment)));
  BANSO_RETURN_IF_ERROR(upkeep.CompleteTasks(writer, assessment));
  const absl::Time assessed = calendar::ToTime(assessment.assess_time());
  BANSO_RETURN_IF_ERROR(facts.RecordEvent(
      writer, MakeChange(account, AssessmentFact(assessment.item()),
                         rule::NumberValue(assessment.rating()), assessed, assessment.name())));
  if (assessment.has_expire_time()) {
    BANSO_RETURN_IF_ERROR(
        writer
            .Execute(
                "INSERT INTO assessment_expiry (assessment, expire_time) VALUES ($name, $time)",
                {{"name", assessment.name()},
                 {"time", storage::Value(calendar::ToTime(assessment.expire_time()))}})
            .status());
  }
  BANSO_RETURN_IF_ERROR(MarkDue(writer, account, "a judgement was recorded"));
  return assessment;
}

absl::StatusOr<v1::Assessment> Store::SaveSecondRating(Writer& writer, v1::RatingRequest request,
                                                       v1::Assessment assessment) const {
  assessment.set_rating_request(request.name());
  BANSO_ASSIGN_OR_RETURN(assessment, assessments.Create(writer, std::move(assessment)));
  request.set_state(v1::RATING_REQUEST_STATE_ANSWERED);
  request.set_second_assessment(assessment.name());
  request.set_second_rating(assessment.rating());
  BANSO_RETURN_IF_ERROR(rating_requests.Update(writer, std::move(request)).status());
  return assessment;
}

absl::StatusOr<std::optional<v1::Assessment>> Store::JudgementInForce(Reader& reader,
                                                                      absl::string_view account,
                                                                      absl::string_view item,
                                                                      absl::Time now) const {
  std::optional<v1::Assessment> latest;
  BANSO_RETURN_IF_ERROR(assessments.ForEach(
      reader, account, {storage::Equal("item", item)}, [&](v1::Assessment& judged) {
        if (!judged.rating_request().empty()) return absl::OkStatus();
        if (!latest.has_value() ||
            calendar::ToTime(latest->assess_time()) <= calendar::ToTime(judged.assess_time())) {
          latest = std::move(judged);
        }
        return absl::OkStatus();
      }));
  const bool expired = latest.has_value() && latest->has_expire_time() &&
                       calendar::ToTime(latest->expire_time()) <= now;
  if (expired) latest.reset();
  return latest;
}

absl::StatusOr<std::vector<v1::RatingRequest>> Store::OpenRatingRequests(
    Reader& reader, absl::string_view account, absl::string_view item,
    absl::string_view rater) const {
  std::vector<storage::Filter> filters = {storage::Equal("state", v1::RATING_REQUEST_STATE_OPEN)};
  if (!item.empty()) filters.push_back(storage::Equal("item", item));
  if (!rater.empty()) filters.push_back(storage::Equal("rater", rater));
  return rating_requests.All(reader, account, filters);
}

absl::StatusOr<bool> Store::HasExpiredAssessments(Reader& reader, absl::Time now) const {
  return reader.QueryOne("SELECT 1 FROM assessment_expiry WHERE expire_time <= $now LIMIT 1",
                         {{"now", storage::Value(now)}},
                         [](const Row&) { return absl::OkStatus(); });
}

absl::Status Store::ExpireAssessments(Writer& writer, int limit) const {
  std::vector<std::string> expired;
  BANSO_RETURN_IF_ERROR(
      writer.Query("SELECT assessment FROM assessment_expiry WHERE expire_time <= $now "
                   "ORDER BY expire_time, assessment LIMIT $limit",
                   {{"now", storage::Value(writer.now())}, {"limit", limit}}, [&](const Row& row) {
                     expired.emplace_back(row.Text(0));
                     return absl::OkStatus();
                   }));
  for (const std::string& name : expired) {
    BANSO_RETURN_IF_ERROR(Expire(writer, name));
    BANSO_RETURN_IF_ERROR(
        writer.Execute("DELETE FROM assessment_expiry WHERE assessment = $name", {{"name", name}})
            .status());
  }
  return absl::OkStatus();
}

absl::Status Store::Expire(Writer& writer, const std::string& name) const {
  BANSO_ASSIGN_OR_RETURN(const v1::Assessment assessment, assessments.Get(writer, name));
  const std::string account = contract::Parent(name);
  const absl::Time expired = calendar::ToTime(assessment.expire_time());
  bool judged_since = false;
  BANSO_RETURN_IF_ERROR(assessments.ForEach(
      writer, account,
      {storage::Equal("item", assessment.item()),
       storage::Greater("assess_time", calendar::ToTime(assessment.assess_time())),
       storage::AtMost("assess_time", expired)},
      [&](const v1::Assessment& later) {
        judged_since |= later.rating_request().empty();
        return absl::OkStatus();
      }));
  if (judged_since) return absl::OkStatus();
  BANSO_RETURN_IF_ERROR(facts.Record(
      writer, MakeChange(account, AssessmentFact(assessment.item()), std::nullopt, expired, name)));
  return MarkDue(writer, account, "a judgement has expired");
}

storage::SnapshotSources Store::sources() const {
  storage::SnapshotSources sources = {
      metrics.source(),        rubrics.source(),    assessments.source(), definitions.source(),
      labels.source(),         models.source(),     scores.source(),      outcomes.source(),
      funnels.source(),        hypotheses.source(), overrides.source(),   expected_uses.source(),
      rating_requests.source()};
  for (const storage::SnapshotSource* source : signals.sources()) sources.push_back(source);
  sources.push_back(forecasts.source());
  for (const storage::SnapshotSource* source : upkeep.sources()) sources.push_back(source);
  for (const storage::SnapshotSource* source : stages.sources()) sources.push_back(source);
  for (const storage::SnapshotSource* source : surveys.sources()) sources.push_back(source);
  return sources;
}

absl::Status Store::CheckSchema(Reader& reader) const {
  BANSO_RETURN_IF_ERROR(metrics.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(rubrics.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(assessments.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(rating_requests.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(definitions.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(labels.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(models.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(scores.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(outcomes.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(signals.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(funnels.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(forecasts.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(upkeep.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(hypotheses.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(stages.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(overrides.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(surveys.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(expected_uses.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(accounts.CheckSchema(reader));
  return onboardings.CheckSchema(reader);
}

std::string ZoneNameOf(const accounts::v1::Account& account) {
  return account.time_zone().empty() ? calendar::kDefaultZone : account.time_zone();
}

std::string StoredLabelName(absl::string_view label_name, absl::string_view definition_revision) {
  const auto split = contract::SplitRevision(definition_revision);
  const int64_t number = split.has_value() ? split->revision.value_or(0) : 0;
  return absl::StrCat(label_name, kRevisionsPart, number);
}

std::string LabelName(absl::string_view stored_name) {
  const size_t at = stored_name.find(kRevisionsPart);
  return std::string(at == absl::string_view::npos ? stored_name : stored_name.substr(0, at));
}

}  // namespace banso::health
