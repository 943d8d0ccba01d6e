#include "common/contract/field_mask.h"

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/contract/errors.h"
#include "common/contract/test_types.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::contract {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using google::protobuf::FieldMask;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Make;
using testing::TestType;

// "a,b" -> a mask with the paths a and b.
FieldMask Mask(absl::string_view paths) {
  FieldMask mask;
  if (paths.empty()) return mask;
  for (const absl::string_view path : absl::StrSplit(paths, ',')) {
    mask.add_paths(std::string(path));
  }
  return mask;
}

struct ApplyCase {
  const char* name;
  const char* mask;
  const char* patch;
  const char* stored;
  const char* result;
};

class ApplyMaskTest : public ::testing::TestWithParam<ApplyCase> {};

TEST_P(ApplyMaskTest, ChangesWhatIsNamed) {
  const ApplyCase& test = GetParam();
  const auto patch = Make("Thing", test.patch);
  const auto target = Make("Thing", test.stored);
  EXPECT_THAT(ApplyMask(Mask(test.mask), *patch, "thing", target.get()), IsOk());
  EXPECT_EQ(target->DebugString(), Make("Thing", test.result)->DebugString());
}

INSTANTIATE_TEST_SUITE_P(
    Masks, ApplyMaskTest,
    ::testing::Values(
        ApplyCase{"SetsOneField", "note", "title: 'xx' note: 'new'", "title: 'aa' note: 'old'",
                  "title: 'aa' note: 'new'"},
        ApplyCase{"ClearsWhatThePatchLeavesEmpty", "note,count,tags,main", "",
                  "title: 'aa' note: 'old' count: 3 tags: ['x', 'y'] main { label: 'm' }",
                  "title: 'aa'"},
        ApplyCase{"EmptyMaskTakesWhatIsSet", "", "note: 'new' count: 2 tags: ['p', 'q']",
                  "title: 'aa' note: 'old' tags: ['x', 'y'] on: true",
                  "title: 'aa' note: 'new' count: 2 tags: ['p', 'q'] on: true"},
        ApplyCase{"EmptyMaskAndPatchChangeNothing", "", "", "title: 'aa' note: 'old'",
                  "title: 'aa' note: 'old'"},
        ApplyCase{"StarReplacesEverything", "*", "title: 'bb' count: 2",
                  "title: 'aa' note: 'old' tags: ['x', 'y'] labels { key: 'a' value: 'b' }",
                  "title: 'bb' count: 2"},
        ApplyCase{"StarAmongOthersIsStar", "note,*", "title: 'bb'", "title: 'aa' note: 'old'",
                  "title: 'bb'"},
        ApplyCase{"StarKeepsWhatTheServerSet", "*", "title: 'bb'",
                  "title: 'aa' created_by: 'me' kind: 'k' name: 'things/a' etag: 'e'",
                  "title: 'bb' created_by: 'me' kind: 'k' name: 'things/a' etag: 'e'"},
        ApplyCase{"NameAndEtagStay", "name,etag,note",
                  "name: 'things/other' etag: 'other' note: 'new'",
                  "name: 'things/a' etag: 'e' title: 'aa'",
                  "name: 'things/a' etag: 'e' title: 'aa' note: 'new'"},
        ApplyCase{"GoesIntoMessages", "main.size", "main { label: 'x' size: 2 }",
                  "title: 'aa' main { label: 'm' size: 1 made_by: 'me' }",
                  "title: 'aa' main { label: 'm' size: 2 made_by: 'me' }"},
        ApplyCase{"ClearsInMessages", "main.size", "", "title: 'aa' main { label: 'm' size: 1 }",
                  "title: 'aa' main { label: 'm' }"},
        ApplyCase{"MakesTheMessageItGoesInto", "main.label", "main { label: 'x' }", "title: 'aa'",
                  "title: 'aa' main { label: 'x' }"},
        ApplyCase{"DoesNotMakeAMessageToClearInIt", "main.inner.size", "", "title: 'aa'",
                  "title: 'aa'"},
        ApplyCase{"ReplacesMessagesButForTheServersPart", "main",
                  "main { label: 'x' inner { label: 'i' } }",
                  "title: 'aa' main { label: 'm' size: 1 made_by: 'me' words: 'w' fixed: 'f' "
                  "inner { label: 'j' size: 3 made_by: 'you' } }",
                  "title: 'aa' main { label: 'x' made_by: 'me' fixed: 'f' "
                  "inner { label: 'i' made_by: 'you' } }"},
        ApplyCase{"ReplacesListsAndMaps", "parts,labels,by_number",
                  "parts { label: 'p' } labels { key: 'x' value: 'y' } "
                  "by_number { key: 2 value { label: 'two' } }",
                  "title: 'aa' parts { label: 'q' } parts { label: 'r' } "
                  "labels { key: 'a' value: 'b' } by_number { key: 1 value { label: 'one' } }",
                  "title: 'aa' parts { label: 'p' } labels { key: 'x' value: 'y' } "
                  "by_number { key: 2 value { label: 'two' } }"},
        ApplyCase{"OverlappingPathsAreOne", "main.size,main,main.label",
                  "main { label: 'x' size: 5 }", "title: 'aa' main { label: 'm' size: 1 }",
                  "title: 'aa' main { label: 'x' size: 5 }"},
        ApplyCase{"TwicePathsAreOne", "note,note", "note: 'new'", "title: 'aa' note: 'old'",
                  "title: 'aa' note: 'new'"},
        ApplyCase{"SwitchesAOneof", "right", "right: 5", "title: 'aa' left: 'l'",
                  "title: 'aa' right: 5"},
        ApplyCase{"SwitchesAOneofWithBothNamed", "left,right", "right: 5", "title: 'aa' left: 'l'",
                  "title: 'aa' right: 5"},
        ApplyCase{"SwitchesAOneofBack", "left,right", "left: 'n'", "title: 'aa' right: 5",
                  "title: 'aa' left: 'n'"},
        ApplyCase{"LeavesAnotherMemberOfAOneofAlone", "left", "", "title: 'aa' right: 5",
                  "title: 'aa' right: 5"},
        ApplyCase{"ClearsAOneof", "right", "", "title: 'aa' right: 5", "title: 'aa'"},
        ApplyCase{"StarSwitchesAOneof", "*", "title: 'aa' left: 'n'",
                  "title: 'aa' other { label: 'o' }", "title: 'aa' left: 'n'"},
        ApplyCase{"StarClearsAOneof", "*", "title: 'aa'", "title: 'aa' right: 5", "title: 'aa'"},
        ApplyCase{"EmptyMaskSwitchesAOneof", "", "other { label: 'n' }", "title: 'aa' left: 'l'",
                  "title: 'aa' other { label: 'n' }"},
        ApplyCase{"ImmutableWithTheSameValue", "kind,note", "kind: 'k' note: 'n'",
                  "title: 'aa' kind: 'k'", "title: 'aa' kind: 'k' note: 'n'"},
        ApplyCase{"OptionalZeroIsAValue", "note,on", "on: false", "title: 'aa' on: true note: 'x'",
                  "title: 'aa'"}),
    [](const auto& info) { return std::string(info.param.name); });

