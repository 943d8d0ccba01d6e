#ifndef BANSO_COMMON_CONTRACT_CALL_H_
#define BANSO_COMMON_CONTRACT_CALL_H_

#include <atomic>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace banso {

// One call of an RPC, or one run of a sweep: who asks for what, when, and for how long. Handlers
// and transactions take it by const reference; it knows no transport.
struct Call {
  // The full name of the RPC, such as `banso.accounts.v1.AccountsService/CreateAccount`, or
  // `sweep/` and a name.
  std::string method;
  // The resource name of whoever acts: `members/aoki`, `services/handoff`,
  // `accounts/acme/stakeholders/sato`. Empty when the transport does not tell.
  std::string actor;
  // The caller's id of the request; empty for reads and where the caller gave none.
  std::string request_id;
  // The W3C trace context (`traceparent`) to pass on; may be empty.
  std::string trace_parent;
  // The business time when the call began; in a stream of requests, when its last message came in.
  absl::Time now;
  // The system time until which the caller waits. Never infinite.
  absl::Time deadline;
  // True once the caller has gone. Null when nobody can cancel.
  std::shared_ptr<std::atomic<bool>> cancelled;

  // Returns true if a member of the vendor acts.
  bool from_member() const;
  // Returns true if a customer's stakeholder acts.
  bool from_customer() const;
  // Returns true once the caller has gone and work for it is wasted.
  bool is_cancelled() const;
};

// Returns the call under which `service` (`handoff`) acts by itself: method `sweep/handoff`, actor
// `services/handoff`, business time `now`, and a deadline of one minute of system time from here.
Call ServiceCall(absl::string_view service, absl::Time now);

}  // namespace banso

#endif  // BANSO_COMMON_CONTRACT_CALL_H_
