#ifndef BANSO_SERVICES_HANDOFF_STORE_KINDS_H_
#define BANSO_SERVICES_HANDOFF_STORE_KINDS_H_

#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/member.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/handoff/v1/completion.pb.h"
#include "banso/handoff/v1/handoff.pb.h"
#include "banso/handoff/v1/process.pb.h"
#include "common/storage/collection.h"
#include "common/storage/revisions.h"

// The tables of the service's resources and the columns that lists filter and sort by; the columns
// are those of schema/.
namespace banso::handoff {

storage::RevisionedKind CriteriaSetKind();
storage::RevisionedKind HandoffPolicyKind();
storage::Kind<v1::Completion> CompletionKind();
storage::Kind<v1::Evidence> EvidenceKind();
storage::Kind<v1::Exception> ExceptionKind();
storage::Kind<v1::Handoff> HandoffKind();
storage::Kind<v1::GapWatch> GapWatchKind();
storage::Kind<v1::Process> ProcessKind();
// Copies of what accounts owns; they are no API and do not appear in the feed of changes.
storage::Kind<accounts::v1::Account> AccountCopyKind();
storage::Kind<accounts::v1::Member> MemberCopyKind();
storage::Kind<accounts::v1::Onboarding> OnboardingCopyKind();

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_STORE_KINDS_H_
