#ifndef BANSO_SERVICES_HEALTH_API_STUDIES_CASE_READER_H_
#define BANSO_SERVICES_HEALTH_API_STUDIES_CASE_READER_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "banso/health/v1/comparison.pb.h"
#include "common/contract/call.h"
#include "common/rule/catalog.h"
#include "common/rule/evaluate.h"
#include "common/storage/database.h"
#include "services/health/api/evaluation.h"
#include "services/health/domain/studies/contrast.h"
#include "services/health/store/fact_reader.h"
#include "services/health/store/store.h"

// Reads what studies look at, case by case, from one snapshot of the store. For one thread, within
// one transaction.
namespace banso::health {

class CaseReader;

// One case: an onboarding, or an account without any.
class StudyCase {
 public:
  const std::string& account() const { return moment_.account; }
  // As of when it is observed, its clocks, and the zone of its days.
  const rule::Moment& moment() const { return moment_; }
  // The values of the scope's strata as one text; empty without strata.
  const std::string& stratum() const { return stratum_; }

  // Whether it has a trait; nothing when that is not known.
  absl::StatusOr<std::optional<bool>> Has(const v1::Trait& trait);
  // Whether a condition is true at a time: the time of observation, or another one.
  absl::StatusOr<std::optional<bool>> Holds(const type::v1::Condition& condition);
  absl::StatusOr<std::optional<bool>> HoldsAt(const type::v1::Condition& condition,
                                              absl::Time time);
  // Whether a condition was true by a time: while only its windows are open, it was not yet.
  absl::StatusOr<std::optional<bool>> HasTurnedAt(const type::v1::Condition& condition,
                                                  absl::Time time);
  // A reading; nothing when it is not known or, for the number, none.
  absl::StatusOr<std::optional<double>> Amount(const type::v1::FactRef& fact);
  absl::StatusOr<std::string> Text(const type::v1::FactRef& fact);
  // The sum of a fact on each of the last `days` days up to the time of observation, the oldest
  // first; nothing for a day of which nothing is known.
  absl::StatusOr<std::vector<std::optional<double>>> Daily(const std::string& fact, int days);
  // The account's outcomes that count as of the study's time.
  const std::vector<v1::Outcome>& outcomes() const;
  // The traits and amounts of a list.
  template <typename Measures>
  absl::StatusOr<std::vector<std::optional<double>>> Values(const Measures& measures) {
    std::vector<std::optional<double>> values;
    for (const v1::Measured& measured : measures) {
      BANSO_ASSIGN_OR_RETURN(std::optional<double> value, ValueOf(measured));
      values.push_back(value);
    }
    return values;
  }

 private:
  friend class CaseReader;

  StudyCase(CaseReader& reader, AccountEvaluation& account,
            const accounts::v1::Onboarding* onboarding, rule::Moment moment)
      : reader_(&reader), account_(&account), onboarding_(onboarding), moment_(std::move(moment)) {}

  absl::StatusOr<type::v1::Explanation> ExplainAt(const type::v1::Condition& condition,
                                                  absl::Time time);
  absl::StatusOr<std::optional<double>> ValueOf(const v1::Measured& measured);
  absl::StatusOr<std::optional<bool>> Met(const std::string& definition);
  absl::StatusOr<std::optional<bool>> Came(const v1::OutcomeWindow& window);

  CaseReader* reader_;
  AccountEvaluation* account_;
  // As of the study's time; null for an account without onboardings.
  const accounts::v1::Onboarding* onboarding_;
  rule::Moment moment_;
  std::string stratum_;
};

// Goes through the cases of a scope.
class CaseReader {
 public:
  // INVALID_ARGUMENT when the scope does not fit the known facts, with paths below `scope`.
  // `observed` is used when the scope does not say. `scope` and `call` must outlive the reader.
  static absl::StatusOr<CaseReader> Open(const Store& store, storage::Reader& reader,
                                         const v1::StudyScope& scope, const Call& call,
                                         std::optional<v1::Observation> observed = std::nullopt);

  // Takes cancelled onboardings and archived accounts, too, for questions about what has ended.
  void TakeEnded() { takes_ended_ = true; }

  const rule::FactCatalog& catalog() const { return catalog_; }
  absl::Time as_of() const { return as_of_.time; }
  const AsOf& moment() const { return as_of_; }

  // Calls `on_case` for each case of the scope, account by account. What it returns as the reason
  // to leave the case out is counted; an empty text takes the case. CANCELLED when the caller has
  // gone.
  using OnCase = absl::FunctionRef<absl::StatusOr<std::string>(StudyCase&)>;
  absl::Status ForEachCase(OnCase on_case);

  // The definition that a name means: in force at `as_of`, else the latest; or the revision named.
  // What was used is told in the basis.
  absl::StatusOr<const v1::SuccessDefinition*> Definition(const std::string& name);
  // Tells in the basis that a revision was used.
  void Used(const std::string& revision) { revisions_.insert(revision); }

  // On what the answer rests, once all cases have been read. `clustered` is how cases are counted
  // when accounts have several.
  v1::StudyBasis Basis(const char* method, const char* clustered) const;

  // The number of the account whose case is being read: cases of one account are not independent.
  int64_t account_number() const { return account_number_; }

  // A number for each different stratum.
  int StratumNumber(const std::string& stratum);

 private:
  friend class StudyCase;

  CaseReader(const Store& store, storage::Reader& reader, const v1::StudyScope& scope,
             const Call& call)
      : store_(&store),
        reader_(&reader),
        scope_(&scope),
        call_(&call),
        facts_(store, reader, Holding::kOneAccount) {}

  absl::Status TakeAccount(const std::string& account, OnCase on_case);
  // Why a case that has ended says nothing of how onboarding goes; empty to take it.
  std::string EndedBecause(const StudyCase& one) const;
  // The reason to leave the case out before anybody looks at it; empty to take it.
  absl::StatusOr<std::string> LeaveOut(StudyCase& one);
  // Sets as of when the case is observed; the reason why it is not, else empty.
  std::string Observe(StudyCase& one) const;

  const Store* store_;
  storage::Reader* reader_;
  const v1::StudyScope* scope_;
  const Call* call_;
  // Cases come account by account: what one was asked for, the next question finds.
  StoreFactReader facts_;
  AsOf as_of_;
  // True when stored labels say what is asked for.
  bool present_ = false;
  bool takes_ended_ = false;
  std::optional<v1::Observation> observed_;
  rule::FactCatalog catalog_;
  std::map<std::string, v1::SuccessDefinition> definitions_;
  std::set<std::string> revisions_;
  std::map<std::string, int64_t> left_out_;
  std::map<std::string, int> strata_;
  int64_t cases_ = 0;
  // Accounts that have a case in the answer.
  int64_t accounts_ = 0;
  int64_t account_number_ = -1;
  // Of the account that is being read.
  std::vector<v1::Outcome> outcomes_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_STUDIES_CASE_READER_H_
