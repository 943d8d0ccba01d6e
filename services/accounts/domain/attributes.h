#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_ATTRIBUTES_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_ATTRIBUTES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "banso/accounts/v1/attribute_definition.pb.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/type/v1/value.pb.h"
#include "common/contract/errors.h"
#include "google/protobuf/repeated_field.h"

// The attributes that a vendor adds to its accounts.
namespace banso::accounts {

// The key in Account.attributes of what is declared under this name, such as `sales_region` of
// `attributeDefinitions/sales-region`; and the name for a key.
std::string AttributeKey(absl::string_view definition);
std::string AttributeDefinitionName(absl::string_view key);

// The type of the fact about a declared attribute.
fact::v1::FactType FactTypeOf(const v1::AttributeDefinition& definition);

// Adds those of `given` that are about attributes, so that they take the place of others of their
// name in a catalog.
void AddAttributeTypes(const google::protobuf::RepeatedPtrField<fact::v1::FactType>& given,
                       std::vector<fact::v1::FactType>* types);

// Checks what the proto's field rules cannot say: that the id makes a key, a unit for numbers only,
// words for texts and sets only and each once. Adds to `violations`, with paths below `field`.
void CheckAttributeDefinition(const v1::AttributeDefinition& definition, absl::string_view field,
                              contract::Violations* violations);

// What an account is found by that has the value: for a set each of its words (for an empty one a
// word of its own), for others the value. Values of one type are equal when these are.
std::vector<std::string> SearchWords(const type::v1::Value& value);

// Whether that is the word of an empty set.
bool IsEmptySet(absl::string_view word);

// What an account must have been stored with to have the value, or, of a set, at least its words.
std::vector<std::string> WantedWords(const type::v1::Value& value);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_ATTRIBUTES_H_
