#ifndef BANSO_SERVICES_ACCOUNTS_API_API_FIXTURE_H_
#define BANSO_SERVICES_ACCOUNTS_API_API_FIXTURE_H_

#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/fact/v1/fact.pb.h"
#include "common/calendar/calendars.h"
#include "common/contract/call.h"
#include "common/contract/field_rules.h"
#include "common/contract/ids.h"
#include "common/rule/value.h"
#include "common/server/stream.h"
#include "common/status_macros.h"
#include "common/storage/database.h"
#include "common/storage/open.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gtest/gtest.h"
#include "services/accounts/api/accounts_api.h"
#include "services/accounts/api/active_policy.h"
#include "services/accounts/api/classification_api.h"
#include "services/accounts/api/deals_api.h"
#include "services/accounts/api/onboardings_api.h"
#include "services/accounts/api/people_api.h"
#include "services/accounts/api/relations_api.h"
#include "services/accounts/api/team_api.h"
#include "services/accounts/store/store.h"

namespace banso::accounts {

// A client stream whose messages are there from the beginning.
template <class Message>
class VectorSource : public server::Source<Message> {
 public:
  explicit VectorSource(std::vector<Message> messages) : messages_(std::move(messages)) {}

  absl::StatusOr<bool> Read(Message* message) override {
    if (next_ == messages_.size()) return false;
    *message = messages_[next_++];
    return true;
  }

 private:
  std::vector<Message> messages_;
  size_t next_ = 0;
};

// Handlers over a store in a temporary folder, called as the server calls them. There are the
// members `sato` (sales), `aoki` (onboarding) and `ito` (retention).
class ApiTest : public banso::testing::TempDirTest {
 protected:
  void SetUp() override {
    storage::OpenOptions options;
    options.path = TempFile("accounts.db");
    options.service = "accounts";
    options.migrations = Schema();
    BANSO_ASSERT_OK_AND_ASSIGN(database_, storage::OpenSqlite(options));
    api_ = std::make_unique<AccountsApi>(*database_, store_, ids_, policy_);
    others_ = {std::make_unique<ClassificationApi>(*database_, store_, ids_),
               std::make_unique<DealsApi>(*database_, store_, ids_, policy_),
               std::make_unique<OnboardingsApi>(*database_, store_, ids_, policy_),
               std::make_unique<RelationsApi>(*database_, store_, ids_, calendars_),
               std::make_unique<PeopleApi>(*database_, store_, ids_),
               std::make_unique<TeamApi>(*database_, store_, ids_)};
    CreateMember("sato", "sales");
    CreateMember("aoki", "onboarding");
    CreateMember("ito", "retention");
  }

  void CreateMember(const std::string& id, const std::string& team) {
    v1::CreateMemberRequest request;
    request.set_member_id(id);
    request.mutable_member()->set_display_name(id);
    request.mutable_member()->set_team(team);
    BANSO_ASSERT_OK(Do(&TeamApi::CreateMember, request));
  }

  // Checks the request and calls the handler, as `actor_` at `now_`.
  template <class Api, class Response, class Request>
  absl::StatusOr<Response> Do(absl::StatusOr<Response> (Api::*handler)(const Call&, const Request&),
                              Request request) {
    return DoOn(Service<Api>(), handler, std::move(request));
  }

  // The same on the handlers of another proto service.
  template <class Api, class Response, class Request>
  absl::StatusOr<Response> DoOn(Api& api,
                                absl::StatusOr<Response> (Api::*handler)(const Call&,
                                                                         const Request&),
                                Request request) {
    BANSO_RETURN_IF_ERROR(contract::Check(&request));
    Call call = NewCall(Request::descriptor()->full_name());
    const auto* field = Request::descriptor()->FindFieldByName("request_id");
    if (field != nullptr) call.request_id = request.GetReflection()->GetString(request, field);
    return (api.*handler)(call, request);
  }
  template <class Api, class Response, class Request>
  absl::StatusOr<Response> DoOn(Api& api,
                                absl::StatusOr<Response> (Api::*handler)(const Call&,
                                                                         const Request&),
                                const std::string& request) {
    return DoOn(api, handler, banso::testing::ParseProto<Request>(request));
  }

  // The same with the request in text format.
  template <class Api, class Response, class Request>
  absl::StatusOr<Response> Do(absl::StatusOr<Response> (Api::*handler)(const Call&, const Request&),
                              const std::string& request) {
    return Do(handler, banso::testing::ParseProto<Request>(request));
  }

