#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/intake_api.h"
#include "services/accounts/domain/deal.h"
#include "services/accounts/domain/lifecycle.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::AcceptancePolicy;
using v1::Account;
using v1::IntakeReview;

absl::StatusOr<std::vector<fact::v1::FactType>> IntakeApi::OwnTypes(Reader& reader) const {
  BANSO_ASSIGN_OR_RETURN(std::vector<fact::v1::FactType> types, store_.attributes.Types(reader));
  BANSO_ASSIGN_OR_RETURN(const std::vector<fact::v1::FactType> axes,
                         store_.classification.AxisTypes(reader));
  types.insert(types.end(), axes.begin(), axes.end());
  return types;
}

absl::Status IntakeApi::WithPolicy(Reader& reader, const Account& account, const v1::Deal& deal,
                                   absl::Time now,
                                   absl::FunctionRef<void(const AskedBy&)> use) const {
  BANSO_ASSIGN_OR_RETURN(const std::vector<fact::v1::FactType> types, OwnTypes(reader));
  BANSO_ASSIGN_OR_RETURN(const auto policy, store_.intake.ActivePolicy(reader, now));
  use({policy.has_value() ? &*policy : nullptr, types, account, deal});
  return absl::OkStatus();
}

absl::StatusOr<IntakeReview> IntakeApi::CreateIntakeReview(
    const Call& call, const v1::CreateIntakeReviewRequest& request) {
  return storage::Mutate<IntakeReview>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<IntakeReview> {
        BANSO_ASSIGN_OR_RETURN(const Account account,
                               store_.accounts.Get(writer, request.parent()));
        BANSO_RETURN_IF_ERROR(CheckNotArchived(account));
        IntakeReview review = request.intake_review();
        BANSO_ASSIGN_OR_RETURN(const auto deal, store_.deals.Find(writer, review.deal()));
        if (!deal.has_value() || contract::Ancestor(review.deal(), "accounts") != account.name()) {
          return contract::InvalidField("intake_review.deal", review.deal(),
                                        absl::StrCat("a deal of ", account.name(), " that exists"),
                                        "UNKNOWN_DEAL");
        }
        BANSO_RETURN_IF_ERROR(CheckOpen(*deal));
        BANSO_ASSIGN_OR_RETURN(
            const std::vector<IntakeReview> open,
            store_.intake.reviews.All(
                writer, account.name(),
                {storage::Equal("deal", review.deal()),
                 storage::In("state", {storage::Value(v1::INTAKE_STATE_ASKED),
                                       storage::Value(v1::INTAKE_STATE_WAITING)})}));
        if (!open.empty()) {
          return contract::FailedPrecondition(kReasonReviewOpen, open.front().name(),
                                              "the deal has a question that is not answered yet",
                                              "Wait for its answer");
        }
        review.set_name(contract::Join(request.parent(), "intakeReviews",
                                       contract::IdOrNew(request.intake_review_id(), ids_)));
        review.set_asked_by(writer.call().actor);
        BANSO_RETURN_IF_ERROR(
            WithPolicy(writer, account, *deal, writer.now(),
                       [&](const AskedBy& by) { Ask(by, writer.now(), &review); }));
        return store_.intake.reviews.Create(writer, std::move(review));
      });
}

