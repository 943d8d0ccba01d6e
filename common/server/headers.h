#ifndef BANSO_COMMON_SERVER_HEADERS_H_
#define BANSO_COMMON_SERVER_HEADERS_H_

// The headers that calls between the suite's processes carry.
namespace banso::server {

// Who acts, as a resource name: `members/aoki`, `services/handoff`.
inline constexpr char kActorHeader[] = "banso-actor";
// The request id, for the logs of everybody on the way.
inline constexpr char kRequestIdHeader[] = "banso-request-id";
// The secret that the suite's processes share.
inline constexpr char kSuiteKeyHeader[] = "banso-suite-key";
// The W3C trace context.
inline constexpr char kTraceParentHeader[] = "traceparent";

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_HEADERS_H_
