#ifndef BANSO_COMMON_SERVER_ROUTER_H_
#define BANSO_COMMON_SERVER_ROUTER_H_

#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/contract/call.h"
#include "common/server/executor.h"
#include "common/server/stream.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace banso::server {

class Peer;

// How one method is run.
struct MethodOptions {
  // The threads that run it. Streams always run in Lane::kStream.
  Lane lane = Lane::kNormal;
  // False: the request's field rules are left to the handler. For requests whose bad rows are
  // answered one by one instead of refusing the whole call (Import, Ingest).
  bool check_fields = true;
};

// Takes the answer of a call that is answered later. Called exactly once, from any thread.
using RawReply = std::function<void(absl::StatusOr<std::string> response)>;

// Decides whether a call that is forwarded may pass; `request` is the encoded request of a unary or
// server-streaming call and empty for a client-streaming one. An error is the caller's answer.
using Admission =
    std::function<absl::Status(const Call& call, const google::protobuf::MethodDescriptor& method,
                               const std::string& request)>;

namespace internal {

using UnaryFunction = std::function<absl::Status(
    const Call&, const google::protobuf::Message& request, google::protobuf::Message* response)>;
using SinkFunction = std::function<absl::Status(
    const Call&, const google::protobuf::Message& request, MessageSink& sink)>;
using FeedFunction = std::function<absl::StatusOr<std::unique_ptr<MessageFeed>>(
    const Call&, const google::protobuf::Message& request)>;
using SourceFunction = std::function<absl::Status(const Call&, MessageSource& source,
                                                  google::protobuf::Message* response)>;
using RawFunction = std::function<void(const Call&, std::string request, RawReply reply)>;

// A method that another process answers.
struct Forward {
  Peer* peer;
  Admission admission;
};

// One method of a service and what runs it.
struct Method {
  const google::protobuf::MethodDescriptor* descriptor = nullptr;
  bool is_stream() const {
    return descriptor->client_streaming() || descriptor->server_streaming();
  }
  // Empty messages to make new ones from; owned by protobuf.
  const google::protobuf::Message* request = nullptr;
  const google::protobuf::Message* response = nullptr;
  MethodOptions options;
  std::variant<std::monostate, UnaryFunction, SinkFunction, FeedFunction, SourceFunction,
               RawFunction, Forward>
      handler;
};

// The parts of a handler's signature, from any callable without overloads.
template <class F>
struct Signature : Signature<decltype(&F::operator())> {};
template <class R, class... A>
struct Signature<R (*)(A...)> {
  using Result = R;
  template <size_t i>
  using Argument = std::remove_cvref_t<std::tuple_element_t<i, std::tuple<A...>>>;
};
template <class C, class R, class... A>
struct Signature<R (C::*)(A...)> : Signature<R (*)(A...)> {};
template <class C, class R, class... A>
struct Signature<R (C::*)(A...) const> : Signature<R (*)(A...)> {};

}  // namespace internal

// The handlers of one proto service: one plain function per RPC.
//
//   Router router("banso.accounts.v1.AccountsService");
//   router.Unary("GetAccount", [&](const Call& call, const GetAccountRequest& request) {
//     return api.GetAccount(call, request);        // absl::StatusOr<Account>
//   });
//
// Before a handler runs, the caller has been identified, the deadline set and the request's field
// rules checked; an exception that leaves it becomes INTERNAL. A mistake in a registration (no such
// method, other types than the proto's, a second handler) is a broken program: it ends the process
// with a sentence that names it.
class Router {
 public:
  explicit Router(const google::protobuf::ServiceDescriptor* service);
  // By full name, such as `banso.accounts.v1.AccountsService`.
  explicit Router(absl::string_view service);
  Router(Router&&) = default;
  Router& operator=(Router&&) = default;

  // A unary RPC: absl::StatusOr<Response> fn(const Call&, const Request&).
  template <class Request, class Response, class F>
  Router& Unary(absl::string_view method, F fn, MethodOptions options = {}) {
    return Add(method, Request::descriptor(), Response::descriptor(), options,
               internal::UnaryFunction(
                   [fn = std::move(fn)](const Call& call, const google::protobuf::Message& request,
                                        google::protobuf::Message* response) -> absl::Status {
                     absl::StatusOr<Response> result =
                         fn(call, static_cast<const Request&>(request));
                     if (!result.ok()) return std::move(result).status();
                     *static_cast<Response*>(response) = *std::move(result);
                     return absl::OkStatus();
                   }));
  }

