#ifndef BANSO_TESTS_CONFORMANCE_MATCHERS_H_
#define BANSO_TESTS_CONFORMANCE_MATCHERS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/contract/errors.h"
#include "gtest/gtest.h"
#include "tests/conformance/rpcs.h"
#include "tests/conformance/suite.h"

namespace banso::conformance {

// The name of a parameterized case.
inline std::string NameOf(const ::testing::TestParamInfo<Rpc>& info) {
  return CaseName(info.param);
}

// Succeeds for an error of this code and reason.
inline ::testing::AssertionResult IsError(const absl::Status& status, absl::StatusCode code,
                                          absl::string_view reason = "") {
  if (status.code() == code && (reason.empty() || contract::Reason(status) == reason)) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure()
         << "expected " << absl::StatusCodeToString(code)
         << (reason.empty() ? "" : absl::StrCat(" (", reason, ")")) << ", got "
         << absl::StatusCodeToString(status.code()) << " (" << contract::Reason(status)
         << "): " << std::string(status.message());
}

}  // namespace banso::conformance

#endif  // BANSO_TESTS_CONFORMANCE_MATCHERS_H_
