// Resource names, texts and their forms.

#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/resource_name.h"
#include "common/contract/text.h"
#include "tests/fuzz/target.h"

namespace banso::fuzz {
namespace {

void RunResourceName(absl::string_view input) {
  const bool valid = contract::IsValidName(input);
  const std::string parent = contract::Parent(input);
  const std::string id = contract::LastId(input);
  contract::Id(input, "accounts");
  contract::Ancestor(input, "onboardings");
  if (valid) {
    Require(parent.empty() || contract::IsValidName(parent), "a parent is a name");
    Require(id.empty() || contract::IsValidId(id), "the last id is an id");
    Require(parent.size() < input.size(), "a parent is shorter");
  }
  constexpr char kPattern[] = "accounts/{account}/onboardings/{onboarding}";
  const auto ids = contract::Match(kPattern, input);
  if (ids.has_value()) {
    Require(valid && ids->size() == 2, "what matches is a name");
    Require(absl::StrCat("accounts/", (*ids)[0], "/onboardings/", (*ids)[1]) == input,
            "the ids are those of the name");
  }
  const absl::StatusOr<contract::NamePattern> pattern = contract::NamePattern::Parse(input);
  if (pattern.ok()) Require(pattern->text() == input, "a pattern keeps its text");
  const std::optional<contract::RevisionName> revision = contract::SplitRevision(input);
  if (revision.has_value() && revision->revision.has_value()) {
    Require(contract::JoinRevision(revision->name, *revision->revision) == input,
            "a revision is written in one way");
  }
}

void RunText(absl::string_view input) {
  const contract::TextScan scan = contract::ScanText(input);
  if (!scan.valid) return;
  Require(scan.characters <= static_cast<int64_t>(input.size()), "a character is a byte or more");
  const std::string normal = contract::NormalizeText(input);
  Require(contract::ScanText(normal).valid, "a normal text is a text");
  Require(contract::NormalizeText(normal) == normal, "normal stays normal");
  if (scan.normal) Require(normal == input, "what is said to be normal is");
  for (const auto is :
       {contract::IsEmail, contract::IsTimeZone, contract::IsCurrency, contract::IsLanguage,
        contract::IsFact, contract::IsKey, contract::IsUrl, contract::IsRequestId}) {
    Require(is(input) == is(input), "a form is a property of the text");
  }
}

}  // namespace

Target ResourceNameTarget() {
  return {"resource_name",
          {"", "accounts/acme", "accounts/acme/onboardings/o1", "accounts/acme/profile",
           "planTemplates/x@3", "accounts/{account}/deals/{deal}", "accounts//x", "a/-/b/c@01"},
          RunResourceName};
}

Target TextTarget() {
  return {"text",
          {"", "Cafe\u0301", "\u30ab\u3099", "a@example.com", "Asia/Tokyo", "JPY", "ja-JP",
           "account.employees", "crm-1", "https://example.com/a?b#c", "\xed\xa0\x80", "\xc0\xaf",
           "\u1100\u1161\u11a8", "\U0001d15e"},
          RunText};
}

}  // namespace banso::fuzz