struct RefuseCase {
  const char* name;
  const char* mask;
  const char* patch;
  std::vector<std::string> violations;
};

class RefuseTest : public ::testing::TestWithParam<RefuseCase> {};

TEST_P(RefuseTest, ReportsAllAndChangesNothing) {
  const RefuseCase& test = GetParam();
  const auto patch = Make("Thing", test.patch);
  const std::string stored = "title: 'aa' kind: 'k' count: 3 main { label: 'm' fixed: 'f' }";
  const auto target = Make("Thing", stored);
  const absl::Status status = ApplyMask(Mask(test.mask), *patch, "thing", target.get());
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  std::vector<std::string> found;
  for (const FieldViolation& violation : FieldViolations(status)) {
    found.push_back(absl::StrCat(violation.field, " ", violation.reason));
  }
  EXPECT_EQ(found, test.violations);
  EXPECT_EQ(target->DebugString(), Make("Thing", stored)->DebugString());
}

INSTANTIATE_TEST_SUITE_P(
    Masks, RefuseTest,
    ::testing::Values(
        RefuseCase{"UnknownField", "nothing", "", {"update_mask.paths[0] UNKNOWN_FIELD"}},
        RefuseCase{"CamelCase", "createdBy", "", {"update_mask.paths[0] UNKNOWN_FIELD"}},
        RefuseCase{"UnknownInside", "main.nothing", "", {"update_mask.paths[0] UNKNOWN_FIELD"}},
        RefuseCase{"Dots",
                   ".,..,main.,.main",
                   "",
                   {"update_mask.paths[0] UNKNOWN_FIELD", "update_mask.paths[1] UNKNOWN_FIELD",
                    "update_mask.paths[2] UNKNOWN_FIELD", "update_mask.paths[3] UNKNOWN_FIELD"}},
        RefuseCase{"IntoAList", "parts.label", "", {"update_mask.paths[0] NO_FIELDS_INSIDE"}},
        RefuseCase{"ListIndex", "parts[0]", "", {"update_mask.paths[0] UNKNOWN_FIELD"}},
        RefuseCase{"IntoAMap", "labels.a", "", {"update_mask.paths[0] NO_FIELDS_INSIDE"}},
        RefuseCase{
            "IntoAMapOfMessages", "by_number.label", "", {"update_mask.paths[0] NO_FIELDS_INSIDE"}},
        RefuseCase{"IntoAScalar", "title.x", "", {"update_mask.paths[0] NO_FIELDS_INSIDE"}},
        RefuseCase{"StarInside", "main.*", "", {"update_mask.paths[0] UNKNOWN_FIELD"}},
        RefuseCase{"OneofItself", "choice", "", {"update_mask.paths[0] UNKNOWN_FIELD"}},
        RefuseCase{"ServersField", "created_by", "", {"update_mask.paths[0] OUTPUT_ONLY"}},
        RefuseCase{"ServersFieldInside", "main.made_by", "", {"update_mask.paths[0] OUTPUT_ONLY"}},
        RefuseCase{"ControlCharacters", "a\x01\xFF", "", {"update_mask.paths[0] UNKNOWN_FIELD"}},
        RefuseCase{"ImmutableChanged", "kind", "kind: 'other'", {"thing.kind IMMUTABLE"}},
        RefuseCase{"ImmutableCleared", "kind", "", {"thing.kind IMMUTABLE"}},
        RefuseCase{"ImmutableByEmptyMask", "", "kind: 'other'", {"thing.kind IMMUTABLE"}},
        RefuseCase{"ImmutableInside",
                   "main",
                   "main { label: 'm' fixed: 'g' }",
                   {"thing.main.fixed IMMUTABLE"}},
        RefuseCase{
            "ImmutableByPath", "main.fixed", "main { fixed: 'g' }", {"thing.main.fixed IMMUTABLE"}},
        RefuseCase{"RequiredCleared", "title", "", {"thing.title REQUIRED"}},
        RefuseCase{"RequiredInside", "main.label", "", {"thing.main.label REQUIRED"}},
        RefuseCase{"StarWithoutRequired", "*", "count: 2", {"thing.title REQUIRED"}},
        RefuseCase{"SeveralAtOnce",
                   "kind,title,count",
                   "kind: 'x' count: 77",
                   {"thing.kind IMMUTABLE", "thing.title REQUIRED", "thing.count OUT_OF_RANGE"}}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(CheckMaskTest, SaysWhichFieldsThereAre) {
  const absl::Status status = CheckMask(Mask("lable"), TestType("Part"), "request.update_mask");
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("fields of Part: label, inner, fixed, size, words")));
  EXPECT_EQ(FieldViolations(status)[0].field, "request.update_mask.paths[0]");
}

