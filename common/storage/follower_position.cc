#include "common/storage/follower_position.h"

#include "common/status_macros.h"

namespace banso::storage {

absl::Status SavePosition(Writer& writer, absl::string_view source,
                          const FollowerPosition& position) {
  return writer
      .Execute(
          "INSERT INTO follower_position (source, resume_token, position) "
          "VALUES ($source, $resume_token, $position) ON CONFLICT (source) DO UPDATE SET "
          "resume_token = excluded.resume_token, position = excluded.position",
          {{"source", source},
           {"resume_token", position.resume_token},
           {"position", position.position}})
      .status();
}

absl::StatusOr<FollowerPosition> LoadPosition(Reader& reader, absl::string_view source) {
  FollowerPosition position;
  BANSO_RETURN_IF_ERROR(
      reader
          .QueryOne("SELECT resume_token, position FROM follower_position WHERE source = $source",
                    {{"source", source}},
                    [&](const Row& row) {
                      position.resume_token = std::string(row.Text(0));
                      position.position = row.Int64(1);
                      return absl::OkStatus();
                    })
          .status());
  return position;
}

absl::Status ForgetPositions(Writer& writer) {
  return writer.Execute("DELETE FROM follower_position", {}).status();
}

}  // namespace banso::storage
