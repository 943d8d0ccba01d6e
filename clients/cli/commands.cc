#include "clients/cli/commands.h"

#include <yaml-cpp/yaml.h>

#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "banso/gateway/v1/gateway_service.pb.h"
#include "banso/type/v1/operations.pb.h"
#include "clients/cli/csv.h"
#include "clients/cli/field_text.h"
#include "clients/cli/json_text.h"
#include "clients/cli/methods.h"
#include "clients/cli/program.h"
#include "clients/cli/request_text.h"
#include "clients/cli/table.h"
#include "clients/cli/views.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"

namespace banso::cli {
namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

constexpr char kGateway[] = "banso.gateway.v1.GatewayService/";
constexpr char kOperations[] = "banso.type.v1.OperationsService/";
constexpr absl::Duration kUploadTimeout = absl::Minutes(10);

std::string WithCollection(absl::string_view collection, absl::string_view name) {
  if (name.empty() || absl::StartsWith(name, absl::StrCat(collection, "/"))) {
    return std::string(name);
  }
  return absl::StrCat(collection, "/", name);
}

// A refusal of a program, with the files at fault.
int FinishApply(Context& context, const ProgramSource& source, const absl::Status& status) {
  const auto violations = contract::FieldViolations(status);
  if (violations.empty()) return Finish(context, status);
  context.err << "banso: The program is refused; " << violations.size()
              << (violations.size() == 1 ? " field is" : " fields are") << " not accepted:\n";
  for (const contract::FieldViolation& violation : violations) {
    context.err << "  " << FieldInFile(source, violation.field) << ": " << violation.description
                << "\n";
  }
  return ExitCodeOf(status);
}

// The text of a request: given, in a file, or on standard input.
absl::StatusOr<std::string> RequestText(const std::string& request) {
  if (request == "-") return ReadText("-");
  if (absl::StartsWith(request, "@")) return ReadText(request.substr(1));
  return request;
}

void PrintAnswer(Context& context, const Message& answer, const Pick& pick, bool pretty) {
  if (pick.empty()) {
    context.out << MessageJson(answer, pretty) << std::endl;
  } else {
    PrintPick(answer, pick, context.out);
  }
}

absl::Status CallUnary(Context& context, const MethodDescriptor& method, const Message& request,
                       const Pick& pick) {
  const std::unique_ptr<Message> response = NewMessage(*method.output_type());
  BANSO_RETURN_IF_ERROR(context.connection.Call(method, request, response.get()));
  PrintAnswer(context, *response, pick, true);
  return absl::OkStatus();
}

absl::Status ReadStream(Context& context, const MethodDescriptor& method, const Message& request,
                        const Pick& pick) {
  const std::unique_ptr<Message> message = NewMessage(*method.output_type());
  return context.connection.Read(method, request, message.get(), [&] {
    PrintAnswer(context, *message, pick, false);
    return CheckWritten(context.out);
  });
}

absl::Status SendStream(Context& context, const MethodDescriptor& method, const YAML::Node& list,
                        const Pick& pick) {
  if (!list.IsSequence()) {
    return InputError(absl::StrCat(method.name(), " takes a stream: write a list of ",
                                   method.input_type()->name()));
  }
  // All of it is read before any of it is sent.
  std::vector<std::unique_ptr<Message>> messages;
  for (size_t i = 0; i < list.size(); ++i) {
    messages.push_back(NewMessage(*method.input_type()));
    const absl::Status status = RequestFromNode(list[i], messages.back().get());
    if (!status.ok()) return InputError(absl::StrCat("item ", i, ": ", status.message()));
  }
  std::unique_ptr<Upload> upload = context.connection.Send(method, kUploadTimeout);
  for (const auto& message : messages) {
    if (!upload->Send(*message)) break;
  }
  const std::unique_ptr<Message> response = NewMessage(*method.output_type());
  BANSO_RETURN_IF_ERROR(upload->Finish(response.get()));
  PrintAnswer(context, *response, pick, true);
  return absl::OkStatus();
}

absl::Status CallByText(Context& context, const std::string& name, const std::string& given,
                        const Pick& pick) {
  BANSO_ASSIGN_OR_RETURN(const MethodDescriptor* method, FindMethod(name));
  BANSO_RETURN_IF_ERROR(CheckPick(*method->output_type(), pick));
  BANSO_ASSIGN_OR_RETURN(const std::string text, RequestText(given));
  BANSO_ASSIGN_OR_RETURN(const YAML::Node node, ParseDocument(text));
  if (method->client_streaming()) return SendStream(context, *method, node, pick);
  const std::unique_ptr<Message> request = NewMessage(*method->input_type());
  BANSO_RETURN_IF_ERROR(RequestFromNode(node, request.get()));
  return method->server_streaming() ? ReadStream(context, *method, *request, pick)
                                    : CallUnary(context, *method, *request, pick);
}

absl::Status AskPortfolio(Context& context, const PortfolioOptions& options,
                          gateway::v1::ListPortfolioResponse* all) {
  gateway::v1::ListPortfolioRequest request;
  request.set_page_size(200);
  request.set_owner(WithCollection("members", options.owner));
  for (const std::string& stage : options.stages) {
    accounts::v1::Account holder;
    const auto accepted = SetField("lifecycle_stage", stage, TextRules(), &holder);
    if (accepted.has_value()) {
      return InputError(absl::StrCat("--stage '", stage, "' must be ", *accepted));
    }
    request.add_lifecycle_stages(holder.lifecycle_stage());
  }
  while (true) {
    gateway::v1::ListPortfolioResponse page;
    BANSO_RETURN_IF_ERROR(
        context.connection.Call(absl::StrCat(kGateway, "ListPortfolio"), request, &page));
    for (gateway::v1::PortfolioRow& row : *page.mutable_rows()) {
      if (options.limit > 0 && all->rows_size() == options.limit) return absl::OkStatus();
      *all->add_rows() = std::move(row);
    }
    all->mutable_missing()->MergeFrom(page.missing());
    if (page.next_page_token().empty()) return absl::OkStatus();
    request.set_page_token(page.next_page_token());
  }
}

absl::Status AskTime(Context& context, const std::string& text,
                     type::v1::GetTimeResponse* response) {
  if (!text.empty()) {
    absl::Time time;
    std::string error;
    if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
      return InputError(absl::StrCat("'", text, "' is no time; write 2025-04-01T09:00:00+09:00"));
    }
    type::v1::SetTimeRequest request;
    *request.mutable_time() = calendar::ToTimestamp(time);
    type::v1::SetTimeResponse ignored;
    BANSO_RETURN_IF_ERROR(
        context.connection.Call(absl::StrCat(kOperations, "SetTime"), request, &ignored));
  }
  return context.connection.Call(absl::StrCat(kOperations, "GetTime"), type::v1::GetTimeRequest(),
                                 response);
}

}  // namespace

