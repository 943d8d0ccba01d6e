#include "services/accounts/store/attribute_store.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "banso/type/v1/value.pb.h"
#include "common/rule/value.h"
#include "common/status_macros.h"
#include "services/accounts/domain/attributes.h"
#include "services/accounts/domain/fact_types.h"

namespace banso::accounts {
namespace {

using storage::Reader;
using storage::Row;
using storage::Writer;
using v1::Account;

// What is known of an attribute.
struct AttributeUse {
  type::v1::ValueType type = type::v1::VALUE_TYPE_UNSPECIFIED;
  int64_t accounts = 0;
};

absl::StatusOr<AttributeUse> ReadAttribute(Reader& reader, const std::string& key) {
  AttributeUse use;
  BANSO_RETURN_IF_ERROR(
      reader
          .QueryOne("SELECT value_type, accounts FROM attribute_type WHERE key = $key",
                    {{"key", key}},
                    [&](const Row& row) {
                      use.type = static_cast<type::v1::ValueType>(row.Int64(0));
                      use.accounts = row.Int64(1);
                      return absl::OkStatus();
                    })
          .status());
  return use;
}

// Whether the account has the attribute with a value of this type.
bool HasOfType(const Account& account, const std::string& key, type::v1::ValueType type) {
  const auto attribute = account.attributes().find(key);
  return attribute != account.attributes().end() && rule::TypeOf(attribute->second) == type;
}

// What an account is found by, of all its attributes: pairs of key and word.
std::set<std::pair<std::string, std::string>> AllWords(const Account& account) {
  std::set<std::pair<std::string, std::string>> all;
  for (const auto& [key, value] : account.attributes()) {
    for (std::string& word : SearchWords(value)) all.emplace(key, std::move(word));
  }
  return all;
}

absl::Status SaveWords(Writer& writer, const Account& before, const Account& after) {
  const auto old_words = AllWords(before);
  const auto new_words = AllWords(after);
  for (const auto& [key, word] : old_words) {
    if (new_words.contains({key, word})) continue;
    BANSO_RETURN_IF_ERROR(writer
                              .Execute("DELETE FROM account_attribute WHERE key = $key "
                                       "AND word = $word AND account = $account",
                                       {{"key", key}, {"word", word}, {"account", after.name()}})
                              .status());
  }
  for (const auto& [key, word] : new_words) {
    if (old_words.contains({key, word})) continue;
    BANSO_RETURN_IF_ERROR(writer
                              .Execute("INSERT INTO account_attribute (key, word, account) "
                                       "VALUES ($key, $word, $account)",
                                       {{"key", key}, {"word", word}, {"account", after.name()}})
                              .status());
  }
  return absl::OkStatus();
}

// Checks a value against the declaration of its attribute.
void CheckDeclared(const v1::AttributeDefinition& definition, const type::v1::Value& value,
                   const std::string& field, contract::Violations* violations) {
  if (rule::TypeOf(value) != definition.value_type()) {
    violations->Add(field, rule::ValueText(value),
                    absl::StrCat("a ", rule::TypeText(definition.value_type()), ", as ",
                                 definition.name(), " declares"),
                    "OTHER_TYPE");
    return;
  }
  const auto& allowed = definition.allowed_values();
  if (allowed.empty()) return;
  for (const std::string& word : WantedWords(value)) {
    if (std::find(allowed.begin(), allowed.end(), word) != allowed.end()) continue;
    violations->Add(field, word,
                    absl::StrCat("one of ", absl::StrJoin(allowed, ", "), ", as ",
                                 definition.name(), " declares"),
                    "NOT_ALLOWED");
  }
}

storage::Kind<v1::AttributeDefinition> DefinitionKind() {
  return {.table = "attribute_definition",
          .pattern = "attributeDefinitions/{attribute_definition}",
          .columns = {}};
}

}  // namespace

AttributeStore::AttributeStore() : definitions(DefinitionKind()) {}

absl::Status AttributeStore::Save(Writer& writer, const Account& before,
                                  const Account& after) const {
  for (const auto& [key, value] : before.attributes()) {
    if (HasOfType(after, key, rule::TypeOf(value))) continue;
    const storage::Params params = {{"key", key}};
    BANSO_RETURN_IF_ERROR(
        writer.Execute("UPDATE attribute_type SET accounts = accounts - 1 WHERE key = $key", params)
            .status());
    BANSO_RETURN_IF_ERROR(
        writer.Execute("DELETE FROM attribute_type WHERE key = $key AND accounts = 0", params)
            .status());
  }
  for (const auto& [key, value] : after.attributes()) {
    if (HasOfType(before, key, rule::TypeOf(value))) continue;
    BANSO_RETURN_IF_ERROR(
        writer
            .Execute("INSERT INTO attribute_type (key, value_type, accounts) "
                     "VALUES ($key, $type, 1) "
                     "ON CONFLICT (key) DO UPDATE SET accounts = attribute_type.accounts + 1",
                     {{"key", key}, {"type", rule::TypeOf(value)}})
            .status());
  }
  return SaveWords(writer, before, after);
}

absl::Status AttributeStore::Check(Reader& reader, const Account& before, const Account& after,
                                   absl::string_view field,
                                   contract::Violations* violations) const {
  for (const auto& [key, value] : after.attributes()) {
    const std::string path = absl::StrCat(field, "[", key, "]");
    BANSO_ASSIGN_OR_RETURN(const auto definition,
                           definitions.Find(reader, AttributeDefinitionName(key)));
    if (definition.has_value()) {
      CheckDeclared(*definition, value, path, violations);
      continue;
    }
    BANSO_ASSIGN_OR_RETURN(const AttributeUse use, ReadAttribute(reader, key));
    const int64_t others = use.accounts - (before.attributes().contains(key) ? 1 : 0);
    if (others > 0 && use.type != rule::TypeOf(value)) {
      violations->Add(path, rule::ValueText(value),
                      absl::StrCat("a ", rule::TypeText(use.type), ", as in other accounts"),
                      "OTHER_TYPE");
    }
  }
  return absl::OkStatus();
}

absl::Status AttributeStore::CheckFits(Reader& reader, const v1::AttributeDefinition& definition,
                                       absl::string_view field,
                                       contract::Violations* violations) const {
  const std::string key = AttributeKey(definition.name());
  BANSO_ASSIGN_OR_RETURN(const AttributeUse use, ReadAttribute(reader, key));
  if (use.accounts > 0 && use.type != definition.value_type()) {
    violations->Add(absl::StrCat(field, ".value_type"), rule::TypeText(definition.value_type()),
                    absl::StrCat(rule::TypeText(use.type), ", as accounts have it"),
                    "IN_USE_OTHERWISE");
    return absl::OkStatus();
  }
  const auto& allowed = definition.allowed_values();
  if (allowed.empty()) return absl::OkStatus();
  return reader.Query(
      "SELECT word, min(account) FROM account_attribute WHERE key = $key GROUP BY word "
      "ORDER BY word",
      {{"key", key}}, [&](const Row& row) {
        const std::string word(row.Text(0));
        const bool allows =
            std::find(allowed.begin(), allowed.end(), word) != allowed.end() || IsEmptySet(word);
        if (!allows) {
          violations->Add(
              absl::StrCat(field, ".allowed_values"), "",
              absl::StrCat("also ", contract::Quote(word), ", which ", row.Text(1), " has"),
              "IN_USE_OTHERWISE");
        }
        return absl::OkStatus();
      });
}

absl::StatusOr<int64_t> AttributeStore::CountAccounts(Reader& reader,
                                                      const std::string& key) const {
  BANSO_ASSIGN_OR_RETURN(const AttributeUse use, ReadAttribute(reader, key));
  return use.accounts;
}

absl::StatusOr<std::vector<fact::v1::FactType>> AttributeStore::Types(Reader& reader) const {
  std::map<std::string, fact::v1::FactType> types;
  BANSO_RETURN_IF_ERROR(reader.Query(
      "SELECT key, value_type FROM attribute_type ORDER BY key", {}, [&](const Row& row) {
        fact::v1::FactType type;
        type.set_name(absl::StrCat(kAttributePrefix, row.Text(0)));
        type.set_value_type(static_cast<type::v1::ValueType>(row.Int64(1)));
        type.set_subject(fact::v1::SUBJECT_KIND_ACCOUNT);
        type.set_meaning("An attribute that the vendor added.");
        types[type.name()] = type;
        return absl::OkStatus();
      }));
  BANSO_RETURN_IF_ERROR(
      definitions.ForEach(reader, "", {}, [&](v1::AttributeDefinition& definition) {
        fact::v1::FactType type = FactTypeOf(definition);
        types[type.name()] = std::move(type);
        return absl::OkStatus();
      }));
  std::vector<fact::v1::FactType> sorted;
  for (auto& [name, type] : types) sorted.push_back(std::move(type));
  return sorted;
}

std::vector<storage::Filter> HasAttributes(
    const google::protobuf::RepeatedPtrField<v1::AttributeFilter>& attributes) {
  std::vector<storage::Filter> filters;
  const auto add = [&](const std::string& key, const std::string* word) {
    // Every parameter of a list has a name of its own.
    const std::string key_name = absl::StrCat("key_", filters.size());
    const std::string word_name = absl::StrCat("word_", filters.size());
    storage::Params params = {{key_name, key}};
    if (word != nullptr) params.Set(word_name, *word);
    filters.push_back(storage::Where(
        absl::StrCat("name IN (SELECT account FROM account_attribute WHERE key = $", key_name,
                     word == nullptr ? "" : absl::StrCat(" AND word = $", word_name), ")"),
        std::move(params)));
  };
  for (const v1::AttributeFilter& attribute : attributes) {
    const std::vector<std::string> words =
        attribute.has_value() ? WantedWords(attribute.value()) : std::vector<std::string>();
    if (words.empty()) add(attribute.key(), nullptr);
    for (const std::string& word : words) add(attribute.key(), &word);
  }
  return filters;
}

}  // namespace banso::accounts
