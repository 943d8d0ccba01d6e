#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_INTAKE_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_INTAKE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/acceptance.pb.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/intake_service.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/fact/v1/fact.pb.h"
#include "common/contract/errors.h"
#include "common/rule/catalog.h"
#include "services/accounts/domain/classification/local_rule.h"
#include "services/accounts/domain/onboarding.h"

// Whether a customer may be taken on: what the policy suggests, and how a question is asked,
// answered and woken.
namespace banso::accounts {

inline constexpr char kReasonReviewOpen[] = "REVIEW_OPEN";
inline constexpr char kReasonReviewDecided[] = "REVIEW_DECIDED";
inline constexpr char kReasonReviewNotAsked[] = "REVIEW_NOT_ASKED";
inline constexpr char kReasonFeatureReleased[] = "FEATURE_RELEASED";

// Checks a policy: conditions over facts of the account and the deal as they are now, keys that are
// unique, a feature for WAIT and conditions for ACCEPT_WITH_CONDITIONS, and only there. `types` are
// those of the attributes and further axes that accounts have. Adds to `violations`, with paths
// below `field`.
void CheckAcceptancePolicy(const v1::AcceptancePolicy& policy,
                           const std::vector<fact::v1::FactType>& types, absl::string_view field,
                           contract::Violations* violations);

// The facts that the rules of a policy may read: those of accounts and of the deal, and `types`.
rule::FactCatalog AcceptanceCatalog(const std::vector<fact::v1::FactType>& types);

// Finds where a policy that has passed CheckAcceptancePolicy contradicts itself, each time with the
// facts of a customer that shows it: rules that nobody meets (NEVER_TRUE), and rules that are met
// only by those who meet a stricter one too, so that their verdict is never suggested (OUTVOTED). A
// stricter rule that is not decided outvotes nobody. A policy that reads too many facts together to
// be searched is refused as TOO_COMPLEX. Adds to `violations`, with paths below `field`.
void FindContradictions(const v1::AcceptancePolicy& policy,
                        const std::vector<fact::v1::FactType>& types, absl::string_view field,
                        contract::Violations* violations);

// What a policy says about selling a deal to an account: a finding for each rule that is true or
// not decided, and the strictest verdict of those that are true. UNSPECIFIED when a rule that is
// not decided would be stricter; ACCEPT when no rule applies.
struct Advice {
  v1::IntakeVerdict suggestion = v1::INTAKE_VERDICT_UNSPECIFIED;
  std::vector<v1::IntakeFinding> findings;
};

// A policy that can be asked again and again.
class Adviser {
 public:
  // `types` are those of the attributes and further axes that accounts have. `policy` must outlive
  // it.
  Adviser(const v1::AcceptancePolicy& policy, const std::vector<fact::v1::FactType>& types);
  Adviser(const Adviser&) = delete;
  Adviser& operator=(const Adviser&) = delete;

  Advice Advise(const v1::Account& account, const v1::Deal& deal, absl::Time now) const;

 private:
  struct Rule {
    LocalRule when;
    // What is told of it, without a result.
    v1::IntakeFinding finding;
  };
  const rule::FactCatalog catalog_;
  std::vector<Rule> rules_;
};

// What a question is asked by. `policy` is null when none is in force.
struct AskedBy {
  const v1::AcceptancePolicy* policy;
  const std::vector<fact::v1::FactType>& types;
  const v1::Account& account;
  const v1::Deal& deal;
};

// Asks a question, or asks it again: sets what the policy suggests and by when to answer.
void Ask(const AskedBy& by, absl::Time now, v1::IntakeReview* review);

// Answers it, and says whether the answer is milder than the policy. INVALID_ARGUMENT for
// conditions or a feature that do not fit the verdict; FAILED_PRECONDITION (REVIEW_NOT_ASKED) when
// it does not want an answer.
absl::Status Decide(const v1::DecideIntakeReviewRequest& request, const Act& act,
                    v1::IntakeReview* review);

// Asks a review that waits again, since its feature is there. The answer to wait is taken back.
void Wake(const v1::FeatureRelease& release, const AskedBy& by, absl::Time now,
          v1::IntakeReview* review);

// The name of a feature's release.
std::string ReleaseName(absl::string_view feature);

// Carries what the answered review of its deal says into an onboarding.
void CarryConditions(const v1::IntakeReview& review, v1::Onboarding* onboarding);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_INTAKE_H_