int Apply(Context& context, const std::string& path, const std::string& reason, bool dry_run) {
  const absl::StatusOr<ProgramSource> source = LoadProgram(path);
  if (!source.ok()) return Finish(context, source.status());
  gateway::v1::ApplyProgramRequest request;
  *request.mutable_program() = source->program;
  request.set_reason(reason);
  request.set_validate_only(dry_run);
  gateway::v1::ProgramApplication application;
  const absl::Status status =
      context.connection.Call(absl::StrCat(kGateway, "ApplyProgram"), request, &application);
  if (!status.ok()) return FinishApply(context, *source, status);
  if (context.output == Output::kJson) {
    application.clear_content();
    context.out << MessageJson(application, true) << "\n";
  } else {
    PrintApplication(application, context.out);
  }
  return kDone;
}

int Diff(Context& context, const std::string& before, const std::string& after) {
  gateway::v1::DiffRevisionsRequest request;
  request.set_before(before);
  request.set_after(after);
  gateway::v1::DiffRevisionsResponse diff;
  const absl::Status status =
      context.connection.Call(absl::StrCat(kGateway, "DiffRevisions"), request, &diff);
  if (!status.ok()) return Finish(context, status);
  if (context.output == Output::kJson) {
    context.out << MessageJson(diff, true) << "\n";
  } else {
    PrintDiff(diff, context.out);
  }
  return kDone;
}

