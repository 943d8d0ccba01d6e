#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/field_mask.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/day_range.h"
#include "services/accounts/api/voice_api.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/lifecycle.h"
#include "services/accounts/domain/voice.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::Account;
using v1::Voice;

absl::Status VoiceApi::Complete(Reader& reader, absl::Time now, Voice* voice) const {
  const std::string name = contract::Ancestor(voice->name(), "accounts");
  BANSO_ASSIGN_OR_RETURN(const Account account, store_.accounts.Get(reader, name));
  BANSO_RETURN_IF_ERROR(CheckNotArchived(account));
  contract::Violations violations;
  CheckVoice(*voice, Today(account, now), "voice", &violations);
  if (!voice->stakeholder().empty()) {
    BANSO_ASSIGN_OR_RETURN(const bool exists,
                           store_.stakeholders.Exists(reader, voice->stakeholder()));
    if (!exists || contract::Ancestor(voice->stakeholder(), "accounts") != name) {
      violations.Add("voice.stakeholder", voice->stakeholder(),
                     absl::StrCat("a stakeholder of ", name, " that exists"),
                     "UNKNOWN_STAKEHOLDER");
    }
  }
  voice->clear_intake_review();
  if (voice->deal().empty()) {
    BANSO_ASSIGN_OR_RETURN(const std::vector<v1::Deal> deals, store_.deals.All(reader, name));
    const std::optional<v1::Deal> last = LastWon(deals);
    if (last.has_value()) voice->set_deal(last->name());
  } else {
    BANSO_ASSIGN_OR_RETURN(const bool exists, store_.deals.Exists(reader, voice->deal()));
    if (!exists || contract::Ancestor(voice->deal(), "accounts") != name) {
      violations.Add("voice.deal", voice->deal(), absl::StrCat("a deal of ", name, " that exists"),
                     "UNKNOWN_DEAL");
    }
  }
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  if (voice->deal().empty()) return absl::OkStatus();
  BANSO_ASSIGN_OR_RETURN(const auto answer, store_.intake.AnswerFor(reader, voice->deal()));
  if (answer.has_value()) voice->set_intake_review(answer->name());
  return absl::OkStatus();
}

absl::StatusOr<Voice> VoiceApi::CreateVoice(const Call& call,
                                            const v1::CreateVoiceRequest& request) {
  return storage::Mutate<Voice>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Voice> {
        Voice voice = request.voice();
        voice.set_name(contract::Join(request.parent(), "voices",
                                      contract::IdOrNew(request.voice_id(), ids_)));
        voice.set_recorded_by(writer.call().actor);
        BANSO_RETURN_IF_ERROR(Complete(writer, writer.now(), &voice));
        return store_.intake.voices.Create(writer, std::move(voice));
      });
}

absl::StatusOr<Voice> VoiceApi::GetVoice(const Call& /*call*/, const v1::GetVoiceRequest& request) {
  return storage::Fetch<Voice>(
      database_, [&](Reader& reader) { return store_.intake.voices.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListVoicesResponse> VoiceApi::ListVoices(const Call& /*call*/,
                                                            const v1::ListVoicesRequest& request) {
  BANSO_RETURN_IF_ERROR(CheckDayRange("date",
                                      request.has_date_from() ? &request.date_from() : nullptr,
                                      request.has_date_to() ? &request.date_to() : nullptr));
  storage::ListQuery query = storage::QueryOf(request);
  auto& filters = query.filters;
  if (request.kinds_size() > 0) filters.push_back(storage::InEnums("kind", request.kinds()));
  if (request.reasons_size() > 0) filters.push_back(storage::InEnums("reason", request.reasons()));
  if (!request.deal().empty()) filters.push_back(storage::Equal("deal", request.deal()));
  if (request.has_date_from()) {
    filters.push_back(storage::AtLeast("day", calendar::ToDay(request.date_from())));
  }
  if (request.has_date_to()) {
    filters.push_back(storage::AtMost("day", calendar::ToDay(request.date_to())));
  }
  return storage::ListPage(database_, store_.intake.voices, query,
                           &v1::ListVoicesResponse::mutable_voices);
}

absl::StatusOr<Voice> VoiceApi::UpdateVoice(const Call& call,
                                            const v1::UpdateVoiceRequest& request) {
  const Voice& patch = request.voice();
  return storage::Mutate<Voice>(database_, call, request, [&](Writer& writer) {
    return store_.intake.voices.Modify(
        writer, patch.name(), patch.etag(), [&](Voice& voice) -> absl::Status {
          BANSO_RETURN_IF_ERROR(contract::ApplyMask(request.update_mask(), patch, "voice", &voice));
          return Complete(writer, writer.now(), &voice);
        });
  });
}

absl::StatusOr<v1::DeleteVoiceResponse> VoiceApi::DeleteVoice(
    const Call& call, const v1::DeleteVoiceRequest& request) {
  using Response = v1::DeleteVoiceResponse;
  return storage::Mutate<Response>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Response> {
        BANSO_RETURN_IF_ERROR(store_.AccountForChange(writer, request.name()).status());
        BANSO_RETURN_IF_ERROR(store_.intake.voices.Delete(writer, request.name(), request.etag()));
        return Response();
      });
}

}  // namespace banso::accounts
