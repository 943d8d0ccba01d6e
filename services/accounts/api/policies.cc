#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/classification_api.h"
#include "services/accounts/api/policy_check.h"
#include "services/accounts/domain/attributes.h"
#include "services/accounts/domain/classification.h"
#include "services/accounts/domain/classification/contradictions.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::ClassificationPolicy;

namespace {

constexpr int kMaxMoves = 1000;
constexpr char kReasonPolicyNotActive[] = "POLICY_NOT_ACTIVE";

// An account before and after it is classified anew.
struct Reclassified {
  v1::Account before;
  v1::Account after;
};

void AddMove(const Reclassified& account, v1::ReclassifyResponse* response) {
  const v1::Classification& before = account.before.classification();
  const v1::Classification& after = account.after.classification();
  if (SameClass(before, after)) return;
  response->set_moved(response->moved() + 1);
  if (response->moves_size() == kMaxMoves) return;
  v1::ClassificationMove* move = response->add_moves();
  move->set_account(account.before.name());
  *move->mutable_before() = before;
  *move->mutable_after() = after;
}

// The policy that a Reclassify means: the one in force, or in a dry run the revision asked for.
absl::StatusOr<ClassificationPolicy> PolicyFor(Reader& reader, const Store& store,
                                               const v1::ReclassifyRequest& request,
                                               absl::Time now) {
  BANSO_ASSIGN_OR_RETURN(auto active, store.classification.ActivePolicy(reader, now));
  if (request.policy().empty()) {
    if (active.has_value()) return *std::move(active);
    return contract::FailedPrecondition(kReasonNoActivePolicy, "classificationPolicies",
                                        "no classification policy is in force",
                                        "Activate one, or name a revision in a dry run");
  }
  BANSO_ASSIGN_OR_RETURN(ClassificationPolicy policy,
                         store.classification.policies.Get(reader, request.policy(), now));
  if (!request.validate_only() && policy.revision().state() != type::v1::REVISION_STATE_ACTIVE) {
    return contract::FailedPrecondition(kReasonPolicyNotActive, request.policy(),
                                        "the revision is not in force",
                                        "Activate it first, or ask for a dry run");
  }
  return policy;
}

// Classifies all accounts that are not archived; returns those of which anything changes.
absl::StatusOr<std::vector<Reclassified>> ClassifyAll(Reader& reader, const Store& store,
                                                      const Classifier& classifier, absl::Time now,
                                                      v1::ReclassifyResponse* response) {
  std::vector<Reclassified> changed;
  BANSO_RETURN_IF_ERROR(store.accounts.ForEach(
      reader, "", {storage::IsNull("archive_time")}, [&](v1::Account& account) {
        response->set_accounts(response->accounts() + 1);
        v1::Classification classification = classifier.Classify(account, now);
        // An unchanged classification is returned with its time.
        if (classification.SerializeAsString() == account.classification().SerializeAsString()) {
          return absl::OkStatus();
        }
        Reclassified& result = changed.emplace_back();
        result.before = account;
        result.after = std::move(account);
        *result.after.mutable_classification() = std::move(classification);
        AddMove(result, response);
        return absl::OkStatus();
      }));
  return changed;
}

}  // namespace

absl::Status CheckSavedPolicy(
    Reader& reader, const Store& store, const ClassificationPolicy& policy, absl::string_view field,
    const google::protobuf::RepeatedPtrField<fact::v1::FactType>& additional) {
  contract::Violations violations;
  if (policy.name().find('@') != std::string::npos) {
    violations.Add(absl::StrCat(field, ".name"), policy.name(),
                   "a name without a revision: a save makes the next one", "NOT_ACCEPTED");
  }
  BANSO_ASSIGN_OR_RETURN(auto attributes, store.attributes.Types(reader));
  AddAttributeTypes(additional, &attributes);
  CheckPolicy(policy, attributes, field, &violations);
  if (violations.empty()) FindContradictions(policy, attributes, field, &violations);
  return violations.ToStatus();
}

