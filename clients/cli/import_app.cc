#include "clients/cli/import_app.h"

#include <CLI/CLI.hpp>

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "clients/cli/import.h"
#include "clients/cli/input_error.h"

namespace banso::cli {
namespace {

constexpr char kImportFooter[] =
    "Mapping: --map FIELD=COLUMN says where a field comes from, --set FIELD=VALUE gives all rows "
    "the\n"
    "same. A field is named as in the proto, with dots for parts (adoption.sites). An amount of "
    "money\n"
    "names its currency (amount:USD=price), an attribute its key and type "
    "(attributes.founded:number=\n"
    "year). A list is separated by `;`.\n\n"
    "The report lists the holes of each column, doubtful spellings, and every row that was refused "
    "or\n"
    "is doubtful, with its line. Importing the same file again changes nothing.";

// The options that all imports share.
void AddSheetOptions(CLI::App* sub, ImportOptions* options, std::string* separator) {
  SheetOptions& sheet = options->sheet;
  sub->footer(kImportFooter);
  sub->add_option("file", sheet.file, "a CSV file (RFC 4180) with a header; - is standard input")
      ->required();
  sub->add_option("--map", sheet.map, "FIELD=COLUMN[,FIELD=COLUMN...]; may be given several times")
      ->required()
      ->allow_extra_args(false);
  sub->add_option("--set", sheet.set, "FIELD=VALUE for every row; may be given several times")
      ->allow_extra_args(false);
  sub->add_option("--system", options->system,
                  "the system that the file's account ids belong to, such as crm")
      ->capture_default_str();
  sub->add_option("--known", sheet.known,
                  "COLUMN=a|b|c, COLUMN=@FILE:COLUMN or COLUMN=@countries: what a column may hold")
      ->allow_extra_args(false);
  static const auto* const kUnknown =
      new std::map<std::string, UnknownValues>{{"warn", UnknownValues::kWarn},
                                               {"reject", UnknownValues::kReject},
                                               {"correct", UnknownValues::kCorrect}};
  sub->add_option("--unknown", sheet.unknown,
                  "what becomes of a value that is not known: warn (the default); reject the row; "
                  "correct a near misspelling and reject the rest")
      ->transform(CLI::CheckedTransformer(*kUnknown).description("{warn,reject,correct}"));
  sub->add_option("--date-format", sheet.date_format, "how days are written, such as DD-MM-YYYY")
      ->capture_default_str();
  sub->add_option("--time-zone", sheet.time_zone, "the zone of days and of times without one")
      ->capture_default_str();
  sub->add_option("--as-if-today", sheet.as_if_today,
                  "YYYY-MM-DD: move all days so that this one becomes today");
  sub->add_option("--today", sheet.today,
                  "what today is, as YYYY-MM-DD (default: the server's day)");
  sub->add_option("--separator", *separator, "what separates the values: one character, or tab")
      ->capture_default_str();
  sub->add_flag("--dry-run", options->dry_run, "store nothing; report what would be");
  sub->add_option("--show", options->show, "how many groups of problems to show; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  sub->add_option("--problems", options->problems_file,
                  "a CSV file to write every refused and doubtful row to");
}

using Importer = absl::StatusOr<ImportReport> (*)(Context&, const ImportOptions&);

CLI::App* AddImport(CLI::App* parent, const std::string& name, const std::string& about,
                    Importer importer, const std::shared_ptr<ImportOptions>& options,
                    Command* command) {
  auto separator = std::make_shared<std::string>(",");
  CLI::App* sub = parent->add_subcommand(name, about);
  AddSheetOptions(sub, options.get(), separator.get());
  sub->callback([=] {
    *command = [=](Context& context) {
      if (*separator == "tab") *separator = "\t";
      if (separator->size() != 1) {
        return Finish(context, InputError("--separator takes one character, or tab"));
      }
      options->sheet.separator = separator->front();
      const absl::StatusOr<ImportReport> report = importer(context, *options);
      if (!report.ok()) return Finish(context, report.status());
      return PrintReport(context, *options, *report);
    };
  });
  return sub;
}

void AddParallel(CLI::App* sub, ImportOptions* options) {
  sub->add_option("--parallel", options->parallel, "how many rows are stored at a time")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
}

void AddAccountsImport(CLI::App* import, Command* command) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* sub =
      AddImport(import, "accounts",
                "Create or update accounts by their id in another system. Besides the "
                "fields of Account there are `id`, the id there, and `parent`, the id or "
                "name of the parent",
                ImportAccounts, options, command);
  sub->add_option("--id", options->id_column,
                  "the same as --map id=COLUMN (default: the column of display_name)");
}

void AddDealsImport(CLI::App* import, Command* command) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* sub =
      AddImport(import, "deals",
                "Create deals, and win or lose them. Besides the fields of Deal there are "
                "`account` and `id` (both needed), `stage`, `sales_owner` (a member's name), "
                "`contract_start` and `loss_reason`",
                ImportDeals, options, command);
  sub->add_option("--won", options->won, "the stage of a won deal")->capture_default_str();
  sub->add_option("--lost", options->lost, "the stage of a lost deal; others are open")
      ->capture_default_str();
  sub->add_flag("--create-members", options->create_members,
                "create the members that the column of sales_owner names and that do not exist");
  AddParallel(sub, options.get());
}

