#include "services/health/store/success/success_store.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "banso/type/v1/value.pb.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "common/rule/value.h"
#include "common/status_macros.h"
#include "services/health/domain/fact_types.h"
#include "services/health/domain/success/success.h"
#include "services/health/store/fact_change.h"
#include "services/health/store/kinds.h"

namespace banso::health {
namespace {

constexpr absl::string_view kRevisionsPart = "/revisions/";

std::optional<type::v1::Value> FactOf(const v1::SuccessLabel& label) {
  if (label.state() == v1::SUCCESS_STATE_MET) return rule::FlagValue(true);
  if (label.state() == v1::SUCCESS_STATE_MISSED) return rule::FlagValue(false);
  return std::nullopt;
}

}  // namespace

SuccessStore::SuccessStore(const storage::FactLog& facts)
    : definitions(SuccessDefinitionKind()), labels(SuccessLabelKind()), facts_(facts) {}

absl::StatusOr<bool> SuccessStore::SaveLabel(storage::Writer& writer,
                                             v1::SuccessLabel label) const {
  const std::string name = label.name();
  label.set_name(StoredLabelName(name, label.success_definition()));
  BANSO_ASSIGN_OR_RETURN(const std::optional<v1::SuccessLabel> stored,
                         labels.Find(writer, label.name()));
  *label.mutable_state_time() = label.as_of();
  if (stored.has_value()) {
    if (SameDecision(*stored, label)) return false;
    if (stored->state() == label.state()) *label.mutable_state_time() = stored->state_time();
  }
  const std::string onboarding = contract::Ancestor(name, "onboardings");
  BANSO_RETURN_IF_ERROR(facts_.Record(
      writer, MakeChange(onboarding, SuccessFact(name), FactOf(label),
                         calendar::ToTime(label.as_of()), label.success_definition())));
  BANSO_RETURN_IF_ERROR(labels.Put(writer, std::move(label)).status());
  return true;
}

absl::Status SuccessStore::CheckSchema(storage::Reader& reader) const {
  BANSO_RETURN_IF_ERROR(definitions.CheckSchema(reader));
  return labels.CheckSchema(reader);
}

std::string StoredLabelName(absl::string_view label_name, absl::string_view definition_revision) {
  const auto split = contract::SplitRevision(definition_revision);
  const int64_t number = split.has_value() ? split->revision.value_or(0) : 0;
  return absl::StrCat(label_name, kRevisionsPart, number);
}

std::string LabelName(absl::string_view stored_name) {
  const size_t at = stored_name.find(kRevisionsPart);
  return std::string(at == absl::string_view::npos ? stored_name : stored_name.substr(0, at));
}

}  // namespace banso::health