  absl::StatusOr<v1::ImportAccountsResponse> Import(
      std::vector<v1::ImportAccountsRequest> messages) {
    VectorSource<v1::ImportAccountsRequest> source(std::move(messages));
    return api_->ImportAccounts(NewCall("ImportAccounts"), source);
  }

  // Makes an account with a won deal, `sato` being its seller.
  void CreateWonAccount(const std::string& id) {
    BANSO_ASSERT_OK(
        Do(&AccountsApi::CreateAccount,
           absl::StrCat("account_id: '", id, "' account { display_name: '", id, "' }")));
    BANSO_ASSERT_OK(Do(&DealsApi::CreateDeal,
                       absl::StrCat("parent: 'accounts/", id,
                                    "' deal_id: 'd1' deal { sales_owner: 'members/sato' }")));
    BANSO_ASSERT_OK(
        Do(&DealsApi::WinDeal, absl::StrCat("name: 'accounts/", id, "/deals/d1' ",
                                            "contract_start { year: 2026 month: 4 day: 1 }")));
  }

  // Starts an onboarding of `aoki` as handoff does.
  void StartOnboarding(const std::string& account, const std::string& id) {
    const std::string actor = std::exchange(actor_, "services/handoff");
    BANSO_ASSERT_OK(
        Do(&OnboardingsApi::CreateOnboarding,
           absl::StrCat("parent: 'accounts/", account, "' onboarding_id: '", id,
                        "' onboarding { kind: ONBOARDING_KIND_INITIAL ", "owner: 'members/aoki' } ",
                        "contract_start { year: 2026 month: 4 day: 1 }")));
    actor_ = actor;
  }

  // Moves an onboarding on as handoff does.
  absl::StatusOr<v1::Onboarding> Advance(const std::string& name, const std::string& rest) {
    const std::string actor = std::exchange(actor_, "services/handoff");
    auto result =
        Do(&OnboardingsApi::AdvanceOnboarding,
           absl::StrCat("name: '", name, "' date { year: 2026 month: 6 day: 30 } ", rest));
    actor_ = actor;
    return result;
  }

  v1::Account GetAccount(const std::string& id) {
    auto account = Do(&AccountsApi::GetAccount, absl::StrCat("name: 'accounts/", id, "'"));
    EXPECT_THAT(account, banso::testing::IsOk());
    return account.value_or(v1::Account());
  }

  // The changes of a fact about a subject, oldest first.
  std::vector<fact::v1::FactChange> FactChangesOf(const std::string& subject,
                                                  const std::string& fact) {
    std::vector<fact::v1::FactChange> result;
    const absl::Status status = database_->Read([&](storage::Reader& reader) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(result, store_.facts.Changes(reader, subject, fact));
      return absl::OkStatus();
    });
    EXPECT_THAT(status, banso::testing::IsOk());
    return result;
  }

  // The last value of a fact about a subject, printed; empty when it is not known.
  std::string FactNow(const std::string& subject, const std::string& fact) {
    const std::vector<fact::v1::FactChange> changes = FactChangesOf(subject, fact);
    const bool known = !changes.empty() && changes.back().has_value();
    return known ? rule::ValueText(changes.back().value()) : "";
  }

  // The same as texts; `-` for a withdrawal.
  std::vector<std::string> FactHistory(const std::string& subject, const std::string& fact) {
    std::vector<std::string> texts;
    for (const fact::v1::FactChange& change : FactChangesOf(subject, fact)) {
      texts.push_back(change.has_value() ? change.value().text() : "-");
    }
    return texts;
  }

  template <class Api>
  Api& Service() {
    if constexpr (std::is_same_v<Api, AccountsApi>) {
      return *api_;
    } else {
      return *std::get<std::unique_ptr<Api>>(others_);
    }
  }

  Call NewCall(absl::string_view method) const {
    Call call;
    call.method = std::string(method);
    call.actor = actor_;
    call.now = now_;
    call.deadline = absl::Now() + absl::Minutes(1);
    return call;
  }

  std::string actor_ = "members/sato";
  absl::Time now_ = absl::FromCivil(absl::CivilSecond(2026, 3, 25, 3, 0, 0), absl::UTCTimeZone());
  Store store_;
  ActivePolicy policy_{store_};
  contract::CountingIdSource ids_;
  calendar::Calendars calendars_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<AccountsApi> api_;
  std::tuple<std::unique_ptr<ClassificationApi>, std::unique_ptr<DealsApi>,
             std::unique_ptr<OnboardingsApi>, std::unique_ptr<RelationsApi>,
             std::unique_ptr<PeopleApi>, std::unique_ptr<TeamApi>>
      others_;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_API_FIXTURE_H_
