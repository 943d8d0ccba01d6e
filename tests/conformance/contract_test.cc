// What holds whatever there is: requests that are refused before anything is looked at, tried on a
// suite with nothing in it.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "banso/type/v1/rules.pb.h"
#include "common/contract/errors.h"
#include "common/contract/field_rules.h"
#include "common/contract/proto_services.h"
#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "tests/conformance/matchers.h"
#include "tests/conformance/mutants.h"
#include "tests/conformance/places.h"
#include "tests/conformance/rpcs.h"
#include "tests/conformance/suite.h"

namespace banso::conformance {
namespace {

using contract::FieldViolation;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr char kAccepted[] = "accepted: ";

// One for all tests, with nothing in it: what they send is refused. Begins with the first test that
// uses it and ends with the last.
class EmptySuiteHolder : public ::testing::Environment {
 public:
  Suite& suite() {
    if (suite_ == nullptr) {
      absl::StatusOr<std::unique_ptr<Suite>> started =
          Suite::Start(absl::FromUnixSeconds(1775001600));
      if (!started.ok()) ADD_FAILURE() << started.status().ToString();
      suite_ = *std::move(started);
    }
    return *suite_;
  }
  void TearDown() override { suite_.reset(); }

 private:
  std::unique_ptr<Suite> suite_;
};

// GoogleTest owns it.
EmptySuiteHolder* const empty_suite_holder = [] {
  auto* holder = new EmptySuiteHolder;
  ::testing::AddGlobalTestEnvironment(holder);
  return holder;
}();

Suite& EmptySuite() { return empty_suite_holder->suite(); }

std::vector<Rpc> RpcsWith(const std::vector<Rpc>& rpcs, bool (*holds)(const Rpc&)) {
  std::vector<Rpc> found;
  for (const Rpc& rpc : rpcs) {
    if (holds(rpc)) found.push_back(rpc);
  }
  return found;
}

// The rows that an import refuses come back in its answer: their errors, as violations of the list
// of rows that the request has. Rows are named by index, apart from the field.
std::vector<FieldViolation> RowErrors(const Rpc& rpc, const std::string& rows,
                                      const std::string& reply) {
  std::vector<FieldViolation> violations;
  const MessagePtr response(google::protobuf::MessageFactory::generated_factory()
                                ->GetPrototype(rpc.method->output_type())
                                ->New());
  const FieldDescriptor* errors = response->GetDescriptor()->FindFieldByName("errors");
  if (errors == nullptr || !response->ParseFromString(reply)) return violations;
  for (int i = 0; i < response->GetReflection()->FieldSize(*response, errors); ++i) {
    const Message& error = response->GetReflection()->GetRepeatedMessage(*response, errors, i);
    const auto* type = error.GetDescriptor();
    const Reflection* reflection = error.GetReflection();
    const int64_t index = reflection->GetInt64(error, type->FindFieldByName("index"));
    const std::string field = reflection->GetString(error, type->FindFieldByName("field"));
    violations.push_back(
        {absl::StrCat(rows, "[", index, "].", absl::StripPrefix(field, absl::StrCat(rows, "."))),
         reflection->GetString(error, type->FindFieldByName("message")),
         reflection->GetString(error, type->FindFieldByName("reason"))});
  }
  return violations;
}

// An import finds a row by its external id, whatever its name and etag say; and a row whose
// external ids are no good is not found by them, which is all that it can be told.
bool IsOtherwiseInImports(const Mutant& mutant) {
  return absl::EndsWith(mutant.field, "].name") || absl::EndsWith(mutant.field, "].etag") ||
         absl::StrContains(mutant.field, "].external_ids");
}

// Calls `visit` for every field of every message of the suite.
void ForEachField(const std::function<void(const FieldDescriptor&)>& visit) {
  const std::function<void(const google::protobuf::Descriptor*)> visit_message =
      [&](const google::protobuf::Descriptor* message) {
        for (int i = 0; i < message->field_count(); ++i) visit(*message->field(i));
        for (int i = 0; i < message->nested_type_count(); ++i) {
          visit_message(message->nested_type(i));
        }
      };
  for (const auto* file : contract::ProtoFiles()) {
    for (int i = 0; i < file->message_type_count(); ++i) visit_message(file->message_type(i));
  }
}

TEST(ProtosTest, StateRulesThatMakeSense) {
  for (const Rpc& rpc : HomeRpcs()) {
    const absl::Status compiled = contract::CompileRules(rpc.method->input_type());
    EXPECT_TRUE(compiled.ok()) << compiled.ToString();
  }
}

TEST(ProtosTest, RequireNumbersThatCannotBeZero) {
  // Zero and nothing are the same on the wire: a caller who leaves such a number out would pass.
  ForEachField([](const FieldDescriptor& field) {
    const auto& rules = field.options().GetExtension(type::v1::rules);
    const bool leaves_out_zero =
        (rules.has_min() && rules.min() > 0) || (rules.has_max() && rules.max() < 0);
    if (!leaves_out_zero || field.has_presence() || field.is_repeated()) return;
    EXPECT_TRUE(rules.required() || rules.output_only()) << field.full_name();
  });
}

TEST(ProtosTest, HideWhatPeopleAreReachedBy) {
  ForEachField([](const FieldDescriptor& field) {
    const auto& rules = field.options().GetExtension(type::v1::rules);
    if (rules.form() != type::v1::TEXT_FORM_EMAIL) return;
    EXPECT_TRUE(rules.sensitive()) << field.full_name();
  });
}

class ContractTest : public ::testing::TestWithParam<Rpc> {
 protected:
  const Rpc& rpc() const { return GetParam(); }

