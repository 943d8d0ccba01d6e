#ifndef BANSO_TESTS_BENCHMARKS_LOAD_CLIENT_H_
#define BANSO_TESTS_BENCHMARKS_LOAD_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/support/byte_buffer.h"

namespace banso::benchmarks {

// A channel with a connection of its own.
std::shared_ptr<grpc::Channel> Connect(const std::string& address);

grpc::ByteBuffer ToBuffer(const std::string& bytes);

struct LoadOptions {
  // `banso.accounts.v1.AccountsService/GetAccount`.
  std::string method;
  // Calls in flight at any time, over so many connections.
  int concurrency = 16;
  int connections = 1;
  // How long it is measured, after a tenth of that to warm up.
  absl::Duration duration = absl::Milliseconds(700);
  // The encoded request of the nth call.
  std::function<std::string(int64_t)> request;
};

struct LoadResult {
  double per_second = 0;
  // All calls, those of the warming up too.
  int64_t calls = 0;
  absl::Duration p50;
  absl::Duration p99;
};

// Keeps calls in flight from one thread, on a completion queue, so that little of the machine goes
// to the client. Every call must succeed: a failed one ends the program with what it said.
LoadResult RunLoad(const std::string& address, const LoadOptions& options);

}  // namespace banso::benchmarks

#endif  // BANSO_TESTS_BENCHMARKS_LOAD_CLIENT_H_
