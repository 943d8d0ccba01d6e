#ifndef BANSO_COMMON_CONTRACT_ERRORS_H_
#define BANSO_COMMON_CONTRACT_ERRORS_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "google/rpc/status.pb.h"

// Every error that a caller of the suite sees is made here: an absl::Status whose payloads are
// google.rpc details. Each carries an ErrorInfo of the domain `banso` with a stable reason in
// UPPER_SNAKE_CASE. Texts name what is wrong and what is accepted; they never hold the value of a
// field that is marked sensitive.
namespace banso::contract {

// Reasons of the errors that are common to all services. A service adds its own for its rules.
inline constexpr char kReasonFieldViolation[] = "FIELD_VIOLATION";
inline constexpr char kReasonNotFound[] = "RESOURCE_NOT_FOUND";
inline constexpr char kReasonAlreadyExists[] = "RESOURCE_ALREADY_EXISTS";
inline constexpr char kReasonEtagMismatch[] = "ETAG_MISMATCH";
inline constexpr char kReasonRequestIdReused[] = "REQUEST_ID_REUSED";
inline constexpr char kReasonOverloaded[] = "OVERLOADED";
inline constexpr char kReasonUnavailable[] = "UNAVAILABLE";
inline constexpr char kReasonDeadlineExceeded[] = "DEADLINE_EXCEEDED";
inline constexpr char kReasonCancelled[] = "CANCELLED";
inline constexpr char kReasonUnimplemented[] = "UNIMPLEMENTED";
inline constexpr char kReasonInternal[] = "INTERNAL";
inline constexpr char kReasonInvalidPageToken[] = "INVALID_PAGE_TOKEN";
inline constexpr char kReasonInvalidResumeToken[] = "INVALID_RESUME_TOKEN";
inline constexpr char kReasonResumeTokenExpired[] = "RESUME_TOKEN_EXPIRED";

// One field whose value is not accepted.
struct FieldViolation {
  // The path from the request, such as `account.display_name` or `tasks[3].due`.
  std::string field;
  // What was given and what is accepted, as one line.
  std::string description;
  // The broken rule: `REQUIRED`, `TOO_LONG`, `OUT_OF_RANGE`, ...
  std::string reason;

  bool operator==(const FieldViolation&) const = default;
};

// Collects what is wrong with a request, so that the caller hears of everything at once.
class Violations {
 public:
  // Adds a violation. `value` is the text of the value as given, quoted and shortened here; pass
  // `kWithheld` for sensitive fields and an empty text where there is none to show. `accepted`
  // says what would be accepted ("1 to 200 characters"). `reason` is UPPER_SNAKE_CASE.
  void Add(absl::string_view field, absl::string_view value, absl::string_view accepted,
           absl::string_view reason);
  // Takes over the violations of `status` (one made by ToStatus), each with `prefix` before its
  // field: `account` makes `display_name` into `account.display_name`. Any other error becomes a
  // violation of `prefix` itself with its message; OK adds nothing.
  void AddAll(absl::string_view prefix, const absl::Status& status);

  bool empty() const { return list_.empty(); }
  const std::vector<FieldViolation>& list() const { return list_; }

  // Returns OK if there are none, else INVALID_ARGUMENT with a google.rpc.BadRequest. An error
  // travels in a header of limited size: when the list is too long for that, its end is replaced
  // by one entry that says how many more there are.
  absl::Status ToStatus() const;

