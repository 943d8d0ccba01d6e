#include "services/accounts/domain/attributes.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/contract/resource_name.h"
#include "common/contract/text.h"
#include "common/rule/value.h"
#include "services/accounts/domain/fact_types.h"

namespace banso::accounts {
namespace {

// No text begins so, since texts have no control characters.
constexpr char kEmptySet[] = "\x01";

}  // namespace

std::string AttributeKey(absl::string_view definition) {
  return absl::StrReplaceAll(contract::LastId(definition), {{"-", "_"}});
}

std::string AttributeDefinitionName(absl::string_view key) {
  return contract::Join("", "attributeDefinitions", absl::StrReplaceAll(key, {{"_", "-"}}));
}

fact::v1::FactType FactTypeOf(const v1::AttributeDefinition& definition) {
  fact::v1::FactType type;
  type.set_name(absl::StrCat(kAttributePrefix, AttributeKey(definition.name())));
  type.set_value_type(definition.value_type());
  type.set_subject(fact::v1::SUBJECT_KIND_ACCOUNT);
  type.set_unit(definition.unit());
  type.set_meaning(definition.description().empty() ? definition.display_name()
                                                    : definition.description());
  *type.mutable_values() = definition.allowed_values();
  return type;
}

void AddAttributeTypes(const google::protobuf::RepeatedPtrField<fact::v1::FactType>& given,
                       std::vector<fact::v1::FactType>* types) {
  for (const fact::v1::FactType& type : given) {
    if (IsAttributeFact(type.name())) types->push_back(type);
  }
}

void CheckAttributeDefinition(const v1::AttributeDefinition& definition, absl::string_view field,
                              contract::Violations* violations) {
  const std::string key = AttributeKey(definition.name());
  if (!contract::IsKey(key)) {
    violations->Add(absl::StrCat(field, ".name"), definition.name(),
                    "an id that begins with a letter", "NOT_A_KEY");
  }
  const type::v1::ValueType type = definition.value_type();
  if (!definition.unit().empty() && type != type::v1::VALUE_TYPE_NUMBER) {
    violations->Add(absl::StrCat(field, ".unit"), definition.unit(), "none, except for numbers",
                    "NOT_ACCEPTED");
  }
  const bool has_words = type == type::v1::VALUE_TYPE_TEXT || type == type::v1::VALUE_TYPE_TEXT_SET;
  if (!has_words && definition.allowed_values_size() > 0) {
    violations->Add(absl::StrCat(field, ".allowed_values"), definition.allowed_values(0),
                    "none, except for texts and sets of words", "NOT_ACCEPTED");
  }
  std::set<std::string> words;
  for (int i = 0; i < definition.allowed_values_size(); ++i) {
    const std::string path = absl::StrCat(field, ".allowed_values[", i, "]");
    const std::string& word = definition.allowed_values(i);
    if (word.empty()) violations->Add(path, "", "a word", "REQUIRED");
    if (!words.insert(word).second) {
      violations->Add(path, word, "each word once", "DUPLICATE");
    }
  }
}

std::vector<std::string> SearchWords(const type::v1::Value& value) {
  std::vector<std::string> words = WantedWords(value);
  if (words.empty()) words.emplace_back(kEmptySet);
  return words;
}

bool IsEmptySet(absl::string_view word) { return word == kEmptySet; }

std::vector<std::string> WantedWords(const type::v1::Value& value) {
  if (value.has_text()) return {value.text()};
  if (!value.has_text_set()) return {rule::ValueText(value)};
  const std::set<std::string> words(value.text_set().items().begin(),
                                    value.text_set().items().end());
  return {words.begin(), words.end()};
}

}  // namespace banso::accounts
