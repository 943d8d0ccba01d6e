#include "services/accounts/domain/merge.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "banso/type/v1/rules.pb.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "google/protobuf/descriptor.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/lifecycle.h"
#include "services/accounts/domain/onboarding.h"

namespace banso::accounts {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using v1::Account;
using v1::Onboarding;

// How far an account has come, for the question of which of two is kept.
int Progress(v1::LifecycleStage stage) {
  switch (stage) {
    case v1::LIFECYCLE_STAGE_WON:
      return 1;
    case v1::LIFECYCLE_STAGE_RETENTION:
      return 2;
    case v1::LIFECYCLE_STAGE_ONBOARDING:
    case v1::LIFECYCLE_STAGE_HANDOFF_GAP:
    case v1::LIFECYCLE_STAGE_RE_ONBOARDING:
      return 3;
    default:
      return 0;
  }
}

void RenameText(const std::map<std::string, std::string>& names, const FieldDescriptor* field,
                Message* message) {
  const Reflection* reflection = message->GetReflection();
  const auto renamed = [&](const std::string& text) {
    const auto found = names.find(text);
    return found == names.end() ? text : found->second;
  };
  if (!field->is_repeated()) {
    reflection->SetString(message, field, renamed(reflection->GetString(*message, field)));
    return;
  }
  for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
    reflection->SetRepeatedString(message, field, i,
                                  renamed(reflection->GetRepeatedString(*message, field, i)));
  }
}

void RenameWithin(const std::map<std::string, std::string>& names, const FieldDescriptor* field,
                  Message* message) {
  const Reflection* reflection = message->GetReflection();
  if (!field->is_repeated()) {
    RenameReferences(names, reflection->MutableMessage(message, field));
    return;
  }
  for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
    RenameReferences(names, reflection->MutableRepeatedMessage(message, field, i));
  }
}

// Lets `account` have the duplicate's waivers for members for whom it has none.
void AddWaivers(const Account& duplicate, Account* account) {
  const Account own = *account;
  for (const v1::CertificationWaiver& waiver : duplicate.certification_waivers()) {
    const auto& waivers = own.certification_waivers();
    const bool has = std::any_of(
        waivers.begin(), waivers.end(),
        [&](const v1::CertificationWaiver& other) { return other.member() == waiver.member(); });
    if (!has) *account->add_certification_waivers() = waiver;
  }
}

// The fields of an account that are not the caller's to set.
std::vector<const FieldDescriptor*> ServerSetFields() {
  const google::protobuf::Descriptor* account = Account::descriptor();
  std::vector<const FieldDescriptor*> fields = {
      account->FindFieldByNumber(Account::kNameFieldNumber),
      account->FindFieldByNumber(Account::kEtagFieldNumber)};
  for (int i = 0; i < account->field_count(); ++i) {
    const FieldDescriptor* field = account->field(i);
    if (field->options().GetExtension(type::v1::rules).output_only()) fields.push_back(field);
  }
  return fields;
}

}  // namespace

absl::Status CheckMerge(const Account& kept, const Account& duplicate,
                        const std::vector<Onboarding>& of_duplicate) {
  if (kept.name() == duplicate.name()) {
    return contract::InvalidField("duplicate", duplicate.name(), "another account than `name`");
  }
  BANSO_RETURN_IF_ERROR(CheckNotArchived(kept));
  BANSO_RETURN_IF_ERROR(CheckNotArchived(duplicate));
  for (const Onboarding& onboarding : of_duplicate) {
    if (!IsUnderWay(onboarding)) continue;
    return contract::FailedPrecondition(
        kReasonOnboardingRunning, onboarding.name(),
        "an onboarding of the duplicate is under way and cannot change its account",
        Progress(kept.lifecycle_stage()) == 3
            ? "Complete and hand off one of the two onboardings first, or give it up with "
              "CancelOnboarding of handoff"
            : "Merge the other way round");
  }
  if (Progress(duplicate.lifecycle_stage()) > Progress(kept.lifecycle_stage())) {
    return contract::FailedPrecondition(
        kReasonMergeOtherWay, duplicate.name(),
        absl::StrCat("the duplicate is further in its lifecycle than ", kept.name()),
        "Merge the other way round");
  }
  return absl::OkStatus();
}

Account Merged(const Account& kept, const Account& duplicate) {
  // As if what is kept were a row of an import into the duplicate: what it says wins.
  Account result = MergeRow(duplicate, kept);
  Account server_set = kept;
  result.GetReflection()->SwapFields(&result, &server_set, ServerSetFields());
  AddWaivers(duplicate, &result);
  if (result.parent_account() == kept.name() || result.parent_account() == duplicate.name()) {
    result.clear_parent_account();
  }
  return result;
}

Account MergedAway(const Account& duplicate, const Account& kept, absl::Time now) {
  Account result = duplicate;
  result.clear_external_ids();
  for (const v1::ExternalId& id : duplicate.external_ids()) {
    if (ExternalIdIn(kept, id.system()) != id.id()) *result.add_external_ids() = id;
  }
  if (result.has_classification()) result.mutable_classification()->clear_overrides();
  result.clear_past_churns();
  result.set_merged_into(kept.name());
  *result.mutable_archive_time() = calendar::ToTimestamp(now);
  return result;
}

void RenameReferences(const std::map<std::string, std::string>& names, Message* message) {
  std::vector<const FieldDescriptor*> fields;
  message->GetReflection()->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->name() == "name" || field->is_map()) continue;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) RenameText(names, field, message);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) RenameWithin(names, field, message);
  }
}

}  // namespace banso::accounts
