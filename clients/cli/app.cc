#include "clients/cli/app.h"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "clients/cli/commands.h"
#include "clients/cli/context.h"
#include "clients/cli/csv.h"
#include "clients/cli/import_app.h"
#include "clients/cli/play.h"
#include "common/status_macros.h"

namespace banso::cli {
namespace {

constexpr char kDefaultTokenFile[] = ".banso/operator.token";

constexpr char kAbout[] =
    "banso - the command line of Banso, which runs the onboarding of B2B customers\n\n"
    "It talks to the gateway (deploy/up starts one) over gRPC. Answers go to standard output,\n"
    "everything said about them to standard error.";

constexpr char kFooter[] =
    "Exit codes: 0 done; 1 the command line or a file cannot be used, or the answer cannot be\n"
    "written; 2 the server refused; 3 the server cannot be reached or did not answer in time;\n"
    "4 some rows were not taken, or not in full.\n\n"
    "Examples:\n"
    "  banso apply deploy/programs/lapras --reason 'first program'\n"
    "  banso import accounts accounts.csv --system crm --id account \\\n"
    "      --map display_name=account,industry=sector,employees=employees --dry-run\n"
    "  banso portfolio --owner aoki --stage onboarding\n"
    "  banso overview acme\n"
    "  banso call GetAccount '{name: accounts/acme}'\n"
    "  banso watch --from-now --prefix accounts/acme\n\n"
    "`banso COMMAND --help` says more about a command.";

// What all commands share.
struct Globals {
  std::string address = "127.0.0.1:8480";
  std::string token;
  std::string token_file;
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  std::string actor;
  std::string output = "table";
  std::string timeout = "30s";
};

absl::StatusOr<std::string> TokenOf(const Globals& globals) {
  if (!globals.token.empty()) return globals.token;
  std::string path = globals.token_file;
  std::error_code error;
  if (path.empty() && std::filesystem::exists(kDefaultTokenFile, error)) path = kDefaultTokenFile;
  if (path.empty()) return std::string();
  BANSO_ASSIGN_OR_RETURN(const std::string text, ReadText(path));
  return std::string(absl::StripAsciiWhitespace(text));
}

// The text of a PEM file; empty without a file.
absl::StatusOr<std::string> ReadPem(absl::string_view option, const std::string& path,
                                    absl::string_view marker) {
  if (path.empty()) return std::string();
  BANSO_ASSIGN_OR_RETURN(std::string text, ReadText(path));
  if (absl::StrContains(text, marker)) return text;
  return InputError(absl::StrCat(option, ": ", path, " is no PEM file with a ", marker));
}

absl::StatusOr<std::optional<Tls>> TlsOf(const Globals& globals) {
  if (globals.cert_file.empty() != globals.key_file.empty()) {
    return InputError("--cert-file and --key-file come together");
  }
  if (globals.ca_file.empty()) {
    if (globals.cert_file.empty()) return std::optional<Tls>();
    return InputError("--cert-file needs --ca-file: without it the connection is in plain text");
  }
  Tls tls;
  BANSO_ASSIGN_OR_RETURN(tls.authorities, ReadPem("--ca-file", globals.ca_file, "CERTIFICATE"));
  BANSO_ASSIGN_OR_RETURN(tls.certificate, ReadPem("--cert-file", globals.cert_file, "CERTIFICATE"));
  BANSO_ASSIGN_OR_RETURN(tls.key, ReadPem("--key-file", globals.key_file, "PRIVATE KEY"));
  return std::optional<Tls>(std::move(tls));
}

absl::StatusOr<ConnectionOptions> ConnectionOf(const Globals& globals) {
  ConnectionOptions options;
  options.address = globals.address;
  options.actor = globals.actor;
  BANSO_ASSIGN_OR_RETURN(options.token, TokenOf(globals));
  BANSO_ASSIGN_OR_RETURN(options.tls, TlsOf(globals));
  if (!absl::ParseDuration(globals.timeout, &options.timeout) ||
      options.timeout <= absl::ZeroDuration()) {
    return InputError(
        absl::StrCat("--timeout '", globals.timeout, "' is no duration such as 30s or 2m"));
  }
  return options;
}

void AddGlobals(CLI::App* app, Globals* globals) {
  app->add_option("--address", globals->address, "host:port of the gateway")
      ->envname("BANSO_ADDRESS")
      ->capture_default_str();
  app->add_option("--token", globals->token, "the secret of a token")->envname("BANSO_TOKEN");
  app->add_option(
         "--token-file,--token_file", globals->token_file,
         absl::StrCat("a file with the secret; by default ", kDefaultTokenFile, " when it exists"))
      ->envname("BANSO_TOKEN_FILE");
  app->add_option("--ca-file", globals->ca_file,
                  "PEM file of the authorities that vouch for the server; without, plain text")
      ->envname("BANSO_CA_FILE");
  app->add_option("--cert-file", globals->cert_file,
                  "PEM file of the certificate that a server may ask for")
      ->envname("BANSO_CERT_FILE");
  app->add_option("--key-file", globals->key_file, "PEM file of its key")
      ->envname("BANSO_KEY_FILE");
  app->add_option("--actor", globals->actor,
                  "who acts (members/aoki), for a single service that is called directly");
  app->add_option("--output,-o", globals->output, "how answers are written")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  app->add_option("--timeout", globals->timeout, "how long a call may take")->capture_default_str();
}

void AddApply(CLI::App* app, Command* command) {
  struct Options {
    std::string path;
    std::string reason = "applied with banso apply";
    bool dry_run = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* sub = app->add_subcommand(
      "apply", "Apply a program: a folder of YAML or JSON files with the proto's field names");
  sub->add_option("path", options->path, "a folder or a file")->required();
  sub->add_option("--reason", options->reason, "why it is applied; stays with the revisions")
      ->capture_default_str();
  sub->add_flag("--dry-run", options->dry_run, "only check it, and tell what would change");
  sub->callback([=] {
    *command = [=](Context& context) {
      return Apply(context, options->path, options->reason, options->dry_run);
    };
  });
}

void AddDiff(CLI::App* app, Command* command) {
  auto before = std::make_shared<std::string>();
  auto after = std::make_shared<std::string>();
  CLI::App* sub = app->add_subcommand("diff", "Tell what differs between two revisions of a part");
  sub->add_option("before", *before, "scoreModels/onboarding@1")->required();
  sub->add_option("after", *after, "scoreModels/onboarding@2")->required();
  sub->callback(
      [=] { *command = [=](Context& context) { return Diff(context, *before, *after); }; });
}

void AddViews(CLI::App* app, Command* command) {
  auto portfolio = std::make_shared<PortfolioOptions>();
  CLI::App* sub = app->add_subcommand(
      "portfolio", "List accounts: stage, owner, days against the target, next step, score");
  sub->add_option("--owner", portfolio->owner, "only accounts of this member");
  sub->add_option("--stage", portfolio->stages,
                  "only these stages: prospect, won, onboarding, handoff_gap, retention, ...")
      ->delimiter(',');
  sub->add_option("--limit", portfolio->limit, "at most so many; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  sub->callback(
      [=] { *command = [=](Context& context) { return Portfolio(context, *portfolio); }; });

  auto account = std::make_shared<std::string>();
  sub = app->add_subcommand("overview", "Tell an account's story");
  sub->add_option("account", *account, "the account: acme or accounts/acme")->required();
  sub->callback([=] { *command = [=](Context& context) { return Overview(context, *account); }; });

  auto watch = std::make_shared<WatchOptions>();
  sub = app->add_subcommand("watch", "Print changes as they are committed, one a line");
  sub->add_option("--service", watch->services, "only these services: accounts, health, ...")
      ->delimiter(',');
  sub->add_option("--prefix", watch->prefix, "only resources whose name begins so");
  sub->add_flag("--from-now", watch->from_now, "without what exists already");
  sub->add_option("--resume", watch->resume_token,
                  "go on behind this resume_token (--output json shows them)");
  sub->callback([=] { *command = [=](Context& context) { return Watch(context, *watch); }; });
}

void AddCalls(CLI::App* app, Command* command) {
  auto method = std::make_shared<std::string>();
  auto request = std::make_shared<std::string>();
  CLI::App* sub = app->add_subcommand(
      "call",
      "Call any RPC; answers are JSON. A stream that is read is printed one message a line, "
      "a stream that is sent is a list. A day may be written as 2025-04-01");
  sub->add_option("method", *method, "the RPC: GetAccount, AccountsService/WatchChanges")
      ->required();
  sub->add_option("request", *request, "the request as JSON or YAML; @FILE; - for standard input");
  auto pick = std::make_shared<Pick>();
  sub->add_option("--field", pick->field,
                  "print only this field of the answer, such as summary or out_of_time.bands");
  sub->add_option(
         "--columns", pick->columns,
         "print a table of these fields, separated by commas, of what --field names (or of "
         "the answer)")
      ->delimiter(',');
  sub->callback([=] {
    *command = [=](Context& context) { return CallMethod(context, *method, *request, *pick); };
  });

  auto filter = std::make_shared<std::string>();
  sub = app->add_subcommand("list", "List the RPCs");
  sub->add_option("filter", *filter, "only those whose name contains this");
  sub->callback(
      [=] { *command = [=](Context& context) { return ListMethods(context, *filter); }; });

  auto play = std::make_shared<PlayOptions>();
  sub = app->add_subcommand(
      "play", "Make the calls of a file one after the other; playing it again repeats nothing");
  sub->add_option("file", play->file, "a list of steps as YAML, JSON or JSON lines")->required();
  sub->add_option("--today", play->today, "what ${today} is, as YYYY-MM-DD (default: today)");
  sub->add_option("--time-zone", play->time_zone, "the zone of ${today}")->capture_default_str();
  sub->add_flag("--keep-going", play->keep_going, "go on behind a step that is refused");
  sub->add_flag("--verbose", play->verbose, "print the answers");
  sub->callback([=] { *command = [=](Context& context) { return Play(context, *play); }; });

  auto time = std::make_shared<std::string>();
  sub =
      app->add_subcommand("time", "Show the business time; `time set` moves a test clock forward");
  auto zone = std::make_shared<std::string>("UTC");
  sub->add_option("--zone", *zone, "The IANA time zone in which to show it")->capture_default_str();
  sub->callback([=] {
    if (!*command) *command = [=](Context& context) { return Time(context, "", *zone); };
  });
  CLI::App* set = sub->add_subcommand("set", "Set the business time of a suite with --test_clock");
  set->add_option("time", *time, "RFC 3339, such as 2025-04-01T09:00:00+09:00")->required();
  set->callback([=] { *command = [=](Context& context) { return Time(context, *time, *zone); }; });
}

int RunCommand(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  CLI::App app(kAbout);
  app.footer(kFooter);
  app.require_subcommand(1);
  app.fallthrough();
  Globals globals;
  Command command;
  AddGlobals(&app, &globals);
  AddApply(&app, &command);
  AddImports(&app, &command);
  AddDiff(&app, &command);
  AddViews(&app, &command);
  AddCalls(&app, &command);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error, out, err) == 0 ? kDone : kUsage;
  }
  const absl::StatusOr<ConnectionOptions> options = ConnectionOf(globals);
  if (!options.ok()) {
    err << "banso: " << ErrorText(options.status()) << "\n";
    return kUsage;
  }
  Connection connection(*options);
  Context context{connection, out, err, globals.output == "json" ? Output::kJson : Output::kTable};
  return command(context);
}

}  // namespace

int RunApp(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  const int code = RunCommand(argc, argv, out, err);
  const absl::Status written = CheckWritten(out);
  // Otherwise something else has gone wrong, and was told.
  const bool was_done = code == kDone || code == kPartly;
  if (written.ok() || !was_done) return code;
  err << "banso: " << ErrorText(written) << "\n";
  return kUsage;
}

}  // namespace banso::cli
