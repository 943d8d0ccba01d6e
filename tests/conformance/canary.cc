#include "tests/conformance/canary.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <mutex>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "common/server/log.h"
#include "common/server/metrics.h"
#include "common/status_macros.h"
#include "common/testing/temp_dir.h"
#include "tests/conformance/places.h"
#include "tests/conformance/rpcs.h"

namespace banso::conformance {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// What was seen, of all suites of this process.
struct Seen {
  absl::Mutex mutex;
  std::set<const FieldDescriptor*> planted ABSL_GUARDED_BY(mutex);
  std::set<std::string> told ABSL_GUARDED_BY(mutex);
  int64_t refused_rows ABSL_GUARDED_BY(mutex) = 0;
  const testing::TempDir dir;
};

Seen& TheSeen() {
  static auto& seen = *new Seen;
  return seen;
}

std::string WithCanary(type::v1::TextForm form, const std::string& text) {
  if (form == type::v1::TEXT_FORM_EMAIL) {
    return text.empty() ? absl::StrCat(kCanary, "@example.com") : absl::StrCat(kCanary, ".", text);
  }
  return text.empty() ? kCanary : absl::StrCat(kCanary, " ", text);
}

bool IsResourceName(const std::string& text) { return absl::StrContains(text, '/'); }

// The error with its details, as they are sent.
std::string WholeText(const absl::Status& status) {
  std::string text = status.ToString();
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& payload) {
    absl::StrAppend(&text, "\n", type, " ", std::string(payload));
  });
  return text;
}

// What an answer says of each row that was refused while others were taken: its `errors`.
std::vector<std::string> RefusedRows(const Rpc& rpc, const std::vector<std::string>& replies) {
  std::vector<std::string> rows;
  const FieldDescriptor* errors = rpc.method->output_type()->FindFieldByName("errors");
  if (errors == nullptr || !errors->is_repeated() || errors->message_type() == nullptr ||
      replies.empty()) {
    return rows;
  }
  const MessagePtr response(google::protobuf::MessageFactory::generated_factory()
                                ->GetPrototype(rpc.method->output_type())
                                ->New());
  if (!response->ParseFromString(replies.front())) return rows;
  const Reflection* reflection = response->GetReflection();
  for (int i = 0; i < reflection->FieldSize(*response, errors); ++i) {
    rows.push_back(reflection->GetRepeatedMessage(*response, errors, i).ShortDebugString());
  }
  return rows;
}

bool HoldsCanary(const Message& message, const FieldDescriptor* field) {
  const Reflection* reflection = message.GetReflection();
  if (!field->is_repeated()) {
    return absl::StrContains(reflection->GetString(message, field), kCanary);
  }
  for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
    if (absl::StrContains(reflection->GetRepeatedString(message, field, i), kCanary)) return true;
  }
  return false;
}

// The places that hold text that must not be told.
std::vector<Place> SensitivePlaces(const Message& request, int absent_levels) {
  std::vector<Place> places = PlacesOf(request, absent_levels);
  const auto is_not = [](const Place& place) {
    return !place.sensitive || place.field->type() != FieldDescriptor::TYPE_STRING;
  };
  places.erase(std::remove_if(places.begin(), places.end(), is_not), places.end());
  return places;
}

void PlantOne(const Place& place, Message* message) {
  const Reflection* reflection = message->GetReflection();
  const FieldDescriptor* field = place.field;
  const auto form = place.rules().form();
  if (field->is_repeated()) {
    for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
      reflection->SetRepeatedString(
          message, field, i, WithCanary(form, reflection->GetRepeatedString(*message, field, i)));
    }
    return;
  }
  const std::string text = reflection->GetString(*message, field);
  // Of several that exclude each other only the one that is there.
  if (IsResourceName(text) || (field->containing_oneof() != nullptr && text.empty())) return;
  reflection->SetString(message, field, WithCanary(form, text));
}

}  // namespace

void PlantCanaries(Message* request, int absent_levels) {
  for (const Place& place : SensitivePlaces(*request, absent_levels)) {
    PlantOne(place, place.Resolve(request));
  }
}

void CountPlanted(const Message& request) {
  const MessagePtr copy = Copy(request);
  for (const Place& place : SensitivePlaces(*copy, 0)) {
    if (!HoldsCanary(*place.Resolve(copy.get()), place.field)) continue;
    absl::MutexLock lock(&TheSeen().mutex);
    TheSeen().planted.insert(place.field);
  }
}

std::set<const FieldDescriptor*> PlantedFields() {
  absl::MutexLock lock(&TheSeen().mutex);
  return TheSeen().planted;
}

void KeepLog() {
  static std::once_flag once;
  std::call_once(once, [] {
    server::TakeOverProtobufLog();
    BANSO_CHECK(server::OpenLogFile(TheSeen().dir.File("log")).ok());
    server::SetLogLevel(server::LogLevel::kDebug);
  });
}

std::string KeptLog() {
  std::ifstream file(TheSeen().dir.File("log"), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void LookForCanaries(const Rpc& rpc, const absl::Status& status,
                     const std::vector<std::string>& replies) {
  std::vector<std::string> texts = RefusedRows(rpc, replies);
  absl::MutexLock lock(&TheSeen().mutex);
  TheSeen().refused_rows += static_cast<int64_t>(texts.size());
  if (!status.ok()) texts.push_back(WholeText(status));
  for (const std::string& text : texts) {
    if (!absl::StrContains(text, kCanary)) continue;
    TheSeen().told.insert(
        absl::StrCat("an error of ", rpc.short_name(), ": ", text.substr(0, 500)));
  }
}

int64_t RefusedRowsLookedAt() {
  absl::MutexLock lock(&TheSeen().mutex);
  return TheSeen().refused_rows;
}

std::vector<std::string> WhereCanariesWereTold() {
  std::vector<std::string> places;
  {
    absl::MutexLock lock(&TheSeen().mutex);
    places.assign(TheSeen().told.begin(), TheSeen().told.end());
  }
  const std::string log = KeptLog();
  if (const size_t at = log.find(kCanary); at != std::string::npos) {
    const size_t begin = log.rfind('\n', at) + 1;
    places.push_back(absl::StrCat("the log: ", log.substr(begin, log.find('\n', at) - begin)));
  }
  if (absl::StrContains(server::CallMetrics::OfProcess().Text(), kCanary)) {
    places.emplace_back("the metrics");
  }
  return places;
}

}  // namespace banso::conformance
