#include "common/contract/errors.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/contract/text.h"
#include "common/status_macros.h"
#include "google/rpc/error_details.pb.h"

namespace banso::contract {
namespace {

constexpr char kDomain[] = "banso";
constexpr char kTypePrefix[] = "type.googleapis.com/";
// Private to the process: never sent.
constexpr char kCauseUrl[] = "banso.internal/cause";

// An error travels in HTTP/2 trailers, of which peers take 8 KiB in all. Details grow by a third
// in base64, the message up to threefold in percent encoding.
constexpr size_t kMaxDetailBytes = 3500;
constexpr size_t kMaxMessageBytes = 600;
constexpr size_t kMaxSubjectBytes = 300;
// More than this is never kept; it could not be sent.
constexpr size_t kMaxViolations = 200;
constexpr int64_t kMaxQuotedCharacters = 60;

template <typename Detail>
std::string TypeUrl() {
  return absl::StrCat(kTypePrefix, Detail::descriptor()->full_name());
}

template <typename Detail>
void SetDetail(absl::Status& status, const Detail& detail) {
  status.SetPayload(TypeUrl<Detail>(), absl::Cord(detail.SerializeAsString()));
}

template <typename Detail>
std::optional<Detail> GetDetail(const absl::Status& status) {
  const auto payload = status.GetPayload(TypeUrl<Detail>());
  Detail detail;
  if (!payload.has_value() || !detail.ParseFromString(std::string(*payload))) return std::nullopt;
  return detail;
}

// The length in bytes of the character that `text` begins with; 0 if it is no UTF-8.
size_t CharacterLength(absl::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (length > text.size() || !ScanText(text.substr(0, length)).valid) return 0;
  return length;
}

// Returns `text` with `?` for what is no UTF-8: errors may quote anything, and can only be sent as
// valid text.
std::string ValidText(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t length = CharacterLength(text);
    absl::StrAppend(&out, length == 0 ? "?" : text.substr(0, length));
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

// Returns at most `max_bytes` of `text`, cut between characters, as valid text.
std::string Shorten(absl::string_view text, size_t max_bytes) {
  std::string out = ValidText(text.substr(0, max_bytes + 4));
  if (text.size() <= max_bytes && out.size() <= max_bytes) return out;
  size_t end = max_bytes - 3;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat(out.substr(0, end), "...");
}

// Names are printed as they are; what is no name is quoted.
std::string PrintName(absl::string_view name) {
  const bool plain =
      !name.empty() && name.size() <= kMaxSubjectBytes &&
      std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 127; });
  return plain ? std::string(name) : Quote(name);
}

void AppendEscaped(absl::string_view character, std::string& out) {
  const auto byte = static_cast<unsigned char>(character[0]);
  if (character.size() > 1) {
    const TextScan scan = ScanText(character);
    if (scan.control || scan.line_break) {
      for (const char c : character) absl::StrAppendFormat(&out, "\\x%02x", c & 0xFF);
    } else {
      absl::StrAppend(&out, character);
    }
  } else if (byte == '"' || byte == '\\') {
    absl::StrAppend(&out, "\\", character);
  } else if (byte == '\n') {
    absl::StrAppend(&out, "\\n");
  } else if (byte == '\t') {
    absl::StrAppend(&out, "\\t");
  } else if (byte < 0x20 || byte >= 0x7F) {
    absl::StrAppendFormat(&out, "\\x%02x", byte);
  } else {
    out.push_back(character[0]);
  }
}

std::string Describe(absl::string_view value, absl::string_view accepted,
                     absl::string_view reason) {
  if (value == kWithheld) return absl::StrCat("not accepted; accepted: ", accepted);
  if (value.empty() && reason == "REQUIRED") return absl::StrCat("missing; accepted: ", accepted);
  if (value.empty()) return absl::StrCat("not accepted; accepted: ", accepted);
  return absl::StrCat(Quote(value), " is not accepted; accepted: ", accepted);
}

std::string SummarizeViolations(const std::vector<FieldViolation>& list, size_t count) {
  std::string text = count == 1 ? "" : absl::StrCat(count, " fields are not accepted: ");
  absl::string_view separator = "";
  for (const FieldViolation& violation : list) {
    absl::StrAppend(&text, separator, violation.field, violation.field.empty() ? "" : ": ",
                    violation.description);
    separator = "; ";
    if (text.size() > kMaxMessageBytes) break;
  }
  return text;
}

absl::Status WithResource(absl::Status status, absl::string_view name,
                          absl::string_view description) {
  google::rpc::ResourceInfo info;
  info.set_resource_name(Shorten(PrintName(name), kMaxSubjectBytes));
  info.set_description(Shorten(description, kMaxSubjectBytes));
  SetDetail(status, info);
  return status;
}

absl::Status WithRetry(absl::Status status, absl::Duration retry_after) {
  const absl::Duration delay = std::clamp(retry_after, absl::ZeroDuration(), absl::Hours(24));
  google::rpc::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(absl::ToInt64Seconds(delay));
  info.mutable_retry_delay()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(delay % absl::Seconds(1))));
  SetDetail(status, info);
  return status;
}