  // Sends the mutants of every message of the example, each by itself, and checks that each is
  // refused for what is wrong with it.
  void ExpectRefused(std::vector<Mutant> (*make)(const Message&)) {
    const absl::StatusOr<std::vector<MessagePtr>> example = Example(rpc());
    ASSERT_TRUE(example.ok()) << example.status().ToString();
    int sent = 0;
    for (const Mutant& mutant : make(*example->front())) {
      if (rpc().method->client_streaming() && IsOtherwiseInImports(mutant)) continue;
      SCOPED_TRACE(mutant.what);
      ExpectRefused(mutant);
      ++sent;
    }
    RecordProperty("requests", sent);
  }

 private:
  void ExpectRefused(const Mutant& mutant) {
    const Answer answer = EmptySuite().CallRaw(rpc(), {mutant.request->SerializeAsString()});
    const bool rows = rpc().method->client_streaming() && answer.ok();
    if (!rows) {
      ASSERT_TRUE(IsError(answer.status, absl::StatusCode::kInvalidArgument));
    }
    const std::vector<FieldViolation> violations =
        rows ? RowErrors(rpc(), mutant.field.substr(0, mutant.field.find('[')), answer.bytes())
             : contract::FieldViolations(answer.status);
    std::vector<std::string> fields;
    const FieldViolation* found = nullptr;
    for (const FieldViolation& violation : violations) {
      fields.push_back(violation.field);
      if (Names(mutant, violation.field)) found = &violation;
    }
    ASSERT_NE(found, nullptr) << "violations: " << absl::StrJoin(fields, ", ");
    if (mutant.only && !rows) {
      EXPECT_EQ(violations.size(), 1u) << absl::StrJoin(fields, ", ");
    }
    EXPECT_NE(found->reason, "") << found->description;
    EXPECT_TRUE(absl::StrContains(found->description, mutant.shown)) << found->description;
    const size_t accepted = found->description.find(kAccepted);
    EXPECT_NE(accepted, std::string::npos) << found->description;
    EXPECT_GT(found->description.size(), accepted + sizeof(kAccepted)) << found->description;
    if (!mutant.secret.empty()) {
      EXPECT_FALSE(absl::StrContains(answer.status.ToString(), mutant.secret));
      EXPECT_FALSE(absl::StrContains(found->description, mutant.secret));
    }
  }

