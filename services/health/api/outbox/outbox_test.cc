#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "common/contract/errors.h"
#include "common/contract/json.h"
#include "common/testing/http_receiver.h"
#include "common/testing/nth.h"
#include "common/testing/wait.h"
#include "services/health/api/outbox/outbox_api.h"
#include "services/health/api/signals/signals_fixture.h"
#include "services/health/domain/outbox/delivery.h"

namespace banso::health {
namespace {

using banso::testing::HttpReceiver;
using banso::testing::IsOk;
using banso::testing::Nth;
using banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kSecret[] = "a secret of enough length";

class OutboxTest : public SignalsFixture {
 protected:
  OutboxTest() {
    MakeMetric("level", v1::METRIC_KIND_GAUGE);
    v1::Play play;
    play.set_name("plays/mail");
    play.set_display_name("Mail");
    v1::MessageReaction* message = play.add_reactions()->mutable_message();
    message->set_channel("mail");
    message->set_subject("お困りではありませんか");
    message->set_body("ガイドはこちらです");
    ActivatePlay(play);
    v1::SignalRule rule = LevelRule("high", "metric.level", 5);
    rule.set_play("plays/mail");
    ActivateRule(rule);
  }

  // Raises another signal of the account, with its message.
  void RaiseOne(absl::string_view account = "acme") {
    for (const double level : {1, 7}) {
      now_ += absl::Hours(24);
      v1::Sample sample = MakeSample(absl::StrCat("s-", ++samples_), "level", now_, level);
      sample.set_account(absl::StrCat("accounts/", account));
      ASSERT_THAT(Ingest(Now(), {sample}), IsOk());
      Evaluate();
    }
  }

  void SetWebhook(const std::string& url, int max_attempts = 16, absl::string_view id = "mail",
                  absl::Duration timeout = absl::Milliseconds(200)) {
    v1::SetWebhookRequest request;
    request.mutable_webhook()->set_name(absl::StrCat("webhooks/", id));
    request.mutable_webhook()->set_url(url);
    request.mutable_webhook()->set_enabled(true);
    request.mutable_webhook()->set_timeout_ms(
        static_cast<int32_t>(absl::ToInt64Milliseconds(timeout)));
    request.mutable_webhook()->set_max_attempts(max_attempts);
    request.set_secret(kSecret);
    const auto set = outbox_.SetWebhook(Now(), request);
    ASSERT_THAT(set, IsOk());
    EXPECT_TRUE(set->is_signed());
  }

  void Send() { ASSERT_THAT(effects_->SendMessages(Now()), IsOk()); }

  std::vector<v1::OutboxMessage> Messages(v1::OutboxState state = v1::OUTBOX_STATE_UNSPECIFIED) {
    v1::ListOutboxMessagesRequest request;
    request.set_parent("accounts/-");
    if (state != v1::OUTBOX_STATE_UNSPECIFIED) request.add_states(state);
    const auto listed = outbox_.ListOutboxMessages(Now(), request);
    EXPECT_THAT(listed, IsOk());
    return {listed->messages().begin(), listed->messages().end()};
  }