std::string DescribePrecondition(const Precondition& cause) {
  std::string text = absl::StrCat(cause.what_is_wrong, ".");
  if (!cause.what_to_do.empty()) absl::StrAppend(&text, " ", cause.what_to_do, ".");
  return text;
}

}  // namespace

std::string Quote(absl::string_view value) {
  std::string out = "\"";
  int64_t characters = 0;
  while (!value.empty()) {
    if (characters++ == kMaxQuotedCharacters) {
      absl::StrAppend(&out, "...");
      break;
    }
    const size_t length = CharacterLength(value);
    if (length == 0) {
      absl::StrAppendFormat(&out, "\\x%02x", value[0] & 0xFF);
      value.remove_prefix(1);
    } else {
      AppendEscaped(value.substr(0, length), out);
      value.remove_prefix(length);
    }
  }
  return absl::StrCat(out, "\"");
}

void Violations::Add(absl::string_view field, absl::string_view value, absl::string_view accepted,
                     absl::string_view reason) {
  ++count_;
  if (list_.size() >= kMaxViolations) return;
  list_.push_back({std::string(field), Describe(value, accepted, reason), std::string(reason)});
}

void Violations::AddAll(absl::string_view prefix, const absl::Status& status) {
  if (status.ok()) return;
  const std::vector<FieldViolation> violations = FieldViolations(status);
  if (violations.empty()) {
    ++count_;
    if (list_.size() >= kMaxViolations) return;
    list_.push_back({std::string(prefix), std::string(status.message()), Reason(status)});
    return;
  }
  for (const FieldViolation& violation : violations) {
    ++count_;
    if (list_.size() >= kMaxViolations) continue;
    const bool separate = !prefix.empty() && !violation.field.empty();
    list_.push_back({absl::StrCat(prefix, separate ? "." : "", violation.field),
                     violation.description, violation.reason});
  }
}

absl::Status Violations::ToStatus() const {
  if (list_.empty()) return absl::OkStatus();
  google::rpc::BadRequest bad_request;
  size_t bytes = 0;
  for (const FieldViolation& violation : list_) {
    google::rpc::BadRequest::FieldViolation entry;
    entry.set_field(Shorten(violation.field, kMaxSubjectBytes));
    entry.set_description(Shorten(violation.description, kMaxMessageBytes));
    entry.set_reason(violation.reason);
    bytes += entry.ByteSizeLong() + 4;
    if (bytes > kMaxDetailBytes) break;
    *bad_request.add_field_violations() = std::move(entry);
  }
  const size_t left_out = count_ - static_cast<size_t>(bad_request.field_violations_size());
  if (left_out > 0) {
    auto& entry = *bad_request.add_field_violations();
    entry.set_description(absl::StrCat("and ", left_out, " more violations, not listed"));
    entry.set_reason("MORE");
  }
  absl::Status status = Error(absl::StatusCode::kInvalidArgument, kReasonFieldViolation,
                              SummarizeViolations(list_, count_));
  SetDetail(status, bad_request);
  return status;
}

absl::Status InvalidField(absl::string_view field, absl::string_view value,
                          absl::string_view accepted, absl::string_view reason) {
  Violations violations;
  violations.Add(field, value, accepted, reason);
  return violations.ToStatus();
}

