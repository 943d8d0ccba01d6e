#include "services/handoff/api/erase.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/contract/field_rules.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/redact_where.h"

namespace banso::handoff {
namespace {

using storage::Writer;
using v1::Evidence;
using v1::GapWatch;

constexpr char kErased[] = "erased-";

// Stands where a text is required.
constexpr char kNothing[] = "-";

bool IsResourceName(const std::string& person) {
  return absl::StartsWith(person, "members/") || absl::StartsWith(person, "accounts/");
}

// The places where evidence names people by text or by resource name.
std::vector<std::string*> PeopleOf(Evidence* evidence) {
  std::vector<std::string*> people;
  if (evidence->has_skill()) {
    people.push_back(evidence->mutable_skill()->mutable_person());
    people.push_back(evidence->mutable_skill()->mutable_assessor());
  }
  if (evidence->has_decision()) people.push_back(evidence->mutable_decision()->mutable_owner());
  return people;
}

// Gives each name that was written as text another one, for all evidence of an account.
class Pseudonyms {
 public:
  // Takes account of the names that were given before.
  void Note(Evidence evidence) {
    for (const std::string* person : PeopleOf(&evidence)) {
      absl::string_view number = *person;
      int given = 0;
      if (absl::ConsumePrefix(&number, kErased) && absl::SimpleAtoi(number, &given)) {
        last_ = std::max(last_, given);
      }
    }
  }

  void Replace(Evidence* evidence) {
    for (std::string* person : PeopleOf(evidence)) {
      if (person->empty() || IsResourceName(*person) || absl::StartsWith(*person, kErased))
        continue;
      auto known = names_.find(*person);
      if (known == names_.end()) {
        known = names_.emplace(*person, absl::StrCat(kErased, ++last_)).first;
      }
      *person = known->second;
    }
  }

 private:
  std::map<std::string, std::string> names_;
  int last_ = 0;
};

absl::Status EraseNames(const Store& store, Writer& writer, const std::string& account) {
  Pseudonyms pseudonyms;
  return storage::RedactWhere<Evidence>(
             writer, store.evidence, account + "/",
             [&](const Evidence& evidence) {
               pseudonyms.Note(evidence);
               return evidence.has_skill() || evidence.has_decision();
             },
             [&](Evidence& evidence) { pseudonyms.Replace(&evidence); })
      .status();
}

absl::Status EraseConfirmations(const Store& store, Writer& writer, const std::string& account,
                                const std::string& stakeholder) {
  return storage::RedactWhere<Evidence>(
             writer, store.evidence, account + "/",
             [&](const Evidence& evidence) { return evidence.confirmed_by() == stakeholder; },
             [](Evidence& evidence) {
               if (!evidence.proof().empty()) evidence.set_proof(kNothing);
               if (evidence.has_confirmation()) {
                 evidence.mutable_confirmation()->set_statement(kNothing);
               }
             })
      .status();
}

absl::Status EraseContacts(const Store& store, Writer& writer, const std::string& prefix,
                           const std::string& person) {
  return storage::RedactWhere<GapWatch>(
             writer, store.gap_watches, prefix,
             [&](const GapWatch& watch) {
               return watch.contact().stakeholder() == person || watch.contact().member() == person;
             },
             [](GapWatch& watch) { contract::ClearSensitive(watch.mutable_contact()); })
      .status();
}

}  // namespace

absl::Status EraseStakeholder(const Store& store, Writer& writer, const std::string& stakeholder) {
  const std::string account = contract::Ancestor(stakeholder, "accounts");
  BANSO_RETURN_IF_ERROR(EraseNames(store, writer, account));
  BANSO_RETURN_IF_ERROR(EraseConfirmations(store, writer, account, stakeholder));
  return EraseContacts(store, writer, account + "/", stakeholder);
}

absl::Status EraseMember(const Store& store, Writer& writer, const std::string& member) {
  return EraseContacts(store, writer, "", member);
}

}  // namespace banso::handoff
