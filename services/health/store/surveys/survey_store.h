#ifndef BANSO_SERVICES_HEALTH_STORE_SURVEYS_SURVEY_STORE_H_
#define BANSO_SERVICES_HEALTH_STORE_SURVEYS_SURVEY_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/health/v1/survey.pb.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "common/storage/fact_log.h"
#include "common/storage/revisions.h"
#include "common/storage/snapshot.h"

namespace banso::health {

// Surveys, who was asked, and what their answers and silence mean as facts. Every write about an
// invitation is to be followed by MarkDue for its account. Immutable and thread-safe.
class SurveyStore {
 public:
  // The log must outlive this.
  explicit SurveyStore(const storage::FactLog& facts);

  const storage::RevisionedCollection<v1::Survey> surveys;
  // Without their state.
  const storage::Collection<v1::SurveyInvitation> invitations;

  // All invitations of a person to a survey (without revision), by name.
  absl::StatusOr<std::vector<v1::SurveyInvitation>> InvitationsOf(
      storage::Reader& reader, absl::string_view survey, absl::string_view respondent) const;

  // When somebody of the account was asked last; nothing when nobody ever was.
  absl::StatusOr<std::optional<absl::Time>> LastAsked(storage::Reader& reader,
                                                      absl::string_view account,
                                                      absl::string_view survey) const;

  // Stores a new invitation.
  absl::StatusOr<v1::SurveyInvitation> Ask(storage::Writer& writer,
                                           v1::SurveyInvitation invitation) const;

  // Stores the answers that the invitation now has, and their facts.
  absl::StatusOr<v1::SurveyInvitation> Answer(storage::Writer& writer,
                                              v1::SurveyInvitation invitation) const;

  // The names of up to `limit` invitations whose time to answer, or the time for which their
  // answers hold, has ended at `now` without that being recorded.
  absl::StatusOr<std::vector<std::string>> Ended(storage::Reader& reader, absl::Time now,
                                                 int limit) const;

  // Records that end: silence, unless the person has answered another invitation of the survey
  // since this one was sent; or that the answers no longer hold, unless a later word has taken
  // their place.
  absl::Status End(storage::Writer& writer, const v1::SurveyInvitation& invitation,
                   const v1::Survey& asked) const;

  // What is still to be recorded of an invitation is so of its new name.
  absl::Status RenameEnd(storage::Writer& writer, absl::string_view before,
                         const std::string& after) const;

  // Erases what a person has added in words, also from history. The ratings stay.
  absl::Status ForgetPerson(storage::Writer& writer, absl::string_view respondent) const;

  storage::SnapshotSources sources() const;
  absl::Status CheckSchema(storage::Reader& reader) const;

 private:
  absl::Status KeepEnd(storage::Writer& writer, const v1::SurveyInvitation& invitation,
                       absl::Time end) const;
  absl::Status DropEnd(storage::Writer& writer, const v1::SurveyInvitation& invitation) const;
  // Whether the end of the time to answer is still to be recorded.
  absl::StatusOr<bool> HasEnd(storage::Reader& reader, absl::string_view invitation) const;
  // Records a value (or that there is none) of a question for the person and, where the person has
  // one, for the layer. An event is recorded even when it says what was known.
  absl::Status RecordWord(storage::Writer& writer, const v1::SurveyInvitation& invitation,
                          const std::string& question, const std::optional<type::v1::Value>& value,
                          absl::Time occurred, bool is_event) const;

  const storage::FactLog& facts_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_SURVEYS_SURVEY_STORE_H_