absl::Status Error(absl::StatusCode code, absl::string_view reason, absl::string_view message,
                   const std::map<std::string, std::string>& metadata) {
  BANSO_CHECK(code != absl::StatusCode::kOk);
  absl::Status status(code, Shorten(message, kMaxMessageBytes));
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(kDomain);
  for (const auto& [key, value] : metadata) {
    (*info.mutable_metadata())[key] = Shorten(value, kMaxSubjectBytes);
  }
  SetDetail(status, info);
  return status;
}

absl::Status NotFound(absl::string_view name) {
  const std::string message = absl::StrCat(PrintName(name), " does not exist");
  return WithResource(Error(absl::StatusCode::kNotFound, kReasonNotFound, message), name, message);
}

absl::Status AlreadyExists(absl::string_view name) {
  return AlreadyExists(name, absl::StrCat(PrintName(name), " exists already"));
}

absl::Status AlreadyExists(absl::string_view name, absl::string_view what) {
  return WithResource(Error(absl::StatusCode::kAlreadyExists, kReasonAlreadyExists, what), name,
                      what);
}

absl::Status FailedPrecondition(absl::string_view reason, absl::string_view subject,
                                absl::string_view what_is_wrong, absl::string_view what_to_do) {
  const Precondition cause = {std::string(subject), std::string(what_is_wrong),
                              std::string(what_to_do)};
  return FailedPrecondition(reason, absl::MakeConstSpan(&cause, 1));
}

absl::Status FailedPrecondition(absl::string_view reason, absl::Span<const Precondition> causes) {
  BANSO_CHECK(!causes.empty());
  google::rpc::PreconditionFailure failure;
  std::string message;
  size_t bytes = 0;
  for (const Precondition& cause : causes) {
    const std::string description = DescribePrecondition(cause);
    google::rpc::PreconditionFailure::Violation entry;
    entry.set_type(std::string(reason));
    entry.set_subject(Shorten(cause.subject, kMaxSubjectBytes));
    entry.set_description(Shorten(description, kMaxMessageBytes));
    bytes += entry.ByteSizeLong() + 4;
    if (bytes > kMaxDetailBytes) break;
    *failure.add_violations() = std::move(entry);
    absl::StrAppend(&message, message.empty() ? "" : " ", cause.subject,
                    cause.subject.empty() ? "" : ": ", description);
  }
  absl::Status status = Error(absl::StatusCode::kFailedPrecondition, reason, message);
  SetDetail(status, failure);
  return status;
}

absl::Status EtagMismatch(absl::string_view name) {
  const std::string message =
      absl::StrCat(PrintName(name), " has changed since it was read; read it again");
  return WithResource(Error(absl::StatusCode::kAborted, kReasonEtagMismatch, message), name,
                      message);
}

absl::Status RequestIdReused(absl::string_view request_id) {
  google::rpc::BadRequest bad_request;
  auto& violation = *bad_request.add_field_violations();
  violation.set_field("request_id");
  violation.set_description(
      absl::StrCat(Quote(request_id), " was used before for a request with another body"));
  violation.set_reason(kReasonRequestIdReused);
  absl::Status status =
      Error(absl::StatusCode::kInvalidArgument, kReasonRequestIdReused,
            absl::StrCat("request_id: ", violation.description(), "; choose a new one"));
  SetDetail(status, bad_request);
  return status;
}

absl::Status PermissionDenied(absl::string_view reason, absl::string_view what) {
  return Error(absl::StatusCode::kPermissionDenied, reason, what);
}

absl::Status Unauthenticated(absl::string_view reason, absl::string_view what) {
  return Error(absl::StatusCode::kUnauthenticated, reason, what);
}

absl::Status Overloaded(absl::Duration retry_after) {
  return Overloaded(kReasonOverloaded, "too much work at once", retry_after);
}

absl::Status Overloaded(absl::string_view reason, absl::string_view what,
                        absl::Duration retry_after) {
  return WithRetry(Error(absl::StatusCode::kResourceExhausted, reason,
                         absl::StrCat(what, "; retry in ", absl::FormatDuration(retry_after))),
                   retry_after);
}

