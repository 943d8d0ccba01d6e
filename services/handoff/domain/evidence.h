#ifndef BANSO_SERVICES_HANDOFF_DOMAIN_EVIDENCE_H_
#define BANSO_SERVICES_HANDOFF_DOMAIN_EVIDENCE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "banso/accounts/v1/member.pb.h"
#include "banso/handoff/v1/completion.pb.h"
#include "banso/handoff/v1/criteria.pb.h"

// Evidence and exceptions: what may be recorded.
namespace banso::handoff {

inline constexpr char kReasonWrongState[] = "WRONG_STATE";
inline constexpr char kReasonSamePerson[] = "SAME_PERSON";
inline constexpr char kReasonRoleRequired[] = "ROLE_REQUIRED";
inline constexpr char kReasonNotAccountable[] = "NOT_ACCOUNTABLE";
inline constexpr char kReasonNotReady[] = "NOT_READY";
inline constexpr char kReasonProcessRunning[] = "PROCESS_RUNNING";

// Who records something, and on which day (of the account's time zone).
struct Recorder {
  std::string actor;
  absl::CivilDay today;
};

// Completes evidence for `criterion` with who recorded it, its date and the source of the
// customer's confirmation. INVALID_ARGUMENT when it is not of the form that the criterion's kind
// needs, when a confirmation entered on the customer's behalf has no proof, or the person who
// confirms belongs to another account; PERMISSION_DENIED (NOT_ACCOUNTABLE) when a member other than
// `owner` turns the CSM's key. Paths begin with `evidence`.
absl::Status PrepareEvidence(const v1::Criterion& criterion, absl::string_view owner,
                             const Recorder& recorder, v1::Evidence* evidence);

// Completes an exception to `completion` with who asks for it. INVALID_ARGUMENT when it lacks what
// its kind needs, names no criterion of the completion, or has expired; its reason code and the
// conditions of a replacement are checked elsewhere. Paths begin with `exception`.
absl::Status PrepareException(const v1::Completion& completion, const Recorder& recorder,
                              v1::Exception* exception);

// PERMISSION_DENIED (ROLE_REQUIRED) when whoever acts is a member who is no MANAGER; null stands
// for whoever is no member that accounts knows, such as an operator, and may.
absl::Status CheckMayApprove(const accounts::v1::Member* actor);

// Decides an exception. PERMISSION_DENIED (SAME_PERSON) when whoever asked for it, or nobody known,
// decides; FAILED_PRECONDITION (WRONG_STATE) when it has been decided or has expired. The caller
// sets the time of the decision.
absl::Status DecideException(v1::ExceptionState state, absl::string_view note,
                             const Recorder& recorder, v1::Exception* exception);

// Whether an exception counts on that day.
bool Counts(const v1::Exception& exception, absl::CivilDay today);

// The criterion with this id, among those of the completion; null if it has none.
const v1::Criterion* FindCriterion(const v1::Completion& completion, absl::string_view id);

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_DOMAIN_EVIDENCE_H_
