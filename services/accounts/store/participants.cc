#include "services/accounts/store/participants.h"

#include <string>

#include "common/status_macros.h"

namespace banso::accounts {

using storage::Writer;

absl::Status Participants::Note(Writer& writer, const v1::Interaction& interaction) const {
  BANSO_RETURN_IF_ERROR(Forget(writer, interaction.name()));
  const auto note = [&](const auto& people) {
    for (const std::string& person : people) {
      BANSO_RETURN_IF_ERROR(
          writer
              .Execute(
                  "INSERT INTO interaction_person (person, interaction) "
                  "VALUES ($person, $interaction) ON CONFLICT (person, interaction) DO NOTHING",
                  {{"person", person}, {"interaction", interaction.name()}})
              .status());
    }
    return absl::OkStatus();
  };
  BANSO_RETURN_IF_ERROR(note(interaction.members()));
  return note(interaction.stakeholders());
}

absl::Status Participants::Forget(Writer& writer, absl::string_view interaction) const {
  return writer
      .Execute("DELETE FROM interaction_person WHERE interaction = $interaction",
               {{"interaction", interaction}})
      .status();
}

}  // namespace banso::accounts