  static bool Names(const Mutant& mutant, const std::string& field) {
    return field == mutant.field ||
           (mutant.any_item && absl::StartsWith(field, absl::StrCat(mutant.field, "[")));
  }
};

bool RequiresSomething(const Rpc& rpc) {
  const auto* request = rpc.method->input_type();
  if (UpdatedResource(request) != nullptr) return true;
  for (int i = 0; i < request->field_count(); ++i) {
    if (request->field(i)->options().GetExtension(type::v1::rules).required()) return true;
  }
  return false;
}

bool TakesSomething(const Rpc& rpc) { return rpc.method->input_type()->field_count() > 0; }

bool TakesAMask(const Rpc& rpc) { return rpc.request_field("update_mask") != nullptr; }

bool TakesFreeTextWithAnId(const Rpc& rpc) {
  return rpc.request_field("request_id") != nullptr &&
         !WithLongDecomposedText(*NewRequest(rpc)).empty();
}

bool IsPaged(const Rpc& rpc) { return rpc.request_field("page_size") != nullptr; }

using RequiredFieldsTest = ContractTest;

TEST_P(RequiredFieldsTest, EachIsMissed) { ExpectRefused(WithoutRequired); }

INSTANTIATE_TEST_SUITE_P(EveryRpc, RequiredFieldsTest,
                         ::testing::ValuesIn(RpcsWith(ReachableRpcs(), RequiresSomething)), NameOf);

using FieldRulesTest = ContractTest;

TEST_P(FieldRulesTest, EachIsEnforcedAndExplained) { ExpectRefused(WithBadValues); }

INSTANTIATE_TEST_SUITE_P(EveryRpc, FieldRulesTest,
                         ::testing::ValuesIn(RpcsWith(ServedRpcs(), TakesSomething)), NameOf);

using MaskTest = ContractTest;

TEST_P(MaskTest, NamesOnlyWhatACallerMayWrite) { ExpectRefused(WithBadMasks); }

INSTANTIATE_TEST_SUITE_P(EveryRpc, MaskTest,
                         ::testing::ValuesIn(RpcsWith(ServedRpcs(), TakesAMask)), NameOf);

using NormalizationTest = ContractTest;

TEST_P(NormalizationTest, LengthsCountNormalizedCharacters) {
  ExpectRefused(WithLongDecomposedText);
}

INSTANTIATE_TEST_SUITE_P(EveryRpc, NormalizationTest,
                         ::testing::ValuesIn(RpcsWith(ServedRpcs(), TakesFreeTextWithAnId)),
                         NameOf);

using PageSizeTest = ContractTest;

TEST_P(PageSizeTest, IsNotNegative) {
  const MessagePtr request = NewRequest(rpc());
  request->GetReflection()->SetInt32(request.get(), rpc().request_field("page_size"), -1);
  const Answer answer = EmptySuite().CallRaw(rpc(), {request->SerializeAsString()});
  ASSERT_TRUE(IsError(answer.status, absl::StatusCode::kInvalidArgument));
  std::vector<std::string> fields;
  for (const FieldViolation& violation : contract::FieldViolations(answer.status)) {
    fields.push_back(violation.field);
  }
  EXPECT_NE(std::find(fields.begin(), fields.end(), "page_size"), fields.end())
      << absl::StrJoin(fields, ", ");
}

INSTANTIATE_TEST_SUITE_P(EveryRpc, PageSizeTest,
                         ::testing::ValuesIn(RpcsWith(ReachableRpcs(), IsPaged)), NameOf);

using CredentialsTest = ContractTest;

TEST_P(CredentialsTest, AreNeeded) {
  absl::StatusOr<std::vector<MessagePtr>> example = Example(rpc());
  ASSERT_TRUE(example.ok()) << example.status().ToString();
  for (const auto credentials :
       {CallOptions::Credentials::kNone, CallOptions::Credentials::kWrong}) {
    CallOptions options;
    options.credentials = credentials;
    const Answer answer = EmptySuite().Call(rpc(), *example, options);
    EXPECT_TRUE(IsError(answer.status, absl::StatusCode::kUnauthenticated))
        << (credentials == CallOptions::Credentials::kNone ? "without" : "with wrong ones");
    EXPECT_TRUE(answer.replies.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(EveryRpc, CredentialsTest, ::testing::ValuesIn(ReachableRpcs()), NameOf);

using WireTest = ContractTest;

TEST_P(WireTest, BytesThatAreNoMessageAreRefused) {
  // A field of wire type 2 that is longer than what follows.
  const Answer answer = EmptySuite().CallRaw(rpc(), {std::string("\x0a\x7fshort")});
  EXPECT_TRUE(IsError(answer.status, absl::StatusCode::kInvalidArgument, "MALFORMED_MESSAGE"));
}

INSTANTIATE_TEST_SUITE_P(EveryRpc, WireTest, ::testing::ValuesIn(ReachableRpcs()), NameOf);

// Some text of the request, or null.
const FieldDescriptor* AnyText(const Rpc& rpc) {
  const auto* request = rpc.method->input_type();
  for (int i = 0; i < request->field_count(); ++i) {
    if (request->field(i)->type() == FieldDescriptor::TYPE_STRING) return request->field(i);
  }
  return nullptr;
}

bool TakesText(const Rpc& rpc) { return AnyText(rpc) != nullptr; }

using TextTest = ContractTest;

TEST_P(TextTest, ThatIsNoUtf8IsRefused) {
  // The library writes no such message, so that its bytes are made here: tag, length, text.
  const int tag = AnyText(rpc())->number() * 8 + 2;
  ASSERT_LT(tag, 128);
  const std::string bytes = absl::StrCat(std::string(1, static_cast<char>(tag)), "\x02\xff\xfe");
  const Answer answer = EmptySuite().CallRaw(rpc(), {bytes});
  EXPECT_TRUE(IsError(answer.status, absl::StatusCode::kInvalidArgument, "MALFORMED_MESSAGE"));
}

INSTANTIATE_TEST_SUITE_P(EveryRpc, TextTest,
                         ::testing::ValuesIn(RpcsWith(ReachableRpcs(), TakesText)), NameOf);

}  // namespace
}  // namespace banso::conformance