absl::StatusOr<v1::ReclassifyResponse> ClassificationApi::Reclassify(
    const Call& call, const v1::ReclassifyRequest& request) {
  const auto classify =
      [&](Reader& reader,
          v1::ReclassifyResponse* response) -> absl::StatusOr<std::vector<Reclassified>> {
    BANSO_ASSIGN_OR_RETURN(ClassificationPolicy policy,
                           PolicyFor(reader, store_, request, call.now));
    return ClassifyAll(reader, store_, Classifier(std::move(policy)), call.now, response);
  };
  if (request.validate_only()) {
    return storage::Fetch<v1::ReclassifyResponse>(
        database_, [&](Reader& reader) -> absl::StatusOr<v1::ReclassifyResponse> {
          v1::ReclassifyResponse response;
          BANSO_RETURN_IF_ERROR(classify(reader, &response).status());
          return response;
        });
  }
  return storage::Mutate<v1::ReclassifyResponse>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<v1::ReclassifyResponse> {
        v1::ReclassifyResponse response;
        BANSO_ASSIGN_OR_RETURN(const auto changed, classify(writer, &response));
        for (const Reclassified& account : changed) {
          BANSO_RETURN_IF_ERROR(store_.Save(writer, &account.before, account.after).status());
        }
        return response;
      });
}

absl::StatusOr<ClassificationPolicy> ClassificationApi::SaveClassificationPolicy(
    const Call& call, const v1::SaveClassificationPolicyRequest& request) {
  const ClassificationPolicy& policy = request.classification_policy();
  // Looking for contradictions takes its time, so it is not done within the write.
  BANSO_RETURN_IF_ERROR(database_.Read([&](Reader& reader) {
    return CheckSavedPolicy(reader, store_, policy, "classification_policy",
                            request.additional_fact_types());
  }));
  if (request.validate_only()) return policy;
  return storage::Mutate<ClassificationPolicy>(database_, call, request, [&](Writer& writer) {
    return store_.classification.policies.Save(writer, policy, request.reason(), policy.etag());
  });
}

absl::StatusOr<ClassificationPolicy> ClassificationApi::ActivateClassificationPolicy(
    const Call& call, const v1::ActivateClassificationPolicyRequest& request) {
  return storage::Mutate<ClassificationPolicy>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<ClassificationPolicy> {
        const auto revision = contract::SplitRevision(request.name());
        if (!revision.has_value() || !revision->revision.has_value()) {
          return contract::InvalidField("name", request.name(),
                                        "a revision, such as classificationPolicies/x@3");
        }
        BANSO_ASSIGN_OR_RETURN(const auto active,
                               store_.classification.policies.AllActive(writer, writer.now()));
        for (const ClassificationPolicy& other : active) {
          if (other.name() == revision->name) continue;
          BANSO_RETURN_IF_ERROR(store_.classification.policies.Deactivate(writer, other.name()));
        }
        return store_.classification.policies.Activate(writer, request.name(), writer.now());
      });
}

absl::StatusOr<ClassificationPolicy> ClassificationApi::GetClassificationPolicy(
    const Call& call, const v1::GetClassificationPolicyRequest& request) {
  return storage::Fetch<ClassificationPolicy>(database_, [&](Reader& reader) {
    return store_.classification.policies.Get(reader, request.name(), call.now);
  });
}

absl::StatusOr<v1::ListClassificationPolicyRevisionsResponse>
ClassificationApi::ListClassificationPolicyRevisions(
    const Call& call, const v1::ListClassificationPolicyRevisionsRequest& request) {
  return storage::ListRevisionsPage(
      database_, store_.classification.policies, request, call.now,
      &v1::ListClassificationPolicyRevisionsResponse::mutable_classification_policies);
}

}  // namespace banso::accounts
