#ifndef BANSO_SERVICES_GATEWAY_DOMAIN_STORY_H_
#define BANSO_SERVICES_GATEWAY_DOMAIN_STORY_H_

#include <vector>

#include "banso/gateway/v1/gateway_service.pb.h"

// What happened to an account, one line each.
namespace banso::gateway {

// The story that the parts of `overview` tell, oldest first; what happened on the same day in the
// order of an onboarding: deal, start, meetings, success, completion, handoff, gap. Each line names
// the resource that says so.
std::vector<v1::StoryLine> StoryOf(const v1::AccountOverview& overview);

}  // namespace banso::gateway

#endif  // BANSO_SERVICES_GATEWAY_DOMAIN_STORY_H_
