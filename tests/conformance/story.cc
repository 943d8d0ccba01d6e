#include "tests/conformance/story.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/contract/json.h"
#include "common/contract/page_token.h"
#include "common/status_macros.h"
#include "tests/conformance/places.h"
#include "tests/conformance/variants.h"

namespace banso::conformance {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

// Services also do things by themselves, so a changed state alone proves nothing: a call that has
// an effect has it every time.
constexpr int kTries = 5;
constexpr char kStories[] = "tests/conformance/stories";

std::string Text(const Struct& object, const std::string& key) {
  const auto found = object.fields().find(key);
  return found == object.fields().end() ? "" : found->second.string_value();
}

const google::protobuf::RepeatedPtrField<Value>& List(const Struct& object,
                                                      const std::string& key) {
  const auto found = object.fields().find(key);
  return found == object.fields().end() ? google::protobuf::ListValue::default_instance().values()
                                        : found->second.list_value().values();
}

// The names of the stories, in alphabetical order.
std::vector<std::string> StoryNames() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(SourceFile(kStories))) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// The name in an answer.
std::string NameIn(const Rpc& rpc, const std::string& reply) {
  const MessagePtr message(google::protobuf::MessageFactory::generated_factory()
                               ->GetPrototype(rpc.method->output_type())
                               ->New());
  const auto* field = message->GetDescriptor()->FindFieldByName("name");
  if (field == nullptr || !message->ParseFromString(reply)) return "";
  return message->GetReflection()->GetString(*message, field);
}

bool HasRequestId(const google::protobuf::Message& request) {
  const auto* field = request.GetDescriptor()->FindFieldByName("request_id");
  return field != nullptr && !request.GetReflection()->GetString(request, field).empty();
}

std::vector<MessagePtr> One(MessagePtr request) {
  std::vector<MessagePtr> requests;
  requests.push_back(std::move(request));
  return requests;
}

std::vector<MessagePtr> CopyAll(const std::vector<MessagePtr>& requests) {
  std::vector<MessagePtr> copies;
  for (const MessagePtr& request : requests) copies.push_back(Copy(*request));
  return copies;
}

}  // namespace

const Stories& Stories::Get() {
  static const auto& stories = *new Stories();
  return stories;
}

Stories::Stories() {
  for (const std::string& name : StoryNames()) {
    story_ = name;
    Play(Read(absl::StrCat(name, ".json")));
  }
}

Struct Stories::Read(absl::string_view file) {
  Struct object;
  const absl::StatusOr<std::string> text = ReadFile(SourceFile(absl::StrCat(kStories, "/", file)));
  const absl::Status read = text.ok() ? contract::FromJson(*text, &object) : text.status();
  if (!read.ok()) Fault(absl::StrCat(file, ": ", read.ToString()));
  return object;
}

std::vector<Walked> Stories::TurnsOf(const Rpc& rpc) const {
  const auto found = turns_.find(rpc.short_name());
  return found == turns_.end() ? std::vector<Walked>() : found->second;
}

std::optional<Exemption> Stories::ExemptionOf(const Rpc& rpc) const {
  const auto found = exemptions_.find(rpc.short_name());
  if (found == exemptions_.end()) return std::nullopt;
  return found->second;
}

TokenAnswers Stories::TokensOf(const Rpc& rpc) const {
  const auto found = tokens_.find(rpc.short_name());
  return found == tokens_.end() ? TokenAnswers() : found->second;
}

TokenAnswers Stories::FiltersOf(const Rpc& rpc) const {
  const auto found = filters_.find(rpc.short_name());
  return found == filters_.end() ? TokenAnswers() : found->second;
}

void Stories::Fault(absl::string_view what) {
  faults_.push_back(absl::StrCat(story_.empty() ? "" : story_ + ": ", what));
}

void Stories::Play(const Struct& story) {
  names_.clear();
  for (const Value& entry : List(story, "exemptions")) {
    const Struct& exemption = entry.struct_value();
    exemptions_[Text(exemption, "rpc")] = {Text(exemption, "code"), Text(exemption, "reason")};
  }
  absl::Time clock;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, Text(story, "clock"), &clock, &error)) {
    return Fault(absl::StrCat("clock: ", error));
  }
  const absl::StatusOr<std::unique_ptr<Suite>> suite = Suite::Start(clock);
  if (!suite.ok()) return Fault(suite.status().ToString());
  PlaySteps(story, true, **suite);
  TryPageTokens(**suite);
}