absl::Status Unavailable(absl::string_view what, absl::Duration retry_after) {
  return WithRetry(Error(absl::StatusCode::kUnavailable, kReasonUnavailable, what), retry_after);
}

absl::Status DeadlineExceeded(absl::string_view what) {
  return Error(absl::StatusCode::kDeadlineExceeded, kReasonDeadlineExceeded, what);
}

absl::Status Cancelled() {
  return Error(absl::StatusCode::kCancelled, kReasonCancelled, "the caller cancelled the request");
}

absl::Status OutOfRange(absl::string_view reason, absl::string_view what) {
  return Error(absl::StatusCode::kOutOfRange, reason, what);
}

absl::Status Unimplemented(absl::string_view what) {
  return Error(absl::StatusCode::kUnimplemented, kReasonUnimplemented, what);
}

absl::Status Internal(absl::string_view cause) {
  absl::Status status =
      Error(absl::StatusCode::kInternal, kReasonInternal,
            "the service failed; its log holds the cause under the id of this request");
  status.SetPayload(kCauseUrl, absl::Cord(cause));
  return status;
}

std::string Reason(const absl::Status& status) {
  const auto info = GetDetail<google::rpc::ErrorInfo>(status);
  return info.has_value() ? info->reason() : "";
}

std::vector<FieldViolation> FieldViolations(const absl::Status& status) {
  std::vector<FieldViolation> list;
  const auto bad_request = GetDetail<google::rpc::BadRequest>(status);
  if (!bad_request.has_value()) return list;
  for (const auto& entry : bad_request->field_violations()) {
    list.push_back({entry.field(), entry.description(), entry.reason()});
  }
  return list;
}

std::vector<Precondition> Preconditions(const absl::Status& status) {
  std::vector<Precondition> list;
  const auto failure = GetDetail<google::rpc::PreconditionFailure>(status);
  if (!failure.has_value()) return list;
  for (const auto& entry : failure->violations()) {
    list.push_back({entry.subject(), entry.description(), ""});
  }
  return list;
}

std::optional<absl::Duration> RetryDelay(const absl::Status& status) {
  const auto info = GetDetail<google::rpc::RetryInfo>(status);
  if (!info.has_value()) return std::nullopt;
  return absl::Seconds(info->retry_delay().seconds()) +
         absl::Nanoseconds(info->retry_delay().nanos());
}

std::string Cause(const absl::Status& status) {
  const auto payload = status.GetPayload(kCauseUrl);
  return payload.has_value() ? std::string(*payload) : "";
}

google::rpc::Status ToRpcStatus(const absl::Status& status) {
  google::rpc::Status rpc;
  rpc.set_code(static_cast<int>(status.code()));
  if (status.ok()) return rpc;
  absl::Status complete = status;
  if (Reason(status).empty()) {
    complete = Error(status.code(), absl::StatusCodeToString(status.code()), status.message());
    status.ForEachPayload([&complete](absl::string_view url, const absl::Cord& payload) {
      complete.SetPayload(url, payload);
    });
  }
  rpc.set_message(std::string(complete.message()));
  // Payloads come in no particular order; callers get the ErrorInfo first.
  std::map<std::pair<bool, std::string>, std::string> details;
  const std::string error_info = TypeUrl<google::rpc::ErrorInfo>();
  complete.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    if (url != kCauseUrl) details[{url != error_info, std::string(url)}] = std::string(payload);
  });
  for (const auto& [key, payload] : details) {
    auto& any = *rpc.add_details();
    any.set_type_url(key.second);
    any.set_value(payload);
  }
  return rpc;
}

absl::Status FromRpcStatus(const google::rpc::Status& rpc) {
  if (rpc.code() == 0) return absl::OkStatus();
  const bool known =
      rpc.code() > 0 && rpc.code() <= static_cast<int>(absl::StatusCode::kUnauthenticated);
  absl::Status status(
      known ? static_cast<absl::StatusCode>(rpc.code()) : absl::StatusCode::kUnknown,
      rpc.message());
  for (const auto& any : rpc.details()) {
    // The cause is ours alone; nobody else may put words into our log.
    if (any.type_url() != kCauseUrl) status.SetPayload(any.type_url(), absl::Cord(any.value()));
  }
  return status;
}

}  // namespace banso::contract
