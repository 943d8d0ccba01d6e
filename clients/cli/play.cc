#include "clients/cli/play.h"

#include <yaml-cpp/yaml.h>

#include <map>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "banso/gateway/v1/gateway_service.pb.h"
#include "banso/type/v1/operations.pb.h"
#include "clients/cli/csv.h"
#include "clients/cli/field_text.h"
#include "clients/cli/json_text.h"
#include "clients/cli/methods.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/fingerprint.h"
#include "common/status_macros.h"

namespace banso::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr absl::Duration kTokenLife = absl::Hours(1);
// The reason of the error when a token's time is over.
constexpr char kTokenExpired[] = "TOKEN_EXPIRED";
constexpr absl::Duration kRetryEvery = absl::Milliseconds(100);

// The steps of a document: a list, `steps:` with one, or one step a line.
absl::StatusOr<YAML::Node> Steps(absl::string_view text) {
  const absl::string_view begin = absl::StripLeadingAsciiWhitespace(text);
  if (!begin.empty() && begin.front() == '{') {
    YAML::Node list(YAML::NodeType::Sequence);
    for (const absl::string_view line : absl::StrSplit(begin, '\n', absl::SkipWhitespace())) {
      BANSO_ASSIGN_OR_RETURN(const YAML::Node node, ParseDocument(line));
      list.push_back(node);
    }
    return list;
  }
  BANSO_ASSIGN_OR_RETURN(YAML::Node document, ParseDocument(text));
  YAML::Node list = document.IsMap() && document["steps"] ? document["steps"] : document;
  if (!list.IsSequence()) return InputError("a play is a list of steps");
  return list;
}

std::string TextOf(const YAML::Node& step, const char* key) {
  const YAML::Node value = step[key];
  return value && value.IsScalar() ? value.Scalar() : "";
}

absl::Status CheckKeys(const YAML::Node& step) {
  static const auto* const kKeys =
      new std::set<std::string>{"call", "request", "as", "expect", "retry_for", "await", "note"};
  if (!step.IsMap()) return InputError("a step is a map with call: or await:");
  for (const auto& entry : step) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
    if (!kKeys->contains(key)) {
      return InputError(absl::StrCat(
          "'", key, "' is no part of a step; there are: ", absl::StrJoin(*kKeys, ", ")));
    }
  }
  return absl::OkStatus();
}

// Gives the request an id made of its content, where it has none.
void SetRequestId(const google::protobuf::MethodDescriptor& method, Message* request) {
  const FieldDescriptor* field = request->GetDescriptor()->FindFieldByName("request_id");
  if (field == nullptr || !request->GetReflection()->GetString(*request, field).empty()) return;
  const std::string hash =
      contract::Hash(absl::StrCat(method.full_name(), "\n", contract::Fingerprint(*request)), 16);
  request->GetReflection()->SetString(request, field,
                                      absl::StrCat("play-", absl::BytesToHexString(hash)));
}

absl::StatusOr<PlayStep> ParseStep(YAML::Node node, const Placeholders& placeholders) {
  BANSO_RETURN_IF_ERROR(CheckKeys(node));
  BANSO_RETURN_IF_ERROR(ExpandAll(placeholders, &node));
  PlayStep step;
  step.await = TextOf(node, "await");
  step.as = TextOf(node, "as");
  step.expect = TextOf(node, "expect");
  const std::string retry = TextOf(node, "retry_for");
  if (!retry.empty() && !absl::ParseDuration(retry, &step.retry_for)) {
    return InputError(absl::StrCat("retry_for '", retry, "' is no duration such as 10s"));
  }
  const std::string call = TextOf(node, "call");
  if (call.empty() == step.await.empty()) return InputError("a step has either call: or await:");
  if (call.empty()) return step;
  BANSO_ASSIGN_OR_RETURN(step.method, FindMethod(call));
  if (step.method->client_streaming() || step.method->server_streaming()) {
    return InputError(absl::StrCat(call, " is a stream; a play calls RPCs with one answer"));
  }
  step.request = NewMessage(*step.method->input_type());
  BANSO_RETURN_IF_ERROR(RequestFromNode(node["request"], step.request.get()));
  SetRequestId(*step.method, step.request.get());
  return step;
}

