#ifndef BANSO_CLIENTS_CLI_IMPORT_FIXTURE_H_
#define BANSO_CLIENTS_CLI_IMPORT_FIXTURE_H_

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/accounts/v1/team_service.pb.h"
#include "banso/type/v1/operations.pb.h"
#include "clients/cli/app.h"
#include "clients/cli/fake_server.h"
#include "common/testing/temp_dir.h"

namespace banso::cli {

// Imports into a suite that keeps accounts and members in memory; 1 May 2025.
class ImportFixture : public ::testing::Test {
 protected:
  ImportFixture() {
    server_.Unary<type::v1::GetTimeRequest, type::v1::GetTimeResponse>(
        "banso.type.v1.OperationsService/GetTime",
        [](const type::v1::GetTimeRequest&, type::v1::GetTimeResponse* response) {
          response->mutable_time()->set_seconds(1746061200);
          return absl::OkStatus();
        });
    List<accounts::v1::ListAccountsRequest, accounts::v1::ListAccountsResponse>(
        "banso.accounts.v1.AccountsService/ListAccounts", accounts_,
        [](accounts::v1::ListAccountsResponse* response) { return response->add_accounts(); });
    List<accounts::v1::ListMembersRequest, accounts::v1::ListMembersResponse>(
        "banso.accounts.v1.TeamService/ListMembers", members_,
        [](accounts::v1::ListMembersResponse* response) { return response->add_members(); });
  }

  // Answers a List method with all of `stored`; `add` adds an item to the answer.
  template <class Request, class Response, class Resource, class Add>
  void List(const char* method, const std::map<std::string, Resource>& stored, Add add) {
    server_.Unary<Request, Response>(method, [this, &stored, add](const Request&, Response* out) {
      std::lock_guard lock(mutex_);
      for (const auto& [name, resource] : stored) *add(out) = resource;
      return absl::OkStatus();
    });
  }

  // Runs `banso import ARGUMENTS`.
  int Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"banso", "--address", server_.address(), "import"});
    std::vector<const char*> argv;
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    std::ostringstream out, err;
    const int code = RunApp(static_cast<int>(argv.size()), argv.data(), out, err);
    out_ = out.str();
    err_ = err.str();
    return code;
  }

  // Writes a file and returns its path.
  std::string Write(const char* name, const char* text) {
    std::ofstream(folder_.File(name)) << text;
    return folder_.File(name);
  }

  std::mutex mutex_;
  // By their ids in the other system.
  std::map<std::string, accounts::v1::Account> accounts_;
  std::map<std::string, accounts::v1::Member> members_;
  testing::TempDir folder_;
  FakeServer server_;
  std::string out_;
  std::string err_;
};

}  // namespace banso::cli

#endif  // BANSO_CLIENTS_CLI_IMPORT_FIXTURE_H_
