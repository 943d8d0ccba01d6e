#include "services/health/api/portfolio/active_accounts.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/rule/catalog.h"
#include "common/rule/value.h"
#include "common/status_macros.h"
#include "services/health/store/fact_catalog.h"
#include "services/health/store/fact_table.h"

namespace banso::health {
namespace {

constexpr char kLifecycleFact[] = "account.lifecycle_stage";

bool IsCustomer(accounts::v1::LifecycleStage stage) {
  return stage != accounts::v1::LIFECYCLE_STAGE_PROSPECT &&
         stage != accounts::v1::LIFECYCLE_STAGE_CHURNED;
}

bool IsCustomer(const type::v1::Value& stage) {
  return stage.text() != "prospect" && stage.text() != "churned";
}

}  // namespace

absl::StatusOr<std::vector<ActiveAccount>> ActiveAccounts(const Store& store,
                                                          storage::Reader& reader,
                                                          const AsOf& as_of) {
  BANSO_ASSIGN_OR_RETURN(const FactValues then,
                         ValuesOfAll(reader, kLifecycleFact, as_of.time, as_of.known_at));
  const absl::Time told_by = std::min(as_of.time, as_of.known_at.value_or(absl::InfiniteFuture()));
  BANSO_ASSIGN_OR_RETURN(const FactValues ever,
                         ValuesOfAll(reader, kLifecycleFact, absl::FromUnixMicros(INT64_MAX)));
  std::vector<ActiveAccount> active;
  const auto add = [&](accounts::v1::Account& header) -> absl::Status {
    if (header.has_archive_time() && calendar::ToTime(header.archive_time()) <= told_by) {
      return absl::OkStatus();
    }
    const auto stage = then.find(header.name());
    bool customer = false;
    if (stage != then.end()) {
      customer = IsCustomer(stage->second);
    } else if (!ever.contains(header.name())) {
      customer = IsCustomer(header.lifecycle_stage());
    }
    if (customer) {
      active.push_back({header.name(), header.time_zone(), header.recurring_revenue().currency()});
    }
    return absl::OkStatus();
  };
  BANSO_RETURN_IF_ERROR(store.accounts.headers.ForEach(reader, "", {}, add));
  return active;
}

absl::StatusOr<FactValues> GroupingValues(const Store& store, storage::Reader& reader,
                                          absl::string_view field, const std::string& fact,
                                          const AsOf& as_of, absl::Time now) {
  if (fact.empty()) return FactValues();
  BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog catalog, ReadCatalog(store, reader, now));
  const fact::v1::FactType* type = catalog.Find(fact);
  const bool of_accounts = absl::StartsWith(fact, "account.") ||
                           (type != nullptr && type->subject() == fact::v1::SUBJECT_KIND_ACCOUNT);
  if (!of_accounts || absl::StartsWith(fact, "metric.") || absl::StartsWith(fact, "survey.") ||
      absl::StartsWith(fact, "use.")) {
    return contract::InvalidField(
        field, fact, "a fact of accounts that is no metric or answer, such as account.segment");
  }
  return ValuesOfAll(reader, fact, as_of.time, as_of.known_at);
}

std::string GroupOf(const FactValues& values, absl::string_view account) {
  const auto found = values.find(account);
  return found == values.end() ? "" : GroupText(found->second);
}

std::string GroupText(const type::v1::Value& value) {
  return value.has_text() ? value.text() : rule::ValueText(value);
}

}  // namespace banso::health
