// What depends on what there is: every example in its place in a story.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/contract/errors.h"
#include "common/contract/proto_services.h"
#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "tests/conformance/matchers.h"
#include "tests/conformance/places.h"
#include "tests/conformance/rpcs.h"
#include "tests/conformance/story.h"
#include "tests/conformance/variants.h"

namespace banso::conformance {
namespace {

std::vector<Rpc> HomeRpcsWith(bool (*holds)(const Rpc&)) {
  std::vector<Rpc> rpcs;
  for (const Rpc& rpc : HomeRpcs()) {
    if (holds(rpc)) rpcs.push_back(rpc);
  }
  return rpcs;
}

bool IsIdempotentByRequestId(const Rpc& rpc) {
  return rpc.mutates() && !rpc.streams() && rpc.request_field("request_id") != nullptr;
}

bool HasEtag(const Rpc& rpc) {
  return rpc.mutates() && !rpc.streams() && WithStaleEtag(*NewRequest(rpc)) != nullptr;
}

bool GoesOn(const Rpc& rpc) { return rpc.request_field("page_token") != nullptr; }

// The answer without what is shown only once.
std::string Lasting(const Rpc& rpc, const Answer& answer) {
  const MessagePtr message(google::protobuf::MessageFactory::generated_factory()
                               ->GetPrototype(rpc.method->output_type())
                               ->New());
  if (!message->ParseFromString(answer.bytes())) return "not a valid answer";
  const MessagePtr cleared = Copy(*message);
  ClearOneTimeSecrets(cleared.get());
  const bool had_secret = cleared->ByteSizeLong() != message->ByteSizeLong();
  return had_secret ? cleared->SerializeAsString() : answer.bytes();
}

TEST(SuiteTest, ServesEveryServiceThatTheProtosDeclare) {
  std::set<std::string> walked;
  for (const Rpc& rpc : HomeRpcs()) walked.insert(rpc.method->service()->full_name());
  std::set<std::string> declared;
  for (const auto* file : contract::ProtoFiles()) {
    for (int i = 0; i < file->service_count(); ++i) {
      declared.insert(file->service(i)->full_name());
    }
  }
  EXPECT_EQ(walked, declared);
}

TEST(StoriesTest, ArePlayedWithoutFault) {
  EXPECT_EQ(absl::StrJoin(Stories::Get().faults(), "\n"), "");
}

TEST(StoriesTest, ExemptOnlyRpcsThatThereAre) {
  for (const auto& [name, exemption] : Stories::Get().exemptions()) {
    EXPECT_NE(FindRpc(name).method, nullptr) << name;
    EXPECT_TRUE(exemption.code == "FAILED_PRECONDITION" || exemption.code == "NOT_FOUND") << name;
    EXPECT_FALSE(exemption.reason.empty()) << name;
  }
}

TEST(StoriesTest, TryEveryVariantOfARequestSomewhere) {
  int with_output_only = 0;
  int decomposed = 0;
  for (const Rpc& rpc : HomeRpcs()) {
    for (const Walked& walked : Stories::Get().TurnsOf(rpc)) {
      with_output_only += walked.with_output_only.has_value() ? 1 : 0;
      decomposed += walked.decomposed.has_value() ? 1 : 0;
    }
  }
  EXPECT_GT(with_output_only, 0);
  EXPECT_GT(decomposed, 0);
  RecordProperty("with_output_only", with_output_only);
  RecordProperty("decomposed", decomposed);
}

class ExampleTest : public ::testing::TestWithParam<Rpc> {
 protected:
  const Rpc& rpc() const { return GetParam(); }
  std::vector<Walked> turns() const { return Stories::Get().TurnsOf(GetParam()); }
};

TEST_P(ExampleTest, IsThereAndIsAnsweredWithoutADeadline) {
  const auto example = Example(rpc());
  ASSERT_TRUE(example.ok()) << example.status().ToString();
  const auto exemption = Stories::Get().ExemptionOf(rpc());
  ASSERT_FALSE(turns().empty()) << "no story in tests/conformance/stories gives it a turn";
  for (const Walked& walked : turns()) {
    SCOPED_TRACE(walked.story);
    if (exemption.has_value()) {
      EXPECT_EQ(absl::StatusCodeToString(walked.example.status.code()), exemption->code)
          << "it is exempted because " << exemption->reason;
    } else {
      EXPECT_TRUE(walked.example.ok()) << walked.example.status.ToString();
    }
  }
}

TEST_P(ExampleTest, DoesNothingWhenItArrivesTooLate) {
  for (const Walked& walked : turns()) {
    SCOPED_TRACE(walked.story);
    EXPECT_TRUE(IsError(walked.expired.status, absl::StatusCode::kDeadlineExceeded));
    EXPECT_FALSE(walked.expired_had_effect);
  }
}

INSTANTIATE_TEST_SUITE_P(EveryRpc, ExampleTest, ::testing::ValuesIn(HomeRpcs()), NameOf);

class RequestIdTest : public ExampleTest {
 protected:
  // Its turns that went well, with a request id.
  std::vector<Walked> repeated_turns() const {
    std::vector<Walked> found;
    std::vector<Walked> all = turns();
    for (Walked& walked : all) {
      if (walked.example.ok() && walked.has_request_id) found.push_back(std::move(walked));
    }
    return found;
  }
};

TEST_P(RequestIdTest, IsTriedAtLeastOnce) {
  EXPECT_TRUE(!repeated_turns().empty() || Stories::Get().ExemptionOf(rpc()).has_value());
}

TEST_P(RequestIdTest, SameBodyGivesTheSameAnswerOnce) {
  for (const Walked& walked : repeated_turns()) {
    SCOPED_TRACE(walked.story);
    ASSERT_TRUE(walked.repeated.has_value());
    EXPECT_TRUE(walked.repeated->ok()) << walked.repeated->status.ToString();
    EXPECT_EQ(Lasting(rpc(), *walked.repeated), Lasting(rpc(), walked.example));
    EXPECT_FALSE(walked.repeated_had_effect);
  }
}

TEST_P(RequestIdTest, OtherBodyIsRefused) {
  for (const Walked& walked : repeated_turns()) {
    SCOPED_TRACE(walked.story);
    ASSERT_TRUE(walked.other_body.has_value()) << "no other body could be made";
    EXPECT_TRUE(IsError(walked.other_body->status, absl::StatusCode::kInvalidArgument,
                        contract::kReasonRequestIdReused));
  }
}

TEST_P(RequestIdTest, FieldsOfTheServerAndDecomposedTextMakeNoOtherBody) {
  for (const Walked& walked : repeated_turns()) {
    SCOPED_TRACE(walked.story);
    for (const auto& [what, answer] : {std::pair("output-only fields", walked.with_output_only),
                                       std::pair("decomposed text", walked.decomposed)}) {
      if (!answer.has_value()) continue;
      EXPECT_TRUE(answer->ok()) << what << ": " << answer->status.ToString();
      EXPECT_EQ(Lasting(rpc(), *answer), Lasting(rpc(), walked.example)) << what;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryRpc, RequestIdTest,
                         ::testing::ValuesIn(HomeRpcsWith(IsIdempotentByRequestId)), NameOf);

using EtagTest = ExampleTest;

TEST_P(EtagTest, StaleOneIsRefused) {
  for (const Walked& walked : turns()) {
    if (!walked.example.ok()) continue;
    SCOPED_TRACE(walked.story);
    ASSERT_TRUE(walked.stale.has_value());
    EXPECT_TRUE(
        IsError(walked.stale->status, absl::StatusCode::kAborted, contract::kReasonEtagMismatch));
    EXPECT_FALSE(walked.stale_had_effect);
  }
}

INSTANTIATE_TEST_SUITE_P(EveryRpc, EtagTest, ::testing::ValuesIn(HomeRpcsWith(HasEtag)), NameOf);

using PageTokenTest = ExampleTest;

TEST_P(PageTokenTest, OfAnotherQuestionIsRefused) {
  const TokenAnswers answers = Stories::Get().TokensOf(rpc());
  ASSERT_GE(answers.size(), 2u);
  for (const auto& [what, answer] : answers) {
    EXPECT_TRUE(IsError(answer.status, absl::StatusCode::kInvalidArgument,
                        contract::kReasonInvalidPageToken))
        << what;
  }
}

INSTANTIATE_TEST_SUITE_P(EveryRpc, PageTokenTest, ::testing::ValuesIn(HomeRpcsWith(GoesOn)),
                         NameOf);

TEST(StoriesTest, TryTheFiltersOfMostLists) {
  size_t tried = 0;
  for (const Rpc& rpc : HomeRpcs()) tried += Stories::Get().FiltersOf(rpc).size();
  EXPECT_GE(tried, 60u);
  RecordProperty("filters", static_cast<int>(tried));
}

bool HasFilters(const Rpc& rpc) {
  return GoesOn(rpc) && !FiltersOf(rpc.method->input_type()).empty();
}

// A filter that asks the same as none does: the definitions in force, of which there is one.
bool AsksTheSame(const Rpc& rpc, absl::string_view filter) {
  return rpc.short_name() == "SuccessService/ListSuccessLabels" && filter == "success_definition";
}

using FilterTest = ExampleTest;

TEST_P(FilterTest, EachMakesAnotherQuestion) {
  const TokenAnswers answers = Stories::Get().FiltersOf(rpc());
  EXPECT_EQ(answers.size(), FiltersOf(rpc().method->input_type()).size())
      << "no story has two items of it, so that it would give a token";
  for (const auto& [filter, answer] : answers) {
    if (AsksTheSame(rpc(), filter)) continue;
    EXPECT_TRUE(IsError(answer.status, absl::StatusCode::kInvalidArgument,
                        contract::kReasonInvalidPageToken))
        << "its token is taken although " << filter << " was added";
  }
}

INSTANTIATE_TEST_SUITE_P(EveryRpc, FilterTest, ::testing::ValuesIn(HomeRpcsWith(HasFilters)),
                         NameOf);

// The fields of what an update changes that may only be set at creation.
std::set<std::string> ImmutableFieldsUpdatedBy(const Rpc& rpc) {
  std::set<std::string> fields;
  const auto* updated = UpdatedResource(rpc.method->input_type());
  for (int i = 0; updated != nullptr && i < updated->message_type()->field_count(); ++i) {
    const auto* field = updated->message_type()->field(i);
    const auto& rules = field->options().GetExtension(type::v1::rules);
    if (rules.immutable() && !rules.output_only() && field->name() != "name") {
      fields.insert(absl::StrCat(updated->name(), ".", field->name()));
    }
  }
  return fields;
}

bool UpdatesWhatHasImmutableFields(const Rpc& rpc) {
  return !ImmutableFieldsUpdatedBy(rpc).empty();
}

using ImmutableTest = ExampleTest;

TEST_P(ImmutableTest, FieldsStayAsTheyWereCreated) {
  std::set<std::string> tried;
  for (const Walked& walked : turns()) {
    for (const auto& [field, answer] : walked.immutable) {
      SCOPED_TRACE(field);
      tried.insert(field);
      EXPECT_TRUE(IsError(answer.status, absl::StatusCode::kInvalidArgument));
      const auto violations = contract::FieldViolations(answer.status);
      ASSERT_EQ(violations.size(), 1u);
      EXPECT_EQ(violations[0].field, field);
      EXPECT_TRUE(absl::StrContains(violations[0].description, "the value it was created with"))
          << violations[0].description;
    }
  }
  EXPECT_EQ(tried, ImmutableFieldsUpdatedBy(rpc()));
}

INSTANTIATE_TEST_SUITE_P(EveryRpc, ImmutableTest,
                         ::testing::ValuesIn(HomeRpcsWith(UpdatesWhatHasImmutableFields)), NameOf);

// Calls that change something say so and can be repeated.
using MutationTest = ExampleTest;

bool ChangesByOneCall(const Rpc& rpc) {
  // A time that is set twice is the same time.
  return rpc.mutates() && !rpc.streams() && rpc.method->name() != "SetTime";
}

TEST_P(MutationTest, TakesARequestId) { EXPECT_NE(rpc().request_field("request_id"), nullptr); }

TEST_P(MutationTest, IsNotDeclaredFreeOfSideEffects) {
  EXPECT_EQ(rpc().method->options().idempotency_level(),
            google::protobuf::MethodOptions::IDEMPOTENCY_UNKNOWN);
}

INSTANTIATE_TEST_SUITE_P(EveryRpc, MutationTest,
                         ::testing::ValuesIn(HomeRpcsWith(ChangesByOneCall)), NameOf);

using ReadTest = ExampleTest;

bool ChangesNothing(const Rpc& rpc) { return !rpc.mutates(); }

TEST_P(ReadTest, IsDeclaredFreeOfSideEffects) {
  EXPECT_EQ(rpc().method->options().idempotency_level(),
            google::protobuf::MethodOptions::NO_SIDE_EFFECTS);
  EXPECT_EQ(rpc().request_field("request_id"), nullptr);
}

INSTANTIATE_TEST_SUITE_P(EveryRpc, ReadTest, ::testing::ValuesIn(HomeRpcsWith(ChangesNothing)),
                         NameOf);

}  // namespace
}  // namespace banso::conformance