 private:
  std::vector<FieldViolation> list_;
  // Of all that were added; `list_` keeps only as many as could ever be sent.
  size_t count_ = 0;
};

// Stands for a value that must not be shown.
inline constexpr char kWithheld[] = "(withheld)";

// Returns INVALID_ARGUMENT for a single field; see Violations::Add.
absl::Status InvalidField(absl::string_view field, absl::string_view value,
                          absl::string_view accepted, absl::string_view reason = "NOT_ACCEPTED");
// Returns NOT_FOUND for the resource `name`, or for what `name` would lead to.
absl::Status NotFound(absl::string_view name);
// Returns ALREADY_EXISTS for the resource `name`.
absl::Status AlreadyExists(absl::string_view name);
// As above, where not the name is taken but another property that must be unique:
// `what` says which ("the CRM id 4711 belongs to accounts/acme").
absl::Status AlreadyExists(absl::string_view name, absl::string_view what);

// Something in the state of the world that keeps a request from being carried out.
struct Precondition {
  // What it is about: usually a resource name.
  std::string subject;
  // What is wrong, as a clause without a full stop: "the kickoff has not been held".
  std::string what_is_wrong;
  // What the caller can do about it, as a sentence without a full stop. May be empty.
  std::string what_to_do;
};
// Returns FAILED_PRECONDITION. `reason` names the rule: `ONBOARDING_NOT_COMPLETE`.
absl::Status FailedPrecondition(absl::string_view reason, absl::string_view subject,
                                absl::string_view what_is_wrong, absl::string_view what_to_do);
// As above for several causes at once; `causes` must not be empty.
absl::Status FailedPrecondition(absl::string_view reason, absl::Span<const Precondition> causes);

// Returns ABORTED: the resource has changed since the caller read it.
absl::Status EtagMismatch(absl::string_view name);
// Returns INVALID_ARGUMENT: the request id was used before for a request with another body.
absl::Status RequestIdReused(absl::string_view request_id);
// Returns PERMISSION_DENIED; `what` says what was not allowed to whom.
absl::Status PermissionDenied(absl::string_view reason, absl::string_view what);
// Returns UNAUTHENTICATED; `what` says what is missing from the caller's credentials.
absl::Status Unauthenticated(absl::string_view reason, absl::string_view what);
// Returns RESOURCE_EXHAUSTED: the service has more work than it can take; retry after a while.
absl::Status Overloaded(absl::Duration retry_after);
// As above where one bound is reached: `what` says which, `reason` is UPPER_SNAKE_CASE.
absl::Status Overloaded(absl::string_view reason, absl::string_view what,
                        absl::Duration retry_after);
// Returns UNAVAILABLE: `what` does not answer; the same request may succeed later.
absl::Status Unavailable(absl::string_view what, absl::Duration retry_after);
// Returns DEADLINE_EXCEEDED; `what` says what was still awaited.
absl::Status DeadlineExceeded(absl::string_view what);
// Returns CANCELLED: the caller has gone.
absl::Status Cancelled();
// Returns OUT_OF_RANGE; `what` says what lies outside of what.
absl::Status OutOfRange(absl::string_view reason, absl::string_view what);
// Returns UNIMPLEMENTED; `what` says what is not served here.
absl::Status Unimplemented(absl::string_view what);
// Returns INTERNAL for a fault of our own. `cause` is for the log alone: callers see a general
// sentence (see Cause and ToRpcStatus).
absl::Status Internal(absl::string_view cause);
// Returns an error of any code with an ErrorInfo, for what has no maker of its own. `metadata`
// goes into the ErrorInfo.
absl::Status Error(absl::StatusCode code, absl::string_view reason, absl::string_view message,
                   const std::map<std::string, std::string>& metadata = {});

// Returns the reason of the ErrorInfo of `status`, or "" if it has none.
std::string Reason(const absl::Status& status);
// Returns the violations of the BadRequest of `status`; empty if it has none.
std::vector<FieldViolation> FieldViolations(const absl::Status& status);
// Returns the causes of the PreconditionFailure of `status`, with `what_is_wrong` holding the
// whole description; empty if it has none.
std::vector<Precondition> Preconditions(const absl::Status& status);
// Returns how long to wait before a retry, if `status` says so.
std::optional<absl::Duration> RetryDelay(const absl::Status& status);
// Returns the cause that Internal was given; "" if `status` has none. For logs only.
std::string Cause(const absl::Status& status);

// Returns `status` as it travels: with its details, without its cause. Errors without an ErrorInfo
// (those of libraries) get one whose reason is the name of their code.
google::rpc::Status ToRpcStatus(const absl::Status& status);
// Returns what travelled as an absl::Status; the other way round of ToRpcStatus. Details of types
// that are not known here are kept. Codes that do not exist become UNKNOWN.
absl::Status FromRpcStatus(const google::rpc::Status& status);

// Returns `value` in double quotes as it appears in messages: control characters, quotes and
// invalid UTF-8 escaped, shortened to 60 characters.
std::string Quote(absl::string_view value);

}  // namespace banso::contract

#endif  // BANSO_COMMON_CONTRACT_ERRORS_H_