  OutboxApi outbox_{*database_, store_};
  int samples_ = 0;
};

TEST_F(OutboxTest, DeliversSignedMessages) {
  HttpReceiver receiver({204});
  SetWebhook(receiver.url());
  RaiseOne();
  Send();
  const auto requests = receiver.requests();
  ASSERT_THAT(requests, SizeIs(1));
  ASSERT_THAT(Messages(), SizeIs(1));
  const v1::OutboxMessage message = Messages()[0];
  EXPECT_EQ(message.state(), v1::OUTBOX_STATE_DELIVERED);
  EXPECT_EQ(message.delivered_by(), "webhooks/mail");
  EXPECT_EQ(requests[0].headers.at("banso-delivery"), message.delivery_id());
  EXPECT_EQ(requests[0].headers.at("banso-attempt"), "1");
  EXPECT_EQ(requests[0].headers.at("banso-signature"), Signature(kSecret, now_, requests[0].body));
  v1::OutboxMessage received;
  ASSERT_THAT(contract::FromJson(requests[0].body, &received), IsOk());
  EXPECT_EQ(received.subject(), "お困りではありませんか");
  EXPECT_EQ(received.sequence(), 1);
  // The signal shows it, and nothing is sent again.
  ASSERT_THAT(List()[0].actions(), SizeIs(1));
  EXPECT_EQ(List()[0].actions(0).state(), v1::SIGNAL_ACTION_STATE_DONE);
  EXPECT_EQ(List()[0].actions(0).target(), message.name());
  now_ += absl::Hours(24);
  Send();
  EXPECT_THAT(receiver.requests(), SizeIs(1));
}

TEST_F(OutboxTest, TriesAgainAfterAFailureUnderTheSameDeliveryId) {
  HttpReceiver receiver({500, HttpReceiver::kNoAnswer, HttpReceiver::kClose, 200});
  SetWebhook(receiver.url());
  RaiseOne();
  std::vector<std::string> errors;
  for (const absl::Duration pause :
       {absl::ZeroDuration(), absl::Seconds(10), absl::Seconds(20), absl::Seconds(40)}) {
    // Not a second too early.
    if (pause > absl::ZeroDuration()) {
      const size_t before = receiver.requests().size();
      now_ += pause - absl::Seconds(1);
      Send();
      EXPECT_EQ(receiver.requests().size(), before);
      now_ += absl::Seconds(1);
    }
    Send();
    errors.push_back(Nth(Messages(), 0).last_error());
  }
  EXPECT_THAT(errors,
              ElementsAre("answered 500", HasSubstr("127.0.0.1"), HasSubstr("127.0.0.1"), ""));
  EXPECT_EQ(Nth(Messages(), 0).state(), v1::OUTBOX_STATE_DELIVERED);
  EXPECT_EQ(Nth(Messages(), 0).attempts(), 4);
  const auto requests = receiver.requests();
  ASSERT_THAT(requests, SizeIs(4));
  for (size_t i = 0; i < requests.size(); ++i) {
    EXPECT_EQ(requests[i].headers.at("banso-delivery"), Nth(Messages(), 0).delivery_id());
    EXPECT_EQ(requests[i].headers.at("banso-attempt"), absl::StrCat(i + 1));
  }
}

TEST_F(OutboxTest, AReceiverThatHangsHoldsUpNoOther) {
  v1::Play play;
  play.set_name("plays/mail");
  play.set_display_name("Mail and chat");
  for (const char* channel : {"mail", "chat"}) {
    v1::MessageReaction* message = play.add_reactions()->mutable_message();
    message->set_channel(channel);
    message->set_subject("お困りではありませんか");
    message->set_body("ガイドはこちらです");
  }
  ActivatePlay(play);
  auto hanging = std::make_unique<HttpReceiver>(std::vector<int>{HttpReceiver::kNoAnswer});
  HttpReceiver chat({204});
  SetWebhook(hanging->url(), 16, "mail", absl::Seconds(30));
  SetWebhook(chat.url(), 16, "chat", absl::Seconds(30));
  SignalEffects effects(*database_, store_, kickoff_, handoff_, absl::ZeroDuration());
  for (const size_t count : {size_t{1}, size_t{2}}) {
    RaiseOne();
    EXPECT_TRUE(testing::WaitUntil([&] {
      EXPECT_THAT(effects.SendMessages(Now()), IsOk());
      return Messages(v1::OUTBOX_STATE_DELIVERED).size() == count &&
             hanging->requests().size() == 1;
    }));
  }
  EXPECT_THAT(Messages(v1::OUTBOX_STATE_PENDING), SizeIs(2));
  // It hangs up at last.
  hanging.reset();
  EXPECT_TRUE(testing::WaitUntil(
      [&] { return !Nth(Messages(v1::OUTBOX_STATE_PENDING), 0).last_error().empty(); }));
}

TEST_F(OutboxTest, KeepsTheOrderOfAnAccount) {
  Follow("beta");
  HttpReceiver receiver({500, 200});
  RaiseOne("acme");
  RaiseOne("acme");
  RaiseOne("beta");
  SetWebhook(receiver.url());
  Send();
  // The first fails; what comes after it waits, what belongs to others does not.
  Send();
  EXPECT_THAT(receiver.requests(), SizeIs(2));
  now_ += absl::Seconds(10);
  Send();
  std::vector<std::string> order;
  for (const auto& request : receiver.requests()) {
    v1::OutboxMessage message;
    ASSERT_THAT(contract::FromJson(request.body, &message), IsOk());
    order.push_back(absl::StrCat(message.name().substr(0, 13), " ", message.sequence()));
  }
  EXPECT_THAT(order, ElementsAre("accounts/acme 1", "accounts/beta 1", "accounts/acme 1",
                                 "accounts/acme 2"));
}

TEST_F(OutboxTest, GivesUpVisiblyAndBeginsAgainWhenTold) {
  HttpReceiver receiver({503, 503, 503, 503, 200});
  SetWebhook(receiver.url(), 2);
  RaiseOne();
  RaiseOne();
  Send();
  now_ += absl::Seconds(10);
  Send();
  std::vector<v1::OutboxMessage> given_up = Messages(v1::OUTBOX_STATE_GIVEN_UP);
  ASSERT_THAT(given_up, SizeIs(1));
  EXPECT_EQ(given_up[0].last_error(), "answered 503");
  EXPECT_EQ(Nth(Nth(List(), 1).actions(), 0).state(), v1::SIGNAL_ACTION_STATE_FAILED);
  // It no longer holds back the next one, which fails as well.
  Send();
  now_ += absl::Seconds(10);
  Send();
  EXPECT_THAT(Messages(v1::OUTBOX_STATE_GIVEN_UP), SizeIs(2));
  v1::RetryOutboxMessageRequest retry;
  retry.set_name(given_up[0].name());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::OutboxMessage again,
                             outbox_.RetryOutboxMessage(Now(), retry));
  EXPECT_EQ(again.attempts(), 0);
  EXPECT_EQ(contract::Reason(outbox_.RetryOutboxMessage(Now(), retry).status()), "NOT_GIVEN_UP");
  Send();
  EXPECT_EQ(Nth(Messages(v1::OUTBOX_STATE_DELIVERED), 0).name(), given_up[0].name());
}

TEST_F(OutboxTest, IsReadInOrderByWhoeverPolls) {
  RaiseOne();
  RaiseOne();
  const std::vector<v1::OutboxMessage> pending = Messages(v1::OUTBOX_STATE_PENDING);
  ASSERT_THAT(pending, SizeIs(2));
  EXPECT_NE(pending[0].delivery_id(), pending[1].delivery_id());
  v1::AcknowledgeOutboxMessageRequest request;
  request.set_name(pending[1].name());
  EXPECT_EQ(contract::Reason(outbox_.AcknowledgeOutboxMessage(Now(), request).status()),
            "EARLIER_PENDING");
  for (const v1::OutboxMessage& message : pending) {
    request.set_name(message.name());
    BANSO_ASSERT_OK_AND_ASSIGN(const v1::OutboxMessage taken,
                               outbox_.AcknowledgeOutboxMessage(Now(), request));
    EXPECT_EQ(taken.state(), v1::OUTBOX_STATE_DELIVERED);
    EXPECT_EQ(taken.delivered_by(), "members/aoki");
    // Twice is once.
    BANSO_ASSERT_OK_AND_ASSIGN(const v1::OutboxMessage again,
                               outbox_.AcknowledgeOutboxMessage(Now(), request));
    EXPECT_EQ(again.etag(), taken.etag());
  }
  EXPECT_THAT(Messages(v1::OUTBOX_STATE_PENDING), IsEmpty());
}

TEST_F(OutboxTest, KeepsMessagesWhileTheirWebhookIsOff) {
  HttpReceiver receiver({200});
  SetWebhook(receiver.url());
  v1::SetWebhookRequest off;
  off.mutable_webhook()->set_name("webhooks/mail");
  off.mutable_webhook()->set_url(receiver.url());
  off.mutable_webhook()->set_timeout_ms(200);
  off.mutable_webhook()->set_max_attempts(3);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Webhook webhook, outbox_.SetWebhook(Now(), off));
  // The secret is kept, and not shown.
  EXPECT_TRUE(webhook.is_signed());
  RaiseOne();
  Send();
  EXPECT_THAT(receiver.requests(), IsEmpty());
  EXPECT_THAT(Messages(v1::OUTBOX_STATE_PENDING), SizeIs(1));
  SetWebhook(receiver.url());
  Send();
  EXPECT_THAT(receiver.requests(), SizeIs(1));
}

TEST_F(OutboxTest, TakesAddressesOfHttpWithoutAUser) {
  v1::SetWebhookRequest request;
  request.mutable_webhook()->set_name("webhooks/mail");
  for (const char* url : {"ftp://mail.example/hook", "https://ito:key@mail.example/hook"}) {
    request.mutable_webhook()->set_url(url);
    EXPECT_THAT(outbox_.SetWebhook(Now(), request), StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

}  // namespace
}  // namespace banso::health
