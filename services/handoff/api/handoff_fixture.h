#ifndef BANSO_SERVICES_HANDOFF_API_HANDOFF_FIXTURE_H_
#define BANSO_SERVICES_HANDOFF_API_HANDOFF_FIXTURE_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/calendar/clock.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/field_rules.h"
#include "common/contract/ids.h"
#include "common/status_macros.h"
#include "common/storage/open.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gtest/gtest.h"
#include "services/handoff/api/completions_api.h"
#include "services/handoff/api/criteria_api.h"
#include "services/handoff/api/fake_neighbours.h"
#include "services/handoff/api/handoff_api.h"
#include "services/handoff/api/inquiry.h"
#include "services/handoff/api/process_engine.h"
#include "services/handoff/api/processes_api.h"
#include "services/handoff/api/steps.h"
#include "services/handoff/store/store.h"

namespace banso::handoff {

// A database that stops writing after so many writes, as a process that was killed does. Reads and
// everything else go on.
class DyingDatabase : public storage::Database {
 public:
  explicit DyingDatabase(storage::Database& real) : real_(real) {}

  // From now on, so many writes are made; the next ones are not.
  void DieAfter(int writes) { writes_left_ = writes; }
  void Revive() { writes_left_ = kForever; }
  bool died() const { return writes_left_ < 0; }

  absl::Status Read(absl::FunctionRef<absl::Status(storage::Reader&)> body) override {
    return real_.Read(body);
  }
  absl::StatusOr<int64_t> Write(const Call& call,
                                absl::FunctionRef<absl::Status(storage::Writer&)> body) override {
    if (writes_left_ != kForever && --writes_left_ < 0) {
      writes_left_ = -1;
      return absl::UnavailableError("killed");
    }
    return real_.Write(call, body);
  }
  int64_t position() const override { return real_.position(); }
  absl::Time TimeOf(const Call& call) const override { return real_.TimeOf(call); }
  const std::string& epoch() const override { return real_.epoch(); }
  absl::Status WaitForPosition(int64_t at_least, absl::Time deadline) override {
    return real_.WaitForPosition(at_least, deadline);
  }
  std::unique_ptr<storage::CommitWatch> NotifyAfter(int64_t position,
                                                    std::function<void()> wake) override {
    return real_.NotifyAfter(position, std::move(wake));
  }
  void Close() override { real_.Close(); }

 private:
  static constexpr int kForever = 1 << 30;

  storage::Database& real_;
  std::atomic<int> writes_left_{kForever};
};

// Handlers over a store in a temporary folder, called as the server calls them, by `actor_` at the
// time of `clock_`.
class HandoffTest : public banso::testing::TempDirTest {
 protected:
  using Apis = std::tuple<std::unique_ptr<CriteriaApi>, std::unique_ptr<ProcessesApi>,
                          std::unique_ptr<CompletionsApi>, std::unique_ptr<HandoffApi>>;

  static constexpr char kAccount[] = "accounts/acme";
  static constexpr char kOnboarding[] = "accounts/acme/onboardings/o1";
  static constexpr char kCompletion[] = "accounts/acme/onboardings/o1/completion";
  static constexpr char kHandoff[] = "accounts/acme/handoffs/o1-retention";
  static constexpr char kGapWatch[] = "accounts/acme/onboardings/o1/gapWatch";

  void SetUp() override {
    storage::OpenOptions options;
    options.path = TempFile("handoff.db");
    options.service = "handoff";
    options.migrations = Schema();
    BANSO_ASSERT_OK_AND_ASSIGN(real_database_, storage::OpenSqlite(options));
    database_ = std::make_unique<DyingDatabase>(*real_database_);
    for (const char* name : {"segment", "touch"}) {
      AddType("accounts", absl::StrCat("name: 'account.", name,
                                       "' value_type: VALUE_TYPE_TEXT subject: "
                                       "SUBJECT_KIND_ACCOUNT"));
    }
    AddType("health",
            "name: 'metric.interviews' value_type: VALUE_TYPE_NUMBER counter: true "
            "subject: SUBJECT_KIND_ACCOUNT");
    AddType("kickoff",
            "name: 'plan.readiness' value_type: VALUE_TYPE_TEXT subject: SUBJECT_KIND_ONBOARDING");
    Boot();
  }

