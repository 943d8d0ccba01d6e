#include "services/health/store/surveys/survey_store.h"

#include <utility>

#include "common/calendar/proto_time.h"
#include "common/contract/field_rules.h"
#include "common/contract/resource_name.h"
#include "common/rule/value.h"
#include "common/status_macros.h"
#include "services/health/domain/surveys/survey_facts.h"
#include "services/health/store/fact_change.h"

namespace banso::health {
namespace {

using storage::Reader;
using storage::Row;
using storage::Value;
using storage::Writer;
using v1::SurveyInvitation;

std::string SurveyOf(const SurveyInvitation& invitation) {
  const auto split = contract::SplitRevision(invitation.survey());
  return split.has_value() ? split->name : invitation.survey();
}

storage::Kind<SurveyInvitation> InvitationKind() {
  return {.table = "survey_invitation",
          .pattern = "accounts/{account}/surveyInvitations/{survey_invitation}",
          .columns = {
              {"survey", [](const SurveyInvitation& one) { return Value(SurveyOf(one)); }},
              {"round", [](const SurveyInvitation& one) { return Value(one.round()); }},
              {"respondent", [](const SurveyInvitation& one) { return Value(one.respondent()); }},
              {"ask_time",
               [](const SurveyInvitation& one) { return Value(calendar::ToTime(one.ask_time())); }},
              {"due_time",
               [](const SurveyInvitation& one) { return Value(calendar::ToTime(one.due_time())); }},
              {"answer_time",
               [](const SurveyInvitation& one) {
                 return one.has_answer_time() ? Value(calendar::ToTime(one.answer_time()))
                                              : Value();
               }},
              {"late",
               [](const SurveyInvitation& one) {
                 return Value(one.has_answer_time() && calendar::ToTime(one.answer_time()) >=
                                                           calendar::ToTime(one.due_time()));
               }},
          }};
}

}  // namespace

SurveyStore::SurveyStore(const storage::FactLog& facts)
    : surveys(storage::RevisionedKind{.table = "survey", .pattern = "surveys/{survey}"}),
      invitations(InvitationKind()),
      facts_(facts) {}

absl::StatusOr<std::vector<SurveyInvitation>> SurveyStore::InvitationsOf(
    Reader& reader, absl::string_view survey, absl::string_view respondent) const {
  return invitations.All(
      reader, "", {storage::Equal("respondent", respondent), storage::Equal("survey", survey)});
}

absl::StatusOr<std::optional<absl::Time>> SurveyStore::LastAsked(Reader& reader,
                                                                 absl::string_view account,
                                                                 absl::string_view survey) const {
  storage::ListQuery query;
  query.parent = std::string(account);
  query.filters = {storage::Equal("survey", survey)};
  query.order_by = "ask_time desc";
  query.page_size = 1;
  BANSO_ASSIGN_OR_RETURN(const storage::Page<SurveyInvitation> last,
                         invitations.List(reader, query));
  if (last.items.empty()) return std::optional<absl::Time>();
  return std::optional<absl::Time>(calendar::ToTime(last.items.front().ask_time()));
}

absl::StatusOr<SurveyInvitation> SurveyStore::Ask(Writer& writer,
                                                  SurveyInvitation invitation) const {
  BANSO_ASSIGN_OR_RETURN(invitation, invitations.Create(writer, std::move(invitation)));
  BANSO_RETURN_IF_ERROR(KeepEnd(writer, invitation, calendar::ToTime(invitation.due_time())));
  return invitation;
}

absl::StatusOr<SurveyInvitation> SurveyStore::Answer(Writer& writer,
                                                     SurveyInvitation invitation) const {
  BANSO_ASSIGN_OR_RETURN(invitation, invitations.Update(writer, std::move(invitation)));
  const absl::Time answered = calendar::ToTime(invitation.answer_time());
  const absl::Time due = calendar::ToTime(invitation.due_time());
  BANSO_ASSIGN_OR_RETURN(const bool was_open, HasEnd(writer, invitation.name()));
  // A silence that was noted before the answer came in, and that the answer turns out to precede.
  const bool silence_was_wrong = !was_open && answered < due;
  const auto record = [&](const std::string& question,
                          const type::v1::Value& value) -> absl::Status {
    BANSO_RETURN_IF_ERROR(RecordWord(writer, invitation, question, value, answered, true));
    if (!silence_was_wrong) return absl::OkStatus();
    return RecordWord(writer, invitation, question, value, due, false);
  };
  for (const v1::SurveyAnswer& answer : invitation.answers()) {
    BANSO_RETURN_IF_ERROR(record(answer.question(), rule::NumberValue(answer.rating())));
  }
  BANSO_RETURN_IF_ERROR(record(kAnsweredKey, rule::FlagValue(true)));
  BANSO_RETURN_IF_ERROR(DropEnd(writer, invitation));
  if (invitation.has_expire_time()) {
    BANSO_RETURN_IF_ERROR(KeepEnd(writer, invitation, calendar::ToTime(invitation.expire_time())));
  }
  return invitation;
}

absl::StatusOr<std::vector<std::string>> SurveyStore::Ended(Reader& reader, absl::Time now,
                                                            int limit) const {
  std::vector<std::string> names;
  BANSO_RETURN_IF_ERROR(
      reader.Query("SELECT invitation FROM survey_end WHERE end_time <= $now "
                   "ORDER BY end_time, invitation LIMIT $limit",
                   {{"now", Value(now)}, {"limit", limit}}, [&](const Row& row) {
                     names.emplace_back(row.Text(0));
                     return absl::OkStatus();
                   }));
  return names;
}

absl::Status SurveyStore::End(Writer& writer, const SurveyInvitation& invitation,
                              const v1::Survey& asked) const {
  BANSO_RETURN_IF_ERROR(DropEnd(writer, invitation));
  const bool silent = !invitation.has_answer_time();
  const absl::Time since =
      calendar::ToTime(silent ? invitation.ask_time() : invitation.answer_time());
  const absl::Time end =
      calendar::ToTime(silent ? invitation.due_time() : invitation.expire_time());
  BANSO_ASSIGN_OR_RETURN(const std::vector<SurveyInvitation> all,
                         InvitationsOf(writer, SurveyOf(invitation), invitation.respondent()));
  for (const SurveyInvitation& other : all) {
    if (other.name() == invitation.name() || !other.has_answer_time()) continue;
    const absl::Time answered = calendar::ToTime(other.answer_time());
    if (answered >= since && answered <= end) return absl::OkStatus();
  }
  for (const v1::SurveyQuestion& question : asked.questions()) {
    BANSO_RETURN_IF_ERROR(RecordWord(writer, invitation, question.key(), std::nullopt, end, false));
  }
  if (!silent) return absl::OkStatus();
  return RecordWord(writer, invitation, kAnsweredKey, rule::FlagValue(false), end, false);
}

absl::Status SurveyStore::RecordWord(Writer& writer, const SurveyInvitation& invitation,
                                     const std::string& question,
                                     const std::optional<type::v1::Value>& value,
                                     absl::Time occurred, bool is_event) const {
  for (const std::string& fact : {SurveyFact(invitation.survey(), question),
                                  SurveyFact(invitation.survey(), question, invitation.layer())}) {
    if (fact.empty()) continue;
    fact::v1::FactChange change = MakeChange(contract::Ancestor(invitation.name(), "accounts"),
                                             fact, value, occurred, invitation.name());
    change.set_object(contract::LastId(invitation.respondent()));
    BANSO_RETURN_IF_ERROR(is_event ? facts_.RecordEvent(writer, change)
                                   : facts_.Record(writer, change));
  }
  return absl::OkStatus();
}

absl::Status SurveyStore::KeepEnd(Writer& writer, const SurveyInvitation& invitation,
                                  absl::Time end) const {
  return writer
      .Execute("INSERT INTO survey_end (invitation, end_time) VALUES ($invitation, $end_time)",
               {{"invitation", invitation.name()}, {"end_time", Value(end)}})
      .status();
}

absl::Status SurveyStore::DropEnd(Writer& writer, const SurveyInvitation& invitation) const {
  return writer
      .Execute("DELETE FROM survey_end WHERE invitation = $invitation",
               {{"invitation", invitation.name()}})
      .status();
}

absl::Status SurveyStore::RenameEnd(Writer& writer, absl::string_view before,
                                    const std::string& after) const {
  return writer
      .Execute("UPDATE survey_end SET invitation = $after WHERE invitation = $before",
               {{"after", after}, {"before", before}})
      .status();
}

absl::StatusOr<bool> SurveyStore::HasEnd(Reader& reader, absl::string_view invitation) const {
  return reader.QueryOne("SELECT 1 FROM survey_end WHERE invitation = $invitation",
                         {{"invitation", invitation}}, [](const Row&) { return absl::OkStatus(); });
}

absl::Status SurveyStore::ForgetPerson(Writer& writer, absl::string_view respondent) const {
  BANSO_ASSIGN_OR_RETURN(const std::vector<SurveyInvitation> theirs,
                         invitations.All(writer, "", {storage::Equal("respondent", respondent)}));
  for (const SurveyInvitation& one : theirs) {
    BANSO_RETURN_IF_ERROR(invitations.Redact(writer, one.name(), [](SurveyInvitation& invitation) {
      contract::ClearSensitive(&invitation);
    }));
  }
  return absl::OkStatus();
}

storage::SnapshotSources SurveyStore::sources() const {
  return {surveys.source(), invitations.source()};
}

absl::Status SurveyStore::CheckSchema(Reader& reader) const {
  return invitations.CheckSchema(reader);
}

}  // namespace banso::health
