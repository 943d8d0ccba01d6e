#ifndef BANSO_SERVICES_HANDOFF_DOMAIN_READINGS_H_
#define BANSO_SERVICES_HANDOFF_DOMAIN_READINGS_H_

#include <string>
#include <vector>

#include "banso/type/v1/condition.pb.h"

namespace banso::handoff {

// What an explanation read, in words, part by part and depth first.
std::vector<std::string> ReadingsOf(const type::v1::Explanation& explanation);

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_DOMAIN_READINGS_H_
