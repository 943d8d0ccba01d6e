#ifndef BANSO_COMMON_TESTING_PROTO_MATCHERS_H_
#define BANSO_COMMON_TESTING_PROTO_MATCHERS_H_

#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"

// GoogleTest matchers for protocol buffers:
//   EXPECT_THAT(account, EqualsProto(R"pb(name: "accounts/a" revision: 2)pb"));
//   EXPECT_THAT(account, EqualsProto(expected));
// Every field counts. A failure prints the fields that differ.

namespace banso::testing {
namespace internal {

class EqualsProtoMatcher {
 public:
  explicit EqualsProtoMatcher(std::string text) : text_(std::move(text)) {}
  explicit EqualsProtoMatcher(const google::protobuf::Message& message)
      : text_(message.ShortDebugString()), message_(message.New()) {
    message_->CopyFrom(message);
  }

  bool MatchAndExplain(const google::protobuf::Message& actual,
                       ::testing::MatchResultListener* listener) const {
    std::shared_ptr<google::protobuf::Message> expected = message_;
    if (expected == nullptr) {
      expected.reset(actual.New());
      if (!google::protobuf::TextFormat::ParseFromString(text_, expected.get())) {
        *listener << "and the expected text is no " << actual.GetTypeName();
        return false;
      }
    }
    if (expected->GetDescriptor() != actual.GetDescriptor()) {
      *listener << "which is a " << actual.GetTypeName() << ", not a " << expected->GetTypeName();
      return false;
    }
    std::string differences;
    google::protobuf::util::MessageDifferencer differencer;
    differencer.ReportDifferencesToString(&differences);
    const bool equal = differencer.Compare(*expected, actual);
    if (!equal) *listener << "with these differences:\n" << differences;
    return equal;
  }

  void DescribeTo(std::ostream* out) const { *out << "equals " << text_; }
  void DescribeNegationTo(std::ostream* out) const { *out << "differs from " << text_; }

 private:
  std::string text_;
  std::shared_ptr<google::protobuf::Message> message_;
};

}  // namespace internal

// Matches a message that equals `expected`.
inline auto EqualsProto(const google::protobuf::Message& expected) {
  return ::testing::MakePolymorphicMatcher(internal::EqualsProtoMatcher(expected));
}

// Matches a message that equals the text format `expected`, read as a message of the actual type.
inline auto EqualsProto(std::string expected) {
  return ::testing::MakePolymorphicMatcher(internal::EqualsProtoMatcher(std::move(expected)));
}

// The message that the text format `text` describes. Fails the test, and returns what could be
// read, when the text is not a `Message`.
template <typename Message>
Message ParseProto(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message))
      << "no " << message.GetTypeName() << ": " << text;
  return message;
}

}  // namespace banso::testing

#endif  // BANSO_COMMON_TESTING_PROTO_MATCHERS_H_
