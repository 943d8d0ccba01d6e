#include "common/contract/call.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace banso {
namespace {

constexpr absl::Duration kOwnDeadline = absl::Minutes(1);

}  // namespace

bool Call::from_member() const { return absl::StartsWith(actor, "members/"); }

bool Call::from_customer() const {
  return absl::StartsWith(actor, "accounts/") && absl::StrContains(actor, "/stakeholders/");
}

bool Call::is_cancelled() const {
  return cancelled != nullptr && cancelled->load(std::memory_order_relaxed);
}

Call ServiceCall(absl::string_view service, absl::Time now) {
  Call call;
  call.method = absl::StrCat("sweep/", service);
  call.actor = absl::StrCat("services/", service);
  call.now = now;
  call.deadline = absl::Now() + kOwnDeadline;
  return call;
}

}  // namespace banso