void Stories::PlaySteps(const Struct& story, bool walks, Suite& suite) {
  for (const Value& step : List(story, "steps")) PlayStep(step.struct_value(), walks, suite);
}

void Stories::PlayStep(const Struct& step, bool walks, Suite& suite) {
  const std::string time = Text(step, "time");
  const std::string part = Text(step, "part");
  if (!time.empty()) {
    const absl::Status set = suite.SetTime(time);
    if (!set.ok()) Fault(absl::StrCat("time ", time, ": ", set.ToString()));
  } else if (!part.empty()) {
    PlaySteps(Read(absl::StrCat("parts/", part, ".json")), false, suite);
  } else {
    PlayRpc(step, walks, suite);
  }
}

void Stories::PlayRpc(const Struct& step, bool walks, Suite& suite) {
  const std::string name = Text(step, "rpc");
  const Rpc rpc = FindRpc(name);
  if (rpc.method == nullptr) return Fault(absl::StrCat("there is no RPC ", name));
  const auto& fields = step.fields();
  const bool only_prepares = fields.find("request") != fields.end();
  const auto request = fields.find(only_prepares ? "request" : "walk");
  absl::StatusOr<std::string> text =
      request == fields.end() ? ExampleText(rpc) : contract::ToJson(request->second);
  absl::StatusOr<std::vector<MessagePtr>> requests =
      text.ok() ? ParseRequests(rpc, absl::StrReplaceAll(*text, names_))
                : absl::StatusOr<std::vector<MessagePtr>>(text.status());
  if (!requests.ok()) return Fault(absl::StrCat(name, ": ", requests.status().ToString()));
  if (const absl::Status settled = suite.Settle(); !settled.ok()) {
    return Fault(absl::StrCat(name, ": settling: ", settled.ToString()));
  }
  CallOptions options;
  if (!Text(step, "actor").empty()) options.actor = Text(step, "actor");
  std::string reply;
  if (walks && !only_prepares) {
    Walk(rpc, *requests, options, suite);
    reply = turns_[name].back().example.bytes();
  } else {
    const Answer answer = suite.Call(rpc, *requests, options);
    if (!answer.ok()) Fault(absl::StrCat(name, ": ", answer.status.ToString()));
    reply = answer.bytes();
  }
  // What the examples call the resource that the service has named.
  const std::string alias = Text(step, "known_as");
  if (!alias.empty()) names_[alias] = NameIn(rpc, reply);
}

void Stories::Walk(const Rpc& rpc, const std::vector<MessagePtr>& example,
                   const CallOptions& options, Suite& suite) {
  Walked walked;
  walked.story = story_;
  CallOptions late = options;
  late.expired = true;
  walked.expired_had_effect = HadEffect(rpc, suite, [&] {
    walked.expired = suite.Call(
        rpc, rpc.method->client_streaming() ? CopyAll(example) : WithNewId(Copy(*example[0])),
        late);
  });
  if (rpc.mutates() && !rpc.streams() && WithStaleEtag(*example[0]) != nullptr) {
    walked.stale_had_effect = HadEffect(rpc, suite, [&] {
      walked.stale = suite.Call(rpc, WithNewId(WithStaleEtag(*example[0])), options);
    });
  }

  walked.example = suite.Call(rpc, example, options);
  walked.has_request_id = HasRequestId(*example[0]);
  // Later steps may take away what there is now.
  if (rpc.request_field("page_token") != nullptr) TryFilters(rpc, *example[0], suite);
  if (rpc.mutates() && !rpc.streams() && walked.example.ok() && walked.has_request_id) {
    walked.repeated_had_effect = HadEffect(
        rpc, suite, [&] { walked.repeated = suite.Call(rpc, CopyAll(example), options); });
    const auto again = [&](MessagePtr request) {
      return request == nullptr
                 ? std::optional<Answer>()
                 : std::optional<Answer>(suite.Call(rpc, One(std::move(request)), options));
    };
    walked.with_output_only = again(WithOutputOnlySet(*example[0]));
    walked.decomposed = again(Decomposed(*example[0]));
    walked.other_body = again(WithOtherBody(*example[0]));
    TryImmutable(rpc, *example[0], options, suite, &walked);
  }
  turns_[rpc.short_name()].push_back(std::move(walked));
}

