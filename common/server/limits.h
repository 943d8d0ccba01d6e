#ifndef BANSO_COMMON_SERVER_LIMITS_H_
#define BANSO_COMMON_SERVER_LIMITS_H_

#include "absl/time/time.h"

// How much of each thing a server takes of its callers.
namespace banso::server {

// The largest message that a server takes, in bytes. Larger ones are RESOURCE_EXHAUSTED; the
// connections of those that are larger by megabytes are ended while they come (see IntakeWatch).
inline constexpr int kMaxMessageBytes = 4 * 1024 * 1024;
// What a caller may send of a call before its handler takes it, in bytes, beside the message that
// the handler waits for.
inline constexpr int kStreamWindowBytes = 256 * 1024;

// The largest headers of a call, in bytes, each header with 32 more than its name and value have.
// Callers are told to send at most half of it; the connection of one that sends more than all of it
// is ended.
inline constexpr int kMaxCallHeaderBytes = 16 * 1024;

// How many watches and forwarded streams may be open at a time on one server, and how many of them
// by one caller, so that nobody can keep the others from theirs. Further ones are
// RESOURCE_EXHAUSTED (TOO_MANY_STREAMS). A caller is who the call names as its actor; those without
// a name count as one for each host that they call from.
inline constexpr int kMaxOpenStreams = 2000;
inline constexpr int kMaxStreamsOfCaller = 200;

// How many calls one connection may cancel within that time; it is reset when it cancels more.
inline constexpr int kMaxCancelledCalls = 500;
inline constexpr absl::Duration kCancelledCallsPeriod = absl::Seconds(10);

// How many calls, besides those streams, a server holds memory for: those under way, and those that
// were cancelled but are not cleared away yet. Beyond it the connections that hold most are reset.
inline constexpr int kMaxHeldCalls = 4000;
// How many calls one connection may have open at a time; callers' libraries wait with more.
inline constexpr int kMaxConcurrentCalls = 3000;

// The deadline of a unary call whose caller gave none, and the farthest one that counts.
inline constexpr absl::Duration kDefaultDeadline = absl::Seconds(30);
inline constexpr absl::Duration kMaxDeadline = absl::Minutes(30);
// What Call::deadline says in a stream whose caller gave none, or one farther away. The stream is
// not ended then.
inline constexpr absl::Duration kStreamDeadline = absl::Hours(24);

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_LIMITS_H_
