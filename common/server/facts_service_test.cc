#include "common/server/facts_service.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/server/echo_server.h"
#include "common/server/notes_server.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::server {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::IsOkAndHolds;
using ::banso::testing::StatusIs;
using fact::v1::FactReading;
using fact::v1::GetFactsRequest;
using fact::v1::GetFactsResponse;
using fact::v1::ListFactTypesRequest;
using fact::v1::ListFactTypesResponse;
using fact::v1::WatchFactsRequest;
using fact::v1::WatchFactsResponse;
using ::testing::ElementsAre;

// Answers `metric.given` with the length of the subject's name.
class LengthProvider : public FactProvider {
 public:
  bool Owns(absl::string_view fact) const override { return fact == "metric.given"; }
  absl::StatusOr<std::vector<FactReading>> Read(storage::Reader&, const GetFactsRequest& request,
                                                absl::Time) override {
    std::vector<FactReading> readings;
    for (const std::string& subject : request.subjects()) {
      for (const auto& query : request.queries()) {
        FactReading& reading = readings.emplace_back();
        reading.set_subject(subject);
        reading.set_fact(query.fact());
        reading.mutable_value()->set_number(static_cast<double>(subject.size()));
      }
    }
    return readings;
  }
};

class FactsServiceTest : public testing::TempDirTest {
 protected:
  FactsServiceTest()
      : notes_(TempFile("notes.db"), 0, &provider_),
        peer_({.name = "notes", .address = notes_.process().address()}) {}

  absl::StatusOr<GetFactsResponse> Get(const GetFactsRequest& request) {
    return peer_.Call<GetFactsRequest, GetFactsResponse>(
        TestCall(), "banso.fact.v1.FactsService/GetFacts", request);
  }

  absl::StatusOr<ListFactTypesResponse> List(int page_size, const std::string& token) {
    ListFactTypesRequest request;
    request.set_page_size(page_size);
    request.set_page_token(token);
    return peer_.Call<ListFactTypesRequest, ListFactTypesResponse>(
        TestCall(), "banso.fact.v1.FactsService/ListFactTypes", request);
  }

  static GetFactsRequest Ask(const std::vector<std::string>& subjects,
                             const std::vector<std::string>& facts) {
    GetFactsRequest request;
    for (const std::string& subject : subjects) request.add_subjects(subject);
    for (const std::string& fact : facts) request.add_queries()->set_fact(fact);
    return request;
  }

  // Each reading as `subject fact number`, or with the reason why it is unknown.
  static std::vector<std::string> Lines(const GetFactsResponse& response) {
    std::vector<std::string> lines;
    for (const FactReading& reading : response.readings()) {
      lines.push_back(absl::StrCat(reading.subject(), " ", reading.fact(), " ",
                                   reading.has_value()
                                       ? absl::StrCat(reading.value().number())
                                       : fact::v1::UnknownReason_Name(reading.unknown())));
    }
    return lines;
  }

  LengthProvider provider_;
  NotesServer notes_;
  Peer peer_;
};

TEST_F(FactsServiceTest, AnswersSubjectBySubjectInTheOrderAskedFromBothSources) {
  RecordFact(notes_.database(), "accounts/a", "note.length", 3);
  RecordFact(notes_.database(), "accounts/bb", "note.count", 5);
  const auto response =
      Get(Ask({"accounts/bb", "accounts/a"}, {"note.length", "metric.given", "note.count"}));
  ASSERT_THAT(response, IsOk());
  EXPECT_THAT(Lines(*response),
              ElementsAre("accounts/bb note.length UNKNOWN_REASON_NEVER_RECORDED",
                          "accounts/bb metric.given 11", "accounts/bb note.count 5",
                          "accounts/a note.length 3", "accounts/a metric.given 10",
                          "accounts/a note.count UNKNOWN_REASON_NEVER_RECORDED"));
  EXPECT_EQ(response->position(), notes_.database().position());
}

TEST_F(FactsServiceTest, KnowsNothingOfASubjectOfAnotherKind) {
  const auto response = Get(
      Ask({"accounts/a", "accounts/a/onboardings/o", "notes/n"}, {"note.speed", "metric.given"}));
  ASSERT_THAT(response, IsOk());
  EXPECT_THAT(Lines(*response),
              ElementsAre("accounts/a note.speed UNKNOWN_REASON_OTHER_SUBJECT",
                          "accounts/a metric.given 10",
                          "accounts/a/onboardings/o note.speed UNKNOWN_REASON_NEVER_RECORDED",
                          "accounts/a/onboardings/o metric.given UNKNOWN_REASON_OTHER_SUBJECT",
                          "notes/n note.speed UNKNOWN_REASON_OTHER_SUBJECT",
                          "notes/n metric.given UNKNOWN_REASON_OTHER_SUBJECT"));
}

TEST_F(FactsServiceTest, KnowsNothingOfAFactThatIsNotDeclaredYet) {
  const auto response = Get(Ask({"accounts/a", "accounts/a/sites/s"}, {"note.later"}));
  ASSERT_THAT(response, IsOk());
  EXPECT_THAT(Lines(*response),
              ElementsAre("accounts/a note.later UNKNOWN_REASON_NEVER_RECORDED",
                          "accounts/a/sites/s note.later UNKNOWN_REASON_OTHER_SUBJECT"));
}

TEST_F(FactsServiceTest, RefusesEveryFactThatItDoesNotOwn) {
  const absl::Status status =
      Get(Ask({"accounts/a"}, {"account.segment", "note.length", "plan.started"})).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  std::vector<std::string> fields;
  for (const auto& violation : contract::FieldViolations(status)) fields.push_back(violation.field);
  EXPECT_THAT(fields, ElementsAre("queries[0].fact", "queries[2].fact"));
}

TEST_F(FactsServiceTest, WaitsForAPosition) {
  GetFactsRequest request = Ask({"accounts/a"}, {"note.length"});
  request.set_min_position(notes_.database().position() + 1);
  auto pending = peer_.Start<GetFactsRequest, GetFactsResponse>(
      TestCall(), "banso.fact.v1.FactsService/GetFacts", request);
  RecordFact(notes_.database(), "accounts/a", "note.length", 4);
  const auto response = pending.Await();
  ASSERT_THAT(response, IsOk());
  EXPECT_THAT(Lines(*response), ElementsAre("accounts/a note.length 4"));
}

TEST_F(FactsServiceTest, ListsFactTypesByNameInPages) {
  std::vector<std::string> names;
  std::string token;
  do {
    const auto page = List(2, token);
    ASSERT_THAT(page, IsOk());
    EXPECT_LE(page->fact_types_size(), 2);
    for (const auto& type : page->fact_types()) names.push_back(type.name());
    token = page->next_page_token();
  } while (!token.empty());
  EXPECT_THAT(names, ElementsAre("metric.given", "note.count", "note.length", "note.speed"));
  EXPECT_THAT(List(2, "garbage").status(), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(FactsServiceTest, StreamsFactChanges) {
  const auto stream = peer_.Stream<WatchFactsRequest, WatchFactsResponse>(
      TestCall(), "banso.fact.v1.FactsService/WatchFacts", WatchFactsRequest());
  const int64_t position = RecordFact(notes_.database(), "accounts/a", "note.length", 3);
  WatchFactsResponse message;
  do {
    ASSERT_THAT(stream->Read(&message, absl::Now() + absl::Seconds(5)), IsOkAndHolds(true));
  } while (message.changes_size() == 0);
  EXPECT_EQ(message.changes(0).value().number(), 3);
  EXPECT_EQ(message.position(), position);
}

}  // namespace
}  // namespace banso::server
