#ifndef BANSO_CLIENTS_CLI_FIELD_TEXT_H_
#define BANSO_CLIENTS_CLI_FIELD_TEXT_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

// Fields of messages from text, as tables have it.
//
// A field is named by its path: `display_name`, `adoption.sites`. Some take a type behind a colon:
//   amount:USD              a Money: the value in whole units (12.50), its currency behind the
//   colon attributes.founded:number   an entry of the attributes: number, text (when nothing is
//   said), flag, date
// A list takes several values separated by `;`.
namespace banso::cli {

// How days and times are written.
struct TextRules {
  // Made of YYYY, MM, DD and what stands between them, such as `DD-MM-YYYY`.
  std::string date_format = "YYYY-MM-DD";
  // In which zone times without one, and days where a time is wanted, are meant.
  absl::TimeZone zone = absl::UTCTimeZone();
  // Days to add to every day and time.
  int shift_days = 0;
};

// An error of the input unless `path` names a field of `type` that can be set from text; the
// message lists the fields that there are.
absl::Status CheckFieldPath(const google::protobuf::Descriptor& type, absl::string_view path);

// An error of the input unless the format has year, month and day, once each.
absl::Status CheckDateFormat(absl::string_view format);

// Sets the field at `path`, which CheckFieldPath accepts. Returns nothing, or what would be
// accepted when `text` is not: `a whole number`. Empty text clears nothing and sets nothing.
//
// Numbers are written as `1200` or `12.5`; flags as true/false, yes/no, y/n or 1/0; enum values by
// their full name or what is behind its prefix (`paper`); times as RFC 3339, or a day in the date
// format, alone or followed by a space or T and `HH:MM` or `HH:MM:SS`.
std::optional<std::string> SetField(absl::string_view path, absl::string_view text,
                                    const TextRules& rules, google::protobuf::Message* message);

// Reads a day by a format; nothing if it is none.
std::optional<absl::CivilDay> ReadDay(absl::string_view text, absl::string_view format);

}  // namespace banso::cli

#endif  // BANSO_CLIENTS_CLI_FIELD_TEXT_H_
