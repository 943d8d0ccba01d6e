#include "clients/cli/context.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"

namespace banso::cli {

ExitCode ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return kDone;
  if (!IsFromServer(status)) return kUsage;
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kCancelled:
      return kUnavailable;
    default:
      return kRefused;
  }
}

std::string ErrorText(const absl::Status& status) {
  const std::string reason = contract::Reason(status);
  const auto violations = contract::FieldViolations(status);
  const auto causes = contract::Preconditions(status);
  std::string text;
  if (!violations.empty()) {
    text = violations.size() == 1 ? "One field is not accepted:"
                                  : absl::StrCat(violations.size(), " fields are not accepted:");
    for (const contract::FieldViolation& violation : violations) {
      absl::StrAppend(&text, "\n  ", violation.field, violation.field.empty() ? "" : ": ",
                      violation.description);
    }
  } else if (!causes.empty()) {
    text = absl::StrCat("Not possible now (", reason, "):");
    for (const contract::Precondition& cause : causes) {
      absl::StrAppend(&text, "\n  ", cause.subject, cause.subject.empty() ? "" : ": ",
                      cause.what_is_wrong);
    }
  } else {
    text = std::string(status.message());
    if (text.empty()) text = absl::StatusCodeToString(status.code());
    if (!reason.empty()) absl::StrAppend(&text, " (", reason, ")");
  }
  return text;
}

absl::Status CheckWritten(std::ostream& out) {
  out.flush();
  return out.good() ? absl::OkStatus() : InputError("standard output cannot be written");
}

int Finish(Context& context, const absl::Status& status) {
  if (!status.ok()) context.err << "banso: " << ErrorText(status) << "\n";
  return ExitCodeOf(status);
}

}  // namespace banso::cli