std::string Title(const PlayStep& step) {
  if (step.method == nullptr) return absl::StrCat("await ", step.await);
  // The first of these that the request has says what it is about.
  for (const char* const key : {"name", "parent", "onboarding", "member_id", "account_id"}) {
    const FieldDescriptor* field = step.request->GetDescriptor()->FindFieldByName(key);
    if (field == nullptr || field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
    const std::string value = step.request->GetReflection()->GetString(*step.request, field);
    if (!value.empty()) return absl::StrCat(step.method->name(), " ", value);
  }
  return step.method->name();
}

bool IsExpected(const PlayStep& step, const absl::Status& status) {
  return !step.expect.empty() && (step.expect == absl::StatusCodeToString(status.code()) ||
                                  step.expect == contract::Reason(status));
}

// The work of one play.
class Player {
 public:
  Player(Context& context, const PlayOptions& options) : context_(context), options_(options) {}

  int Run(const std::vector<PlayStep>& steps) {
    const int code = RunAll(steps);
    RevokeTokens();
    return code;
  }

 private:
  // A connection with a token made for the play.
  struct Stand {
    std::string token;
    std::unique_ptr<Connection> connection;
  };

  int RunAll(const std::vector<PlayStep>& steps) {
    int refused = 0;
    for (const PlayStep& step : steps) {
      const absl::Status status = RunStep(step);
      if (status.ok()) continue;
      context_.err << "banso: " << options_.file << ", line " << step.line << ", " << Title(step)
                   << "\n";
      const int code = Finish(context_, status);
      if (!options_.keep_going || code == kUnavailable) return code;
      ++refused;
    }
    context_.err << steps.size() - static_cast<size_t>(refused) << " of " << steps.size()
                 << " steps of " << options_.file << " are done\n";
    return refused == 0 ? kDone : kPartly;
  }

  absl::Status RunStep(const PlayStep& step) {
    if (step.method == nullptr) return Await(step.await);
    const absl::Time until = absl::Now() + step.retry_for;
    const std::unique_ptr<Message> response = NewMessage(*step.method->output_type());
    while (true) {
      const absl::Status status = CallAs(step, response.get());
      if (status.ok() && options_.verbose) context_.out << MessageJson(*response, false) << "\n";
      if (status.ok() || IsExpected(step, status)) return absl::OkStatus();
      if (absl::Now() + kRetryEvery > until) return status;
      absl::SleepFor(kRetryEvery);
    }
  }

  // Through the gateway, both wait for or ask the service that is named.
  absl::Status Await(const std::string& service) {
    type::v1::GetPositionRequest ask;
    ask.set_service(service);
    type::v1::GetPositionResponse position;
    BANSO_RETURN_IF_ERROR(
        context_.connection.Call("banso.type.v1.OperationsService/GetPosition", ask, &position));
    type::v1::AwaitPositionRequest wait;
    wait.set_service(service);
    wait.set_position(position.position());
    type::v1::AwaitPositionResponse ignored;
    return context_.connection.Call("banso.type.v1.OperationsService/AwaitPosition", wait,
                                    &ignored);
  }

  absl::Status CallAs(const PlayStep& step, Message* response) {
    if (step.as.empty()) return context_.connection.Call(*step.method, *step.request, response);
    for (bool again = false;; again = true) {
      Stand& stand = stands_[step.as];
      if (stand.connection == nullptr) BANSO_RETURN_IF_ERROR(MakeToken(step.as, &stand));
      const absl::Status status = stand.connection->Call(*step.method, *step.request, response);
      // A play may move the business time beyond the token's.
      if (again || contract::Reason(status) != kTokenExpired) return status;
      stand = Stand();
    }
  }

  absl::Status MakeToken(const std::string& subject, Stand* stand) {
    type::v1::GetTimeResponse time;
    BANSO_RETURN_IF_ERROR(context_.connection.Call("banso.type.v1.OperationsService/GetTime",
                                                   type::v1::GetTimeRequest(), &time));
    gateway::v1::CreateTokenRequest request;
    request.mutable_token()->set_subject(subject);
    request.mutable_token()->set_scope(gateway::v1::TOKEN_SCOPE_WRITE);
    request.mutable_token()->set_purpose("for a play");
    *request.mutable_token()->mutable_expire_time() =
        calendar::ToTimestamp(calendar::ToTime(time.time()) + kTokenLife);
    gateway::v1::Token token;
    BANSO_RETURN_IF_ERROR(
        context_.connection.Call("banso.gateway.v1.GatewayService/CreateToken", request, &token));
    *stand = {token.name(), std::make_unique<Connection>(context_.connection, token.secret())};
    return absl::OkStatus();
  }

  // Their time ends soon anyway, so a failure is not worth a word.
  void RevokeTokens() {
    for (const auto& [subject, stand] : stands_) {
      gateway::v1::RevokeTokenRequest request;
      request.set_name(stand.token);
      gateway::v1::Token ignored;
      context_.connection.Call("banso.gateway.v1.GatewayService/RevokeToken", request, &ignored)
          .IgnoreError();
    }
  }

  Context& context_;
  const PlayOptions& options_;
  // By subject.
  std::map<std::string, Stand> stands_;
};

absl::StatusOr<Placeholders> PlaceholdersOf(Context& context, const PlayOptions& options) {
  Placeholders placeholders;
  BANSO_ASSIGN_OR_RETURN(placeholders.zone, calendar::LoadZone(options.time_zone));
  if (!options.today.empty()) {
    const std::optional<absl::CivilDay> day = ReadDay(options.today, "YYYY-MM-DD");
    if (!day.has_value()) {
      return InputError(absl::StrCat("--today '", options.today, "' is no day; write YYYY-MM-DD"));
    }
    placeholders.now = absl::FromCivil(absl::CivilSecond(*day) + 12 * 3600, placeholders.zone);
    return placeholders;
  }
  type::v1::GetTimeResponse time;
  BANSO_RETURN_IF_ERROR(context.connection.Call("banso.type.v1.OperationsService/GetTime",
                                                type::v1::GetTimeRequest(), &time));
  placeholders.now = calendar::ToTime(time.time());
  return placeholders;
}

absl::StatusOr<std::vector<PlayStep>> Load(Context& context, const PlayOptions& options) {
  BANSO_ASSIGN_OR_RETURN(const std::string text, ReadText(options.file));
  BANSO_ASSIGN_OR_RETURN(const Placeholders placeholders, PlaceholdersOf(context, options));
  auto steps = ParsePlay(text, placeholders);
  if (!steps.ok()) return InputError(absl::StrCat(options.file, ": ", steps.status().message()));
  return steps;
}

}  // namespace

absl::StatusOr<std::vector<PlayStep>> ParsePlay(absl::string_view text,
                                                const Placeholders& placeholders) {
  BANSO_ASSIGN_OR_RETURN(const YAML::Node list, Steps(text));
  std::vector<PlayStep> steps;
  std::vector<std::string> problems;
  // In JSON lines every step has a document of its own, and its place is its line.
  const bool lines = list.size() > 0 && list.Mark().is_null();
  for (size_t i = 0; i < list.size(); ++i) {
    const int line = lines ? static_cast<int>(i) + 1 : list[i].Mark().line + 1;
    absl::StatusOr<PlayStep> step = ParseStep(list[i], placeholders);
    if (step.ok()) {
      step->line = line;
      steps.push_back(*std::move(step));
    } else {
      problems.push_back(absl::StrCat("line ", line, ": ", step.status().message()));
    }
  }
  if (problems.empty()) return steps;
  return InputError(absl::StrJoin(problems, "\n"));
}

int Play(Context& context, const PlayOptions& options) {
  const absl::StatusOr<std::vector<PlayStep>> steps = Load(context, options);
  if (!steps.ok()) return Finish(context, steps.status());
  return Player(context, options).Run(*steps);
}

}  // namespace banso::cli