  // The same, with the types read from the function's signature.
  template <class F>
  Router& Unary(absl::string_view method, F fn, MethodOptions options = {}) {
    using Sig = internal::Signature<F>;
    return Unary<typename Sig::template Argument<1>, typename Sig::Result::value_type>(
        method, std::move(fn), options);
  }

  // The same, for a member function of `object`, which must outlive the server.
  template <class C, class Response, class Request>
  Router& Unary(absl::string_view method,
                absl::StatusOr<Response> (C::*fn)(const Call&, const Request&), C* object,
                MethodOptions options = {}) {
    return Unary<Request, Response>(
        method,
        [fn, object](const Call& call, const Request& request) {
          return (object->*fn)(call, request);
        },
        options);
  }
  template <class C, class Response, class Request>
  Router& Unary(absl::string_view method,
                absl::StatusOr<Response> (C::*fn)(const Call&, const Request&) const,
                const C* object, MethodOptions options = {}) {
    return Unary<Request, Response>(
        method,
        [fn, object](const Call& call, const Request& request) {
          return (object->*fn)(call, request);
        },
        options);
  }

  // A server-streaming RPC that ends by itself (an export):
  // absl::Status fn(const Call&, const Request&, Sink<Response>&). Holds a thread while it runs.
  template <class Request, class Response, class F>
  Router& ServerStream(absl::string_view method, F fn) {
    return Add(method, Request::descriptor(), Response::descriptor(), {.lane = Lane::kStream},
               internal::SinkFunction([fn = std::move(fn)](const Call& call,
                                                           const google::protobuf::Message& request,
                                                           internal::MessageSink& sink) {
                 internal::TypedSink<Response> typed(sink);
                 return absl::Status(fn(call, static_cast<const Request&>(request), typed));
               }));
  }

  // A server-streaming RPC that goes on until the caller leaves:
  // absl::StatusOr<std::unique_ptr<Feed<Response>>> fn(const Call&, const Request&).
  template <class Request, class Response, class F>
  Router& Watch(absl::string_view method, F fn) {
    return Add(method, Request::descriptor(), Response::descriptor(), {.lane = Lane::kStream},
               internal::FeedFunction(
                   [fn = std::move(fn)](const Call& call, const google::protobuf::Message& request)
                       -> absl::StatusOr<std::unique_ptr<internal::MessageFeed>> {
                     absl::StatusOr<std::unique_ptr<Feed<Response>>> feed =
                         fn(call, static_cast<const Request&>(request));
                     if (!feed.ok()) return std::move(feed).status();
                     return std::make_unique<internal::UntypedFeed<Response>>(*std::move(feed));
                   }));
  }

  // A client-streaming RPC: absl::StatusOr<Response> fn(const Call&, Source<Request>&). Holds a
  // thread while it runs.
  template <class Request, class Response, class F>
  Router& ClientStream(absl::string_view method, F fn) {
    return Add(method, Request::descriptor(), Response::descriptor(), {.lane = Lane::kStream},
               internal::SourceFunction(
                   [fn = std::move(fn)](const Call& call, internal::MessageSource& source,
                                        google::protobuf::Message* response) -> absl::Status {
                     internal::TypedSource<Request> typed(source);
                     absl::StatusOr<Response> result = fn(call, typed);
                     if (!result.ok()) return std::move(result).status();
                     *static_cast<Response*>(response) = *std::move(result);
                     return absl::OkStatus();
                   }));
  }

  // The same by messages of any type, for what treats many methods alike.
  Router& UntypedUnary(absl::string_view method, internal::UnaryFunction fn,
                       MethodOptions options = {});

  // A unary RPC whose bytes are handled unread and answered later, without holding a thread. `fn`
  // runs on the executor and must not block. The field rules are not checked.
  Router& RawUnary(absl::string_view method, internal::RawFunction fn);

  // Passes every method that has no handler yet to `peer`, untouched; see proxy.h.
  Router& Forward(Peer& peer, const Admission& admission = nullptr);

  // The service.
  const google::protobuf::ServiceDescriptor& service() const { return *service_; }
  // The names of methods without a handler, in the order of the proto.
  std::vector<std::string> Unhandled() const;
  // All methods, in the order of the proto.
  const std::vector<internal::Method>& methods() const { return methods_; }

 private:
  using Handler = decltype(internal::Method::handler);

  const google::protobuf::MethodDescriptor& Find(absl::string_view name) const;
  Router& Add(absl::string_view method, const google::protobuf::Descriptor* request,
              const google::protobuf::Descriptor* response, MethodOptions options, Handler handler);

  const google::protobuf::ServiceDescriptor* service_;
  std::vector<internal::Method> methods_;
};

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_ROUTER_H_