TEST(CheckMaskTest, BoundsLongPaths) {
  std::string path = "inner";
  for (int i = 0; i < 50; ++i) absl::StrAppend(&path, ".inner");
  EXPECT_THAT(CheckMask(Mask(path), TestType("Part")), IsOk());
  for (int i = 0; i < 100000; ++i) absl::StrAppend(&path, ".inner");
  EXPECT_EQ(FieldViolations(CheckMask(Mask(path), TestType("Part")))[0].reason, "TOO_LONG");
}

// Any mask with a patch that holds everything makes the named fields the patch's and leaves the
// others the stored ones.
TEST(ApplyMaskProperty, TakesNamedFieldsFromThePatchAndOthersFromTheStored) {
  const std::vector<std::string> fields = {"title", "note", "count", "tags", "labels", "main",
                                           "due",   "on",   "parts", "big",  "text"};
  const auto patch = Make(
      "Thing",
      "title: 'pp' note: 'pp' count: 1 tags: ['p', 'q'] labels { key: 'p' value: 'p' } "
      "main { label: 'p' } due { year: 2001 month: 1 day: 1 } on: true parts { label: 'p' } big: 1 "
      "text { texts { key: 'ja' value: 'p' } }");
  const auto stored =
      Make("Thing",
           "title: 'ss' note: 'ss' count: 2 tags: ['s', 't'] labels { key: 's' value: 's' } "
           "main { label: 's' } due { year: 2002 month: 2 day: 2 } parts { label: 's' } big: 2 "
           "text { texts { key: 'en' value: 's' } }");
  std::mt19937 random(17);
  for (int round = 0; round < 300; ++round) {
    const unsigned chosen = 1 + random() % ((1u << fields.size()) - 1);
    FieldMask mask;
    const std::unique_ptr<google::protobuf::Message> expected(stored->New());
    expected->CopyFrom(*stored);
    const std::unique_ptr<google::protobuf::Message> source(patch->New());
    source->CopyFrom(*patch);
    for (size_t i = 0; i < fields.size(); ++i) {
      if ((chosen >> i & 1) == 0) continue;
      mask.add_paths(fields[i]);
      const auto* field = expected->GetDescriptor()->FindFieldByName(fields[i]);
      expected->GetReflection()->SwapFields(expected.get(), source.get(), {field});
    }
    const std::unique_ptr<google::protobuf::Message> target(stored->New());
    target->CopyFrom(*stored);
    ASSERT_THAT(ApplyMask(mask, *patch, "thing", target.get()), IsOk());
    ASSERT_EQ(target->DebugString(), expected->DebugString()) << mask.ShortDebugString();
  }
}

}  // namespace
}  // namespace banso::contract