// What is stored by one stream, without further options.
void AddResourceImports(CLI::App* import, Command* command) {
  const struct {
    const char* name;
    const char* about;
    Importer importer;
  } kinds[] = {
      {"contracts",
       "Create or update contracts (subscriptions). Besides the fields of Contract there "
       "are `account` and `id`; these and `start_date` are needed",
       ImportContracts},
      {"sites",
       "Create or update sites of accounts. Besides the fields of Site there are `account` and "
       "`id`, both needed",
       ImportSites},
      {"stakeholders",
       "Create or update people of accounts. Besides the fields of Stakeholder there are `account` "
       "and `id`, both needed, and `site`, the id of a site of the account",
       ImportStakeholders},
      {"members",
       "Create or update members, the vendor's own people. Besides the fields of Member there is "
       "`id`, which is needed",
       ImportMembers},
      {"interactions",
       "Create or update meetings, calls and messages. Besides the fields of Interaction there are "
       "`account`, `id`, `members` (their names) and `stakeholders` (their ids), each separated by "
       "semicolons; `account`, `id`, `channel`, `start_time` and `members` are needed",
       ImportInteractions},
  };
  for (const auto& kind : kinds) {
    AddImport(import, kind.name, kind.about, kind.importer, std::make_shared<ImportOptions>(),
              command);
  }
}

void AddOnboardingsImport(CLI::App* import, Command* command) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* sub =
      AddImport(import, "onboardings",
                "Start onboardings by the program in force. Besides the fields of "
                "StartOnboardingRequest there are `account`, `id` and `owner` (a member's name), "
                "all needed like `kind` and `contract_start`, and the days of clocks: "
                "clocks.first_meeting, clocks.kickoff, clocks.go_live, clocks.first_value",
                ImportOnboardings, options, command);
  AddParallel(sub, options.get());
}

void AddSamplesImport(CLI::App* import, Command* command) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* sub =
      AddImport(import, "samples",
                "Import what was measured. Besides the fields of Sample there are `account` (an "
                "id or name) or else `contract` (the id of a contract, which says whose it is), "
                "`metric`, and metrics.METRIC for a column with the values of one metric. "
                "`occurred_time` is needed. Map `known_time` as well when the table is history: "
                "what is known only since the import is invisible to a backtest",
                ImportSamples, options, command);
  sub->add_flag(
      "--within-contract", options->within_contract,
      "refuse rows whose day lies outside the days of their contract; they are taken with "
      "a warning otherwise");
}

void AddOutcomesImport(CLI::App* import, Command* command) {
  auto options = std::make_shared<ImportOptions>();
  AddImport(import, "outcomes",
            "Import what became of customers: churn, renewals and so on. Besides the fields of "
            "Outcome there are `account` and `id`; these, `kind` and `occurred_time` are needed. "
            "Map `known_time` as well when the table is history",
            ImportOutcomes, options, command);
}

void AddSurveysImport(CLI::App* import, Command* command) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* sub =
      AddImport(import, "surveys",
                "Import who was asked in a survey, and what they answered: one row for each person "
                "and round. There are `account`, `respondent` (a person's id, name or mail "
                "address), `survey`, `round` and `ask_time`, all needed, and answers.QUESTION for "
                "the column of a question, `answer_time`, `comment` and `layer`. A row without "
                "answers is somebody who did not answer",
                ImportSurveys, options, command);
  AddParallel(sub, options.get());
}

}  // namespace

void AddImports(CLI::App* app, Command* command) {
  CLI::App* import = app->add_subcommand("import", "Import a table of another system");
  import->require_subcommand(1);
  AddAccountsImport(import, command);
  AddDealsImport(import, command);
  AddResourceImports(import, command);
  AddOnboardingsImport(import, command);
  AddSamplesImport(import, command);
  AddOutcomesImport(import, command);
  AddSurveysImport(import, command);
}

}  // namespace banso::cli
