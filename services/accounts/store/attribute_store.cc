#include "services/accounts/store/attribute_store.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "banso/type/v1/value.pb.h"
#include "common/rule/value.h"
#include "common/status_macros.h"
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
bool HasAttribute(const Account& account, const std::string& key, type::v1::ValueType type) {
  const auto attribute = account.attributes().find(key);
  return attribute != account.attributes().end() && rule::TypeOf(attribute->second) == type;
}

}  // namespace

absl::Status AttributeStore::Save(Writer& writer, const Account& before,
                                  const Account& after) const {
  for (const auto& [key, value] : before.attributes()) {
    if (HasAttribute(after, key, rule::TypeOf(value))) continue;
    const storage::Params params = {{"key", key}};
    BANSO_RETURN_IF_ERROR(
        writer.Execute("UPDATE attribute_type SET accounts = accounts - 1 WHERE key = $key", params)
            .status());
    BANSO_RETURN_IF_ERROR(
        writer.Execute("DELETE FROM attribute_type WHERE key = $key AND accounts = 0", params)
            .status());
  }
  for (const auto& [key, value] : after.attributes()) {
    if (HasAttribute(before, key, rule::TypeOf(value))) continue;
    BANSO_RETURN_IF_ERROR(
        writer
            .Execute("INSERT INTO attribute_type (key, value_type, accounts) "
                     "VALUES ($key, $type, 1) "
                     "ON CONFLICT (key) DO UPDATE SET accounts = attribute_type.accounts + 1",
                     {{"key", key}, {"type", rule::TypeOf(value)}})
            .status());
  }
  return absl::OkStatus();
}

absl::Status AttributeStore::Check(Reader& reader, const Account& before, const Account& after,
                                   absl::string_view field,
                                   contract::Violations* violations) const {
  for (const auto& [key, value] : after.attributes()) {
    BANSO_ASSIGN_OR_RETURN(const AttributeUse use, ReadAttribute(reader, key));
    const int64_t others = use.accounts - (before.attributes().contains(key) ? 1 : 0);
    if (others > 0 && use.type != rule::TypeOf(value)) {
      violations->Add(absl::StrCat(field, "[", key, "]"), rule::ValueText(value),
                      absl::StrCat("a ", rule::TypeText(use.type), ", as in other accounts"),
                      "OTHER_TYPE");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<fact::v1::FactType>> AttributeStore::Types(Reader& reader) const {
  std::vector<fact::v1::FactType> types;
  BANSO_RETURN_IF_ERROR(reader.Query(
      "SELECT key, value_type FROM attribute_type ORDER BY key", {}, [&](const Row& row) {
        fact::v1::FactType& type = types.emplace_back();
        type.set_name(absl::StrCat(kAttributePrefix, row.Text(0)));
        type.set_value_type(static_cast<type::v1::ValueType>(row.Int64(1)));
        type.set_subject(fact::v1::SUBJECT_KIND_ACCOUNT);
        type.set_meaning("An attribute that the vendor added.");
        return absl::OkStatus();
      }));
  return types;
}

}  // namespace banso::accounts
