#ifndef BANSO_COMMON_SERVER_TRACE_H_
#define BANSO_COMMON_SERVER_TRACE_H_

#include <string>

#include "absl/strings/string_view.h"

// W3C trace context: `00-{32 hex digits: trace}-{16: span}-{2: flags}`.
namespace banso::server {

// Returns the context of a new span in the trace of `parent`; in a new trace when `parent` is empty
// or not valid.
std::string NextTraceParent(absl::string_view parent);

// Returns the trace's id, or empty if `trace_parent` is not valid.
std::string TraceId(absl::string_view trace_parent);

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_TRACE_H_
