#ifndef BANSO_CLIENTS_CLI_VIEWS_H_
#define BANSO_CLIENTS_CLI_VIEWS_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "banso/gateway/v1/gateway_service.pb.h"
#include "banso/gateway/v1/program.pb.h"
#include "banso/type/v1/change.pb.h"

// Answers as people read them.
namespace banso::cli {

// An enum value without its prefix, in lower case with spaces: `handoff gap`; empty for
// UNSPECIFIED.
std::string EnumText(const google::protobuf::EnumDescriptor* type, int value);

// A portfolio, a row for each account; what could not be told comes below.
void PrintPortfolio(const std::vector<gateway::v1::PortfolioRow>& rows,
                    const std::vector<gateway::v1::MissingPart>& missing, std::ostream& out);

// An account's story: who it is, its onboardings, scores and handoffs, and what happened.
void PrintOverview(const gateway::v1::AccountOverview& overview, std::ostream& out);

// What became of applying a program.
void PrintApplication(const gateway::v1::ProgramApplication& application, std::ostream& out);

// What differs between two revisions: who saved each and why, and a row for each difference.
void PrintDiff(const gateway::v1::DiffRevisionsResponse& diff, std::ostream& out);

// A change as one line.
std::string ChangeLine(absl::string_view service, const type::v1::Change& change);

}  // namespace banso::cli

#endif  // BANSO_CLIENTS_CLI_VIEWS_H_
