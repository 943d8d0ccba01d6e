#ifndef BANSO_COMMON_STATUS_MACROS_H_
#define BANSO_COMMON_STATUS_MACROS_H_

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Evaluates `expr`, an absl::Status, and returns it from the enclosing function unless it is OK.
// The function may return absl::Status or any absl::StatusOr.
#define BANSO_RETURN_IF_ERROR(expr)                                 \
  do {                                                              \
    if (absl::Status banso_status_ = (expr); !banso_status_.ok()) { \
      return banso_status_;                                         \
    }                                                               \
  } while (false)

// Evaluates `expr`, an absl::StatusOr<T>, returns its status from the enclosing function when it
// is not OK, and otherwise assigns the value to `lhs`, which may declare a variable:
//   BANSO_ASSIGN_OR_RETURN(const Account account, store.Get(name));
// Expands to several statements: in the body of an `if` without braces it does not compile.
#define BANSO_ASSIGN_OR_RETURN(lhs, ...)                                                     \
  BANSO_ASSIGN_OR_RETURN_IMPL_(BANSO_STATUS_MACROS_CONCAT_(banso_status_or_, __LINE__), lhs, \
                               __VA_ARGS__)

#define BANSO_ASSIGN_OR_RETURN_IMPL_(result, lhs, ...) \
  auto result = (__VA_ARGS__);                         \
  if (!result.ok()) {                                  \
    return std::move(result).status();                 \
  }                                                    \
  lhs = *std::move(result)

#define BANSO_STATUS_MACROS_CONCAT_(a, b) BANSO_STATUS_MACROS_CONCAT_IMPL_(a, b)
#define BANSO_STATUS_MACROS_CONCAT_IMPL_(a, b) a##b

// Prints place and condition to standard error and aborts when `cond` is false, in every build.
// For broken invariants of our own code only: what a caller, the disk or the network can cause is
// an absl::Status.
#define BANSO_CHECK(cond) \
  ((cond) ? static_cast<void>(0) : ::banso::internal::CheckFailed(__FILE__, __LINE__, #cond))

namespace banso::internal {

[[noreturn]] inline void CheckFailed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, condition);
  std::abort();
}

}  // namespace banso::internal

#endif  // BANSO_COMMON_STATUS_MACROS_H_
