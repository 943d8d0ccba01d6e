#ifndef BANSO_COMMON_TESTING_STATUS_MATCHERS_H_
#define BANSO_COMMON_TESTING_STATUS_MATCHERS_H_

#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"

// GoogleTest matchers for absl::Status and absl::StatusOr:
//   EXPECT_THAT(store.Open(), IsOk());
//   EXPECT_THAT(store.Count(), IsOkAndHolds(3));
//   EXPECT_THAT(store.Get("x"), StatusIs(absl::StatusCode::kNotFound, HasSubstr("x")));
// A failure prints the status that was found, message included.

#define BANSO_EXPECT_OK(expr) EXPECT_THAT((expr), ::banso::testing::IsOk())
#define BANSO_ASSERT_OK(expr) ASSERT_THAT((expr), ::banso::testing::IsOk())

// Fails the test and returns from it when `expr`, an absl::StatusOr, holds no value; otherwise
// assigns the value to `lhs`, which may declare a variable.
#define BANSO_ASSERT_OK_AND_ASSIGN(lhs, ...)                                              \
  BANSO_ASSERT_OK_AND_ASSIGN_IMPL_(BANSO_TESTING_CONCAT_(banso_value_or_, __LINE__), lhs, \
                                   __VA_ARGS__)
#define BANSO_ASSERT_OK_AND_ASSIGN_IMPL_(result, lhs, ...) \
  auto result = (__VA_ARGS__);                             \
  ASSERT_THAT(result, ::banso::testing::IsOk());           \
  lhs = *std::move(result)
#define BANSO_TESTING_CONCAT_(a, b) BANSO_TESTING_CONCAT_IMPL_(a, b)
#define BANSO_TESTING_CONCAT_IMPL_(a, b) a##b

namespace banso::testing {
namespace internal {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }

template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& status_or) {
  return status_or.status();
}

class StatusIsMatcher {
 public:
  StatusIsMatcher(absl::StatusCode code, ::testing::Matcher<const std::string&> message)
      : code_(code), message_(std::move(message)) {}

  template <typename StatusLike>
  bool MatchAndExplain(const StatusLike& actual, ::testing::MatchResultListener* listener) const {
    const absl::Status& status = StatusOf(actual);
    *listener << "which is " << status.ToString();
    return status.code() == code_ && message_.Matches(std::string(status.message()));
  }

  void DescribeTo(std::ostream* out) const { Describe(out, "is"); }
  void DescribeNegationTo(std::ostream* out) const { Describe(out, "is not"); }

 private:
  void Describe(std::ostream* out, const char* verb) const {
    *out << verb << " " << absl::StatusCodeToString(code_) << " with a message that ";
    message_.DescribeTo(out);
  }

  absl::StatusCode code_;
  ::testing::Matcher<const std::string&> message_;
};

template <typename StatusOrType>
class IsOkAndHoldsMatcherImpl : public ::testing::MatcherInterface<StatusOrType> {
 public:
  using Value = typename std::remove_reference_t<StatusOrType>::value_type;

  template <typename Inner>
  explicit IsOkAndHoldsMatcherImpl(const Inner& inner)
      : inner_(::testing::SafeMatcherCast<const Value&>(inner)) {}

  bool MatchAndExplain(StatusOrType actual,
                       ::testing::MatchResultListener* listener) const override {
    if (!actual.ok()) {
      *listener << "which is " << actual.status().ToString();
      return false;
    }
    return ::testing::ExplainMatchResult(inner_, *actual, listener);
  }

  void DescribeTo(std::ostream* out) const override {
    *out << "is OK and holds a value that ";
    inner_.DescribeTo(out);
  }
  void DescribeNegationTo(std::ostream* out) const override {
    *out << "is not OK or holds a value that ";
    inner_.DescribeNegationTo(out);
  }

 private:
  const ::testing::Matcher<const Value&> inner_;
};

template <typename Inner>
class IsOkAndHoldsMatcher {
 public:
  explicit IsOkAndHoldsMatcher(Inner inner) : inner_(std::move(inner)) {}

  template <typename StatusOrType>
  operator ::testing::Matcher<StatusOrType>() const {  // NOLINT: matchers convert implicitly.
    return ::testing::Matcher<StatusOrType>(
        new IsOkAndHoldsMatcherImpl<const StatusOrType&>(inner_));
  }

 private:
  Inner inner_;
};

}  // namespace internal

// Matches an absl::Status or absl::StatusOr with this code and a message that `message` matches.
inline auto StatusIs(absl::StatusCode code,
                     ::testing::Matcher<const std::string&> message = ::testing::_) {
  return ::testing::MakePolymorphicMatcher(internal::StatusIsMatcher(code, std::move(message)));
}

// Matches an OK absl::Status, or an absl::StatusOr that holds a value.
inline auto IsOk() { return StatusIs(absl::StatusCode::kOk); }

// Matches an absl::StatusOr that holds a value which `inner`, a matcher or a value, matches.
template <typename Inner>
internal::IsOkAndHoldsMatcher<std::decay_t<Inner>> IsOkAndHolds(Inner&& inner) {
  return internal::IsOkAndHoldsMatcher<std::decay_t<Inner>>(std::forward<Inner>(inner));
}

}  // namespace banso::testing

#endif  // BANSO_COMMON_TESTING_STATUS_MATCHERS_H_