  // Begins anew with what is stored, as after a restart of the process.
  void Boot() {
    database_->Revive();
    inquiry_ = std::make_unique<Inquiry>(*database_, store_, neighbours_);
    steps_ = std::make_unique<Steps>(*database_, store_, neighbours_, *inquiry_);
    engine_ = std::make_unique<ProcessEngine>(*database_, store_, clock_, *steps_);
    apis_ = {std::make_unique<CriteriaApi>(*database_, store_, *inquiry_),
             std::make_unique<ProcessesApi>(*database_, store_, *inquiry_, *engine_, ids_),
             std::make_unique<CompletionsApi>(*database_, store_, *inquiry_, ids_),
             std::make_unique<HandoffApi>(*database_, store_, *engine_, ids_)};
  }
  // Ends the handlers and what they stand on.
  void Stop() {
    apis_ = Apis();
    engine_.reset();
    steps_.reset();
    inquiry_.reset();
    database_.reset();
  }

  static absl::Time Noon(absl::CivilDay day) {
    return calendar::StartOfDay(day, calendar::ZoneOrUtc("Asia/Tokyo")) + absl::Hours(12);
  }
  void GoTo(absl::CivilDay day) { BANSO_ASSERT_OK(clock_.SetTime(Noon(day))); }

  void AddType(const std::string& service, const std::string& text) {
    neighbours_.AddType(service, testing::ParseProto<fact::v1::FactType>(text));
  }
  void SetFact(const std::string& subject, const std::string& fact, const std::string& text) {
    type::v1::Value value;
    value.set_text(text);
    neighbours_.facts().Set(subject, fact, value, clock_.TimeNow() - absl::Hours(1));
  }

  // Checks the request and calls the handler.
  template <class Api, class Response, class Request>
  absl::StatusOr<Response> Do(absl::StatusOr<Response> (Api::*handler)(const Call&, const Request&),
                              Request request) {
    BANSO_RETURN_IF_ERROR(contract::Check(&request));
    Call call;
    call.method = Request::descriptor()->full_name();
    call.actor = actor_;
    call.now = clock_.TimeNow();
    call.deadline = absl::Now() + absl::Minutes(1);
    const auto* field = Request::descriptor()->FindFieldByName("request_id");
    if (field != nullptr) call.request_id = request.GetReflection()->GetString(request, field);
    return (Service<Api>().*handler)(call, request);
  }
  // The same, for a request in text format.
  template <class Api, class Response, class Request>
  absl::StatusOr<Response> Ask(absl::StatusOr<Response> (Api::*handler)(const Call&,
                                                                        const Request&),
                               const std::string& text) {
    return Do(handler, testing::ParseProto<Request>(text));
  }
  template <class Api, class Response, class Request>
  absl::StatusOr<Response> AskAs(const std::string& actor,
                                 absl::StatusOr<Response> (Api::*handler)(const Call&,
                                                                          const Request&),
                                 const std::string& text) {
    const std::string before = std::exchange(actor_, actor);
    auto response = Ask(handler, text);
    actor_ = before;
    return response;
  }

  // The handlers of one proto service.
  template <class Api>
  Api& Service() {
    return *std::get<std::unique_ptr<Api>>(apis_);
  }

  absl::Status Sweep() {
    BANSO_RETURN_IF_ERROR(engine_->Sweep(ServiceCall("handoff", clock_.TimeNow())));
    return Service<HandoffApi>().AdvanceGapWatches(ServiceCall("handoff", clock_.TimeNow()));
  }

