#ifndef BANSO_TESTS_CONFORMANCE_MUTANTS_H_
#define BANSO_TESTS_CONFORMANCE_MUTANTS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/conformance/rpcs.h"

// Requests that a server must refuse, derived from an example by the descriptors and the field
// rules alone. They are written against rules.proto, not against the code that enforces it.
namespace banso::conformance {

// A request with one fault.
struct Mutant {
  // What was done, for the report: `account.employees = -1`.
  std::string what;
  MessagePtr request;
  // The field that the violation must name.
  std::string field;
  // True when any item of `field` will do: which key of a map is meant, its path says in quotes.
  bool any_item = false;
  // What its description must show of the value; empty when there is none to show.
  std::string shown;
  // What no part of the error may hold: the value of a sensitive field.
  std::string secret;
  // True when nothing else is wrong with the request, so that it must be the only violation.
  bool only = false;
};

// Each field that the rules require, removed from `example` where it has it; where it has not even
// the message that requires the field, that message is added with nothing in it, two levels deep.
std::vector<Mutant> WithoutRequired(const google::protobuf::Message& example);

// Values out of range, enum numbers that do not exist, text that is too long, has control
// characters or the wrong form, lists that are too long, days that do not exist. Fields that the
// example leaves out are tried too, two levels deep.
std::vector<Mutant> WithBadValues(const google::protobuf::Message& example);

// Masks that name what does not exist or what the server sets itself, also inside messages.
std::vector<Mutant> WithBadMasks(const google::protobuf::Message& example);

// Text that is as long as is allowed once it has been normalized, and longer before: accepted.
// Each request has a bad `request_id` instead, so that nothing comes of it, and `field` names that.
std::vector<Mutant> WithLongDecomposedText(const google::protobuf::Message& example);

}  // namespace banso::conformance

#endif  // BANSO_TESTS_CONFORMANCE_MUTANTS_H_
