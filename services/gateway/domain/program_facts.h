#ifndef BANSO_SERVICES_GATEWAY_DOMAIN_PROGRAM_FACTS_H_
#define BANSO_SERVICES_GATEWAY_DOMAIN_PROGRAM_FACTS_H_

#include <set>
#include <string>
#include <vector>

#include "banso/fact/v1/fact.pb.h"
#include "banso/gateway/v1/program.pb.h"
#include "google/protobuf/message.h"

// The facts that a program brings along and those that its rules read.
namespace banso::gateway {

// The types of the facts that exist once `program` is in force: `metric.x` of its metrics,
// `assessment.x` of its rubric items, `success.x` of its definitions, `score.x` and `score.x.band`
// of its score models, `stage.x`, `stage.x.rank` and `stage.x.stuck` of its stage models,
// `survey.x.<question>` and `survey.x.answered` of its surveys, of everybody and of each layer. By
// these its conditions can be checked before anything is stored.
std::vector<fact::v1::FactType> FactTypesOf(const v1::Program& program);

// The names of all facts that rules anywhere in `message` read, and of those whose words it uses:
// the bands of a matrix policy.
std::set<std::string> ReferencedFacts(const google::protobuf::Message& message);

}  // namespace banso::gateway

#endif  // BANSO_SERVICES_GATEWAY_DOMAIN_PROGRAM_FACTS_H_
