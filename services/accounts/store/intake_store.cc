#include "services/accounts/store/intake_store.h"

#include <utility>

#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"

namespace banso::accounts {
namespace {

using storage::Reader;
using storage::Value;
using v1::IntakeReview;
using v1::Voice;

storage::Kind<IntakeReview> ReviewKind() {
  return {.table = "intake_review",
          .pattern = "accounts/{account}/intakeReviews/{intake_review}",
          .columns = {
              {"deal", [](const IntakeReview& review) { return Value(review.deal()); }},
              {"state", [](const IntakeReview& review) { return Value(review.state()); }},
              {"feature", [](const IntakeReview& review) { return Value(review.feature()); }},
              {"due_time",
               [](const IntakeReview& review) {
                 return Value(calendar::ToTime(review.answer_due_time()));
               }},
          }};
}

storage::Kind<Voice> VoiceKind() {
  return {.table = "voice",
          .pattern = "accounts/{account}/voices/{voice}",
          .columns = {
              {"kind", [](const Voice& voice) { return Value(voice.kind()); }},
              {"deal", [](const Voice& voice) { return Value(voice.deal()); }},
              {"day", [](const Voice& voice) { return Value(calendar::ToDay(voice.date())); }},
              {"reason", [](const Voice& voice) { return Value(voice.reason()); }},
          }};
}

}  // namespace

IntakeStore::IntakeStore()
    : policies(storage::RevisionedKind{.table = "acceptance_policy",
                                       .pattern = "acceptancePolicies/{acceptance_policy}"}),
      reviews(ReviewKind()),
      releases(storage::Kind<v1::FeatureRelease>{.table = "feature_release",
                                                 .pattern = "featureReleases/{feature_release}",
                                                 .columns = {}}),
      voices(VoiceKind()),
      accesses(storage::Kind<v1::SalesSummaryAccess>{
          .table = "sales_summary_access",
          .pattern = "salesSummaryAccesses/{sales_summary_access}",
          .columns = {}}) {}

absl::StatusOr<std::optional<v1::AcceptancePolicy>> IntakeStore::ActivePolicy(
    Reader& reader, absl::Time now) const {
  BANSO_ASSIGN_OR_RETURN(std::vector<v1::AcceptancePolicy> active, policies.AllActive(reader, now));
  if (active.empty()) return std::optional<v1::AcceptancePolicy>();
  return std::optional<v1::AcceptancePolicy>(std::move(active.front()));
}

absl::StatusOr<std::optional<IntakeReview>> IntakeStore::AnswerFor(Reader& reader,
                                                                   absl::string_view deal) const {
  std::optional<IntakeReview> last;
  BANSO_RETURN_IF_ERROR(reviews.ForEach(
      reader, contract::Ancestor(deal, "accounts"),
      {storage::Equal("deal", deal), storage::Equal("state", v1::INTAKE_STATE_DECIDED)},
      [&](IntakeReview& review) {
        if (!last.has_value() ||
            calendar::ToTime(review.decide_time()) >= calendar::ToTime(last->decide_time())) {
          last = std::move(review);
        }
        return absl::OkStatus();
      }));
  return last;
}

absl::StatusOr<std::optional<IntakeReview>> IntakeStore::LastFor(Reader& reader,
                                                                 absl::string_view deal) const {
  std::optional<IntakeReview> last;
  BANSO_RETURN_IF_ERROR(reviews.ForEach(reader, contract::Ancestor(deal, "accounts"),
                                        {storage::Equal("deal", deal)}, [&](IntakeReview& review) {
                                          if (!last.has_value() ||
                                              calendar::ToTime(review.create_time()) >=
                                                  calendar::ToTime(last->create_time())) {
                                            last = std::move(review);
                                          }
                                          return absl::OkStatus();
                                        }));
  return last;
}

storage::SnapshotSources IntakeStore::sources() const {
  return {policies.source(), reviews.source(), releases.source(), voices.source(),
          accesses.source()};
}

absl::Status IntakeStore::CheckSchema(Reader& reader) const {
  BANSO_RETURN_IF_ERROR(policies.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(reviews.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(releases.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(voices.CheckSchema(reader));
  return accesses.CheckSchema(reader);
}

}  // namespace banso::accounts