std::vector<MessagePtr> Stories::WithNewId(MessagePtr request) {
  MessagePtr other = WithRequestId(*request, absl::StrCat("walk-", ++calls_));
  return One(other == nullptr ? std::move(request) : std::move(other));
}

void Stories::TryImmutable(const Rpc& rpc, const google::protobuf::Message& update,
                           const CallOptions& options, Suite& suite, Walked* walked) {
  if (UpdatedResource(update.GetDescriptor()) == nullptr) return;
  const MessagePtr stored(google::protobuf::MessageFactory::generated_factory()
                              ->GetPrototype(rpc.method->output_type())
                              ->New());
  if (!stored->ParseFromString(walked->example.bytes())) return Fault("no valid answer");
  for (Changed& changed : WithImmutableChanged(update, *stored)) {
    walked->immutable.emplace_back(std::move(changed.field),
                                   suite.Call(rpc, WithNewId(std::move(changed.request)), options));
  }
}

bool Stories::HadEffect(const Rpc& rpc, Suite& suite, const std::function<void()>& calls) {
  for (int i = 0; i < kTries; ++i) {
    if (const absl::Status settled = suite.Settle(); !settled.ok()) Fault(settled.ToString());
    const absl::StatusOr<std::string> before = suite.StateOf(rpc.server);
    calls();
    const absl::StatusOr<std::string> after = suite.StateOf(rpc.server);
    if (!before.ok() || !after.ok()) {
      Fault(absl::StrCat("state of ", rpc.server, ": ", before.status().ToString()));
      return false;
    }
    if (*before == *after) return false;
  }
  return true;
}

void Stories::TryPageTokens(Suite& suite) {
  // A token of each list that has more than one item.
  std::map<std::string, std::map<std::string, std::string>> tokens;
  std::vector<std::pair<Rpc, MessagePtr>> lists;
  for (const Rpc& rpc : HomeRpcs()) {
    if (rpc.request_field("page_token") == nullptr) continue;
    absl::StatusOr<std::vector<MessagePtr>> example = Example(rpc);
    if (!example.ok()) continue;
    const std::string token = TryFilters(rpc, *example->front(), suite);
    if (!token.empty()) tokens[rpc.server][rpc.short_name()] = token;
    // Only where there is what the example asks for.
    const std::vector<Walked> turns = TurnsOf(rpc);
    if (!turns.empty() && turns.back().story == story_) {
      lists.emplace_back(rpc, std::move(example->front()));
    }
  }
  for (const auto& [rpc, example] : lists) {
    TokenAnswers& answers = tokens_[rpc.short_name()];
    const auto attempt = [&, &rpc = rpc, &example = example](absl::string_view what,
                                                             absl::string_view token) {
      answers.emplace_back(what, suite.Call(rpc, One(WithPageToken(*example, token))));
    };
    attempt("garbage", "bm9uc2Vuc2U");
    attempt("a token of another question",
            contract::EncodePageToken({suite.EpochOf(rpc.server).value_or(""), "another"}, "x"));
    for (const auto& [name, token] : tokens[rpc.server]) {
      if (name != rpc.short_name()) {
        attempt(absl::StrCat("the token of ", name), token);
        break;
      }
    }
  }
}

std::string Stories::TryFilters(const Rpc& rpc, const google::protobuf::Message& example,
                                Suite& suite) {
  const MessagePtr question = FirstOfAll(example);
  const Answer answer = suite.Call(rpc, One(Copy(*question)));
  const std::string token = NextPageToken(rpc.method, answer.bytes());
  TokenAnswers& answers = filters_[rpc.short_name()];
  if (token.empty() || !answers.empty()) return token;
  for (const Changed& changed : WithEachFilter(*question, example)) {
    answers.emplace_back(changed.field,
                         suite.Call(rpc, One(WithPageToken(*changed.request, token))));
  }
  return token;
}

}  // namespace banso::conformance