  // Saves and activates a set with these criteria, for a segment where one is given.
  void ActivateSet(const std::string& id, const std::string& segment, const std::string& criteria,
                   int revision = 1) {
    const std::string applicability =
        segment.empty() ? ""
                        : absl::StrCat(
                              "applicability { compare { fact { fact: 'account.segment' } "
                              "op: OPERATOR_EQ values { text: '",
                              segment, "' } } }");
    BANSO_ASSERT_OK(Ask(&CriteriaApi::SaveCriteriaSet,
                        absl::StrCat("criteria_set { name: 'criteriaSets/", id, "' ", applicability,
                                     criteria, " } reason: 'test'")));
    BANSO_ASSERT_OK(Ask(&CriteriaApi::ActivateCriteriaSet,
                        absl::StrCat("name: 'criteriaSets/", id, "@", revision, "'")));
  }

  absl::StatusOr<v1::Process> Start(const std::string& more = "") {
    return Ask(&ProcessesApi::StartOnboarding,
               absl::StrCat("parent: 'accounts/acme' onboarding_id: 'o1' owner: 'members/aoki' "
                            "kind: ONBOARDING_KIND_INITIAL "
                            "contract_start { year: 2026 month: 4 day: 1 } request_id: 'start' ",
                            more));
  }
  static std::string Outcome() {
    return "outcomes { text: 'Same-day reports' baseline: 20 result: 95 unit: '%' "
           "evidence: 'report list of June' layer: LAYER_FIELD } ";
  }
  absl::StatusOr<v1::Process> CompleteIt(const std::string& more = Outcome()) {
    return Ask(&ProcessesApi::CompleteOnboarding,
               absl::StrCat("onboarding: 'accounts/acme/onboardings/o1' "
                            "retention_owner: 'members/ito' summary: 'In daily use' ",
                            more));
  }
  // A handoff that retention has been offered.
  void OfferIt() {
    BANSO_ASSERT_OK(Ask(&HandoffApi::OfferHandoff, absl::StrCat("name: '", kHandoff, "'")));
  }

  v1::Completion Completion() { return Get(&CompletionsApi::GetCompletion, kCompletion); }
  v1::Handoff Handoff() { return Get(&HandoffApi::GetHandoff, kHandoff); }
  v1::GapWatch GapWatch() { return Get(&HandoffApi::GetGapWatch, kGapWatch); }
  v1::Process Process(const std::string& name) { return Get(&ProcessesApi::GetProcess, name); }
  v1::Readiness Readiness() {
    auto response =
        Ask(&CompletionsApi::EvaluateReadiness, absl::StrCat("name: '", kCompletion, "'"));
    EXPECT_THAT(response, testing::IsOk());
    return response.ok() ? response->readiness() : v1::Readiness();
  }
  // The latest value of a fact about the onboarding, as text; "" when it is unknown.
  std::string Fact(const std::string& name) {
    fact::v1::GetFactsRequest request;
    request.add_subjects(kOnboarding);
    request.add_queries()->set_fact(name);
    auto response =
        storage::Fetch<fact::v1::GetFactsResponse>(*database_, [&](storage::Reader& reader) {
          return store_.facts.Read(reader, request, clock_.TimeNow());
        });
    EXPECT_THAT(response, testing::IsOk());
    if (!response.ok() || response->readings_size() != 1) return "";
    const type::v1::Value& value = response->readings(0).value();
    if (value.has_number()) return absl::StrCat(value.number());
    return value.text();
  }

  std::string actor_ = "members/aoki";
  calendar::TestClock clock_{Noon(absl::CivilDay(2026, 6, 26))};
  const Store store_;
  contract::CountingIdSource ids_{"id"};
  FakeNeighbours neighbours_;
  std::unique_ptr<storage::Database> real_database_;
  std::unique_ptr<DyingDatabase> database_;
  std::unique_ptr<Inquiry> inquiry_;
  std::unique_ptr<Steps> steps_;
  std::unique_ptr<ProcessEngine> engine_;
  Apis apis_;

 private:
  template <class Api, class Response, class Request>
  Response Get(absl::StatusOr<Response> (Api::*handler)(const Call&, const Request&),
               const std::string& name) {
    Request request;
    request.set_name(name);
    auto response = Do(handler, request);
    EXPECT_THAT(response, testing::IsOk());
    return response.ok() ? *response : Response();
  }
};

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_API_HANDOFF_FIXTURE_H_