int Portfolio(Context& context, const PortfolioOptions& options) {
  gateway::v1::ListPortfolioResponse all;
  const absl::Status status = AskPortfolio(context, options, &all);
  if (!status.ok()) return Finish(context, status);
  if (context.output == Output::kJson) {
    context.out << MessageJson(all, true) << "\n";
  } else {
    PrintPortfolio({all.rows().begin(), all.rows().end()},
                   {all.missing().begin(), all.missing().end()}, context.out);
  }
  return kDone;
}

int Overview(Context& context, const std::string& account) {
  gateway::v1::GetAccountOverviewRequest request;
  request.set_name(WithCollection("accounts", account));
  gateway::v1::AccountOverview overview;
  const absl::Status status =
      context.connection.Call(absl::StrCat(kGateway, "GetAccountOverview"), request, &overview);
  if (!status.ok()) return Finish(context, status);
  if (context.output == Output::kJson) {
    context.out << MessageJson(overview, true) << "\n";
  } else {
    PrintOverview(overview, context.out);
  }
  return kDone;
}

int CallMethod(Context& context, const std::string& method, const std::string& request,
               const Pick& pick) {
  return Finish(context, CallByText(context, method, request, pick));
}

int ListMethods(Context& context, const std::string& filter) {
  Table table({"RPC", "REQUEST", "ANSWER"});
  std::vector<std::string> json;
  for (const google::protobuf::ServiceDescriptor* service : Services()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor& method = *service->method(i);
      const std::string name = ShortName(method);
      if (!ContainsWord(name, filter)) continue;
      const std::string request =
          absl::StrCat(method.client_streaming() ? "stream " : "", method.input_type()->name());
      const std::string answer =
          absl::StrCat(method.server_streaming() ? "stream " : "", method.output_type()->name());
      table.Add({name, request, answer});
      json.push_back(absl::StrFormat("{\"rpc\":%s,\"request\":%s,\"answer\":%s}", JsonText(name),
                                     JsonText(request), JsonText(answer)));
    }
  }
  if (context.output == Output::kJson) {
    context.out << "[" << absl::StrJoin(json, ",\n ") << "]\n";
  } else {
    table.Print(context.out);
  }
  return kDone;
}

int Watch(Context& context, const WatchOptions& options) {
  gateway::v1::WatchPortfolioRequest request;
  request.set_resume_token(options.resume_token);
  for (const std::string& service : options.services) request.add_services(service);
  request.set_name_prefix(options.prefix);
  request.set_start(options.from_now ? type::v1::WATCH_START_NOW : type::v1::WATCH_START_SNAPSHOT);
  gateway::v1::WatchPortfolioResponse message;
  const MethodDescriptor& method = *FindFullName(absl::StrCat(kGateway, "WatchPortfolio"));
  return Finish(context, context.connection.Read(method, request, &message, [&] {
    if (context.output == Output::kJson) {
      context.out << MessageJson(message, false) << std::endl;
    } else if (message.has_change()) {
      context.out << ChangeLine(message.service(), message.change()) << std::endl;
    }
    return CheckWritten(context.out);
  }));
}

int Time(Context& context, const std::string& time, const std::string& zone) {
  const absl::StatusOr<absl::TimeZone> shown_in = calendar::LoadZone(zone);
  if (!shown_in.ok()) return Finish(context, shown_in.status());
  type::v1::GetTimeResponse response;
  const absl::Status status = AskTime(context, time, &response);
  if (!status.ok()) return Finish(context, status);
  if (context.output == Output::kJson) {
    context.out << MessageJson(response, true) << "\n";
  } else {
    context.out << absl::FormatTime(absl::RFC3339_sec, calendar::ToTime(response.time()), *shown_in)
                << (response.test_clock() ? " (test clock)\n" : "\n");
  }
  return kDone;
}

}  // namespace banso::cli