absl::StatusOr<IntakeReview> IntakeApi::GetIntakeReview(const Call& /*call*/,
                                                        const v1::GetIntakeReviewRequest& request) {
  return storage::Fetch<IntakeReview>(
      database_, [&](Reader& reader) { return store_.intake.reviews.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListIntakeReviewsResponse> IntakeApi::ListIntakeReviews(
    const Call& call, const v1::ListIntakeReviewsRequest& request) {
  storage::ListQuery query = storage::QueryOf(request);
  if (request.states_size() > 0) {
    query.filters.push_back(storage::InEnums("state", request.states()));
  }
  if (!request.feature().empty()) {
    query.filters.push_back(storage::Equal("feature", request.feature()));
  }
  if (request.overdue()) {
    query.filters.push_back(storage::Equal("state", v1::INTAKE_STATE_ASKED));
    query.filters.push_back(storage::AtMost("due_time", call.now));
  }
  return storage::ListPage(database_, store_.intake.reviews, query,
                           &v1::ListIntakeReviewsResponse::mutable_intake_reviews);
}

absl::StatusOr<IntakeReview> IntakeApi::DecideIntakeReview(
    const Call& call, const v1::DecideIntakeReviewRequest& request) {
  return storage::Mutate<IntakeReview>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<IntakeReview> {
        BANSO_ASSIGN_OR_RETURN(const IntakeReview before,
                               store_.intake.reviews.Get(writer, request.name()));
        BANSO_ASSIGN_OR_RETURN(
            const Account account,
            store_.accounts.Get(writer, contract::Ancestor(request.name(), "accounts")));
        BANSO_RETURN_IF_ERROR(CheckNotArchived(account));
        if (writer.call().actor == before.asked_by()) {
          BANSO_RETURN_IF_ERROR(store_.team.CheckActorRole(writer, {v1::MEMBER_ROLE_MANAGER},
                                                           "answering what one has asked oneself"));
        }
        IntakeReview review = before;
        BANSO_RETURN_IF_ERROR(Decide(request, {writer.call().actor, writer.now()}, &review));
        if (request.verdict() == v1::INTAKE_VERDICT_WAIT) {
          const std::string release = ReleaseName(request.feature());
          BANSO_ASSIGN_OR_RETURN(const bool released,
                                 store_.intake.releases.Exists(writer, release));
          if (released) {
            return contract::FailedPrecondition(kReasonFeatureReleased, release,
                                                "the feature is there already",
                                                "Answer without waiting for it");
          }
        }
        return store_.intake.reviews.Update(writer, std::move(review), request.etag());
      });
}

absl::StatusOr<v1::DeleteIntakeReviewResponse> IntakeApi::DeleteIntakeReview(
    const Call& call, const v1::DeleteIntakeReviewRequest& request) {
  using Response = v1::DeleteIntakeReviewResponse;
  return storage::Mutate<Response>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Response> {
        BANSO_ASSIGN_OR_RETURN(const IntakeReview review,
                               store_.intake.reviews.Get(writer, request.name()));
        BANSO_RETURN_IF_ERROR(store_.AccountForChange(writer, request.name()).status());
        if (review.state() == v1::INTAKE_STATE_DECIDED) {
          return contract::FailedPrecondition(
              kReasonReviewDecided, review.name(), "the question is answered",
              "Ask again about the deal instead (CreateIntakeReview)");
        }
        if (writer.call().actor != review.asked_by()) {
          BANSO_RETURN_IF_ERROR(store_.team.CheckActorRole(
              writer, {v1::MEMBER_ROLE_MANAGER, v1::MEMBER_ROLE_OPERATIONS},
              "deleting what somebody else has asked"));
        }
        BANSO_RETURN_IF_ERROR(store_.intake.reviews.Delete(writer, request.name(), request.etag()));
        return Response();
      });
}

absl::Status IntakeApi::WakeAll(Writer& writer, v1::FeatureRelease* release) const {
  BANSO_ASSIGN_OR_RETURN(
      std::vector<IntakeReview> waiting,
      store_.intake.reviews.All(writer, "",
                                {storage::Equal("feature", release->feature()),
                                 storage::Equal("state", v1::INTAKE_STATE_WAITING)}));
  for (IntakeReview& review : waiting) {
    BANSO_ASSIGN_OR_RETURN(
        const Account account,
        store_.accounts.Get(writer, contract::Ancestor(review.name(), "accounts")));
    BANSO_ASSIGN_OR_RETURN(const v1::Deal deal, store_.deals.Get(writer, review.deal()));
    BANSO_RETURN_IF_ERROR(WithPolicy(writer, account, deal, writer.now(), [&](const AskedBy& by) {
      Wake(*release, by, writer.now(), &review);
    }));
    BANSO_RETURN_IF_ERROR(store_.intake.reviews.Update(writer, std::move(review)).status());
  }
  release->set_woken(static_cast<int64_t>(waiting.size()));
  return absl::OkStatus();
}

absl::StatusOr<v1::FeatureRelease> IntakeApi::RegisterFeatureRelease(
    const Call& call, const v1::RegisterFeatureReleaseRequest& request) {
  return storage::Mutate<v1::FeatureRelease>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<v1::FeatureRelease> {
        v1::FeatureRelease release = request.feature_release();
        release.set_name(ReleaseName(release.feature()));
        release.set_registered_by(writer.call().actor);
        BANSO_ASSIGN_OR_RETURN(const bool exists,
                               store_.intake.releases.Exists(writer, release.name()));
        if (exists) return contract::AlreadyExists(release.name());
        BANSO_RETURN_IF_ERROR(WakeAll(writer, &release));
        return store_.intake.releases.Create(writer, std::move(release));
      });
}

absl::StatusOr<v1::ListFeatureReleasesResponse> IntakeApi::ListFeatureReleases(
    const Call& /*call*/, const v1::ListFeatureReleasesRequest& request) {
  return storage::ListPage(database_, store_.intake.releases, storage::QueryOf(request),
                           &v1::ListFeatureReleasesResponse::mutable_feature_releases);
}

}  // namespace banso::accounts
