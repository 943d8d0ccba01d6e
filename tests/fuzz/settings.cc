// What whoever runs the suite writes, and headers and addresses.

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "banso/type/v1/calendar.pb.h"
#include "common/contract/fingerprint.h"
#include "common/contract/json.h"
#include "common/contract/yaml.h"
#include "common/server/calendar_files.h"
#include "common/server/config_file.h"
#include "common/server/http_client.h"
#include "common/server/trace.h"
#include "google/protobuf/struct.pb.h"
#include "tests/fuzz/target.h"

namespace banso::fuzz {
namespace {

void RunTraceParent(absl::string_view input) {
  const std::string trace = server::TraceId(input);
  const std::string next = server::NextTraceParent(input);
  const std::string next_trace = server::TraceId(next);
  Require(next_trace.size() == 32, "what is passed on is always valid");
  Require(next != input, "a span of its own");
  if (trace.empty()) return;
  Require(next_trace == trace, "the trace goes on");
  Require(next.substr(next.size() - 2) == input.substr(input.size() - 2), "the flags stay");
}

void RunHttpUrl(absl::string_view input) {
  if (!server::IsHttpUrl(input)) return;
  Require(
      absl::StartsWithIgnoreCase(input, "http://") || absl::StartsWithIgnoreCase(input, "https://"),
      "of HTTP");
  Require(std::all_of(input.begin(), input.end(), absl::ascii_isgraph),
          "nothing that ends a header");
  const absl::string_view authority = input.substr(input.find("//") + 2);
  Require(!absl::StrContains(authority.substr(0, authority.find_first_of("/?#")), '@'),
          "no user in the host");
}

const std::vector<std::string>& KnownFlags() {
  static const auto& known =
      *new std::vector<std::string>{"data_dir", "drain_timeout", "port", "test_clock"};
  return known;
}

void RunConfig(absl::string_view input) {
  const auto flags = server::ReadConfig(input, "banso.yaml", KnownFlags());
  if (!flags.ok()) {
    Require(absl::IsInvalidArgument(flags.status()), "a bad file is its writer's fault");
    return;
  }
  google::protobuf::Struct file;
  for (const auto& [name, value] : *flags) {
    Require(std::count(KnownFlags().begin(), KnownFlags().end(), name) == 1, "a flag there is");
    (*file.mutable_fields())[name].set_string_value(value);
  }
  // JSON is YAML, too.
  const absl::StatusOr<std::string> json = contract::ToJson(file);
  Require(json.ok(), "settings are texts");
  const auto again = server::ReadConfig(*json, "banso.yaml", KnownFlags());
  Require(again.ok() && *again == *flags, "settings read back");
}

void ReadCalendar(absl::string_view input, bool json) {
  const absl::StatusOr<type::v1::Calendar> calendar = server::ReadCalendar(input, json);
  if (!calendar.ok()) {
    Require(absl::IsInvalidArgument(calendar.status()), "a bad file is its writer's fault");
    return;
  }
  Require(calendar->first_year() <= calendar->last_year(), "years in their order");
  for (const type::v1::CalendarHoliday& holiday : calendar->holidays()) {
    Require(holiday.date().year() >= calendar->first_year() &&
                holiday.date().year() <= calendar->last_year(),
            "holidays within the years");
  }
  const absl::StatusOr<type::v1::Calendar> again =
      server::ReadCalendar(contract::ToYaml(*calendar), false);
  Require(
      again.ok() && contract::DeterministicBytes(*again) == contract::DeterministicBytes(*calendar),
      "a calendar reads back");
}

void RunCalendar(absl::string_view input) {
  ReadCalendar(input, false);
  ReadCalendar(input, true);
}

}  // namespace

Target TraceParentTarget() {
  return {"trace_parent",
          {"", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-00",
           "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more"},
          RunTraceParent};
}

Target HttpUrlTarget() {
  return {"http_url",
          {"", "http://example.com", "http://example.com:8080/hook?a=b#c", "http://[::1]:80/x",
           "http://user@example.com/", "https://example.com/", "http://127.0.0.1:65535?x",
           "http://[[a]", "http://a:+80/", "http://x:y:80/"},
          RunHttpUrl};
}

Target ConfigTarget() {
  return {"config",
          {"", "data_dir: /var/lib/banso\nport: 7001\ndrain_timeout: 30s\ntest_clock: true\n",
           "port: '7001'\n", "prot: 1\n", "port: [1]\n", "port:\n", "- port\n",
           "port: 1e300\ndata_dir: \"caf\\u00e9\"\n"},
          RunConfig};
}

Target CalendarTarget() {
  return {"calendar",
          {"",
           ("id: kr\ndisplay_name: Korea\nweekend: [WEEKDAY_SATURDAY, WEEKDAY_SUNDAY]\n"
            "first_year: 2025\nlast_year: 2026\nholidays:\n"
            "- date: {year: 2025, month: 3, day: 1}\n  display_name: Independence Day\n"),
           R"({"id": "x", "firstYear": 2025, "lastYear": 2025, "weekend": ["WEEKDAY_FRIDAY"]})",
           "first_year: 2027\nlast_year: 2026\n", "weekend: [WEEKDAY_FRIDAY, WEEKDAY_FRIDAY]\n"},
          RunCalendar};
}

}  // namespace banso::fuzz
