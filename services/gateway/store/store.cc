#include "services/gateway/store/store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/contract/fingerprint.h"
#include "common/status_macros.h"
#include "common/storage/list_query.h"

namespace banso::gateway {
namespace {

using storage::Bytes;
using storage::Reader;
using storage::Row;
using storage::Value;
using storage::Writer;
using v1::ProgramApplication;
using v1::Token;

storage::Kind<Token> TokenKind() {
  return {.table = "token", .pattern = "tokens/{token}", .columns = {}};
}

storage::Kind<ProgramApplication> ApplicationKind() {
  return {.table = "program_application",
          .pattern = "programApplications/{program_application}",
          .columns = {
              {"program",
               [](const ProgramApplication& application) { return Value(application.program()); }},
              {"state",
               [](const ProgramApplication& application) { return Value(application.state()); }},
          }};
}

}  // namespace

std::string SecretHash(absl::string_view secret) {
  // A secret holds 256 random bits, so a fast hash without salt cannot be searched.
  return contract::Hash(secret, 32);
}

Store::Store() : tokens(TokenKind()), applications(ApplicationKind()) {}

absl::StatusOr<Token> Store::CreateToken(Writer& writer, const Token& token,
                                         absl::string_view secret) const {
  Token kept = token;
  kept.clear_secret();
  BANSO_ASSIGN_OR_RETURN(kept, tokens.Create(writer, std::move(kept)));
  BANSO_RETURN_IF_ERROR(
      writer
          .Execute("INSERT INTO token_secret (hash, token) VALUES ($hash, $token)",
                   {{"hash", Bytes{SecretHash(secret)}}, {"token", kept.name()}})
          .status());
  return kept;
}

absl::StatusOr<std::optional<Token>> Store::FindBySecret(Reader& reader,
                                                         absl::string_view secret) const {
  std::string name;
  BANSO_ASSIGN_OR_RETURN(
      const bool found, reader.QueryOne("SELECT token FROM token_secret WHERE hash = $hash",
                                        {{"hash", Bytes{SecretHash(secret)}}}, [&](const Row& row) {
                                          name = std::string(row.Text(0));
                                          return absl::OkStatus();
                                        }));
  if (!found) return std::optional<Token>();
  return tokens.Find(reader, name);
}

absl::Status Store::Bar(Writer& writer, absl::string_view member, absl::string_view reason) const {
  return writer
      .Execute(
          "INSERT INTO barred_member (name, reason) VALUES ($name, $reason) "
          "ON CONFLICT (name) DO UPDATE SET reason = $reason",
          {{"name", member}, {"reason", reason}})
      .status();
}

absl::Status Store::LiftBar(Writer& writer, absl::string_view member) const {
  return writer.Execute("DELETE FROM barred_member WHERE name = $name", {{"name", member}})
      .status();
}

absl::StatusOr<std::string> Store::WhyBarred(Reader& reader, absl::string_view member) const {
  std::string reason;
  BANSO_RETURN_IF_ERROR(reader
                            .QueryOne("SELECT reason FROM barred_member WHERE name = $name",
                                      {{"name", member}},
                                      [&](const Row& row) {
                                        reason = std::string(row.Text(0));
                                        return absl::OkStatus();
                                      })
                            .status());
  return reason;
}

absl::Status Store::LiftAllBars(Writer& writer) const {
  return writer.Execute("DELETE FROM barred_member", {}).status();
}

absl::StatusOr<ProgramApplication> Store::CreateApplication(
    Writer& writer, const ProgramApplication& application,
    const ApplicationContent& content) const {
  ProgramApplication kept = application;
  kept.clear_content();
  BANSO_ASSIGN_OR_RETURN(kept, applications.Create(writer, std::move(kept)));
  fact::v1::ListFactTypesResponse types;
  types.mutable_fact_types()->Assign(content.fact_types.begin(), content.fact_types.end());
  BANSO_RETURN_IF_ERROR(
      writer
          .Execute("INSERT INTO application_content (name, request, fact_types) "
                   "VALUES ($name, $request, $fact_types)",
                   {{"name", kept.name()},
                    {"request", Bytes{contract::DeterministicBytes(content.request)}},
                    {"fact_types", Bytes{contract::DeterministicBytes(types)}}})
          .status());
  return kept;
}

absl::StatusOr<ApplicationContent> Store::GetContent(Reader& reader, absl::string_view name) const {
  ApplicationContent content;
  BANSO_ASSIGN_OR_RETURN(
      const bool found,
      reader.QueryOne(
          "SELECT request, fact_types FROM application_content WHERE name = $name",
          {{"name", name}}, [&](const Row& row) {
            fact::v1::ListFactTypesResponse types;
            const absl::string_view request = row.Blob(0);
            const absl::string_view fact_types = row.Blob(1);
            if (!content.request.ParseFromArray(request.data(), static_cast<int>(request.size())) ||
                !types.ParseFromArray(fact_types.data(), static_cast<int>(fact_types.size()))) {
              return contract::Internal(absl::StrCat("the content of ", name, " cannot be read"));
            }
            content.fact_types.assign(types.fact_types().begin(), types.fact_types().end());
            return absl::OkStatus();
          }));
  if (!found) return contract::NotFound(name);
  return content;
}

absl::StatusOr<std::optional<ProgramApplication>> Store::LatestApplication(
    Reader& reader, absl::string_view program) const {
  // Several may be of one moment: then the change that made each tells the order.
  static constexpr absl::string_view kLatest =
      "SELECT name FROM program_application AS a WHERE $program = '' OR program = $program "
      "ORDER BY create_time DESC, coalesce((SELECT min(c.position) FROM change AS c "
      "WHERE c.name = a.name), a.position) DESC LIMIT 1";
  std::string name;
  BANSO_ASSIGN_OR_RETURN(const bool found,
                         reader.QueryOne(kLatest, {{"program", program}}, [&name](const Row& row) {
                           name = std::string(row.Text(0));
                           return absl::OkStatus();
                         }));
  if (!found) return std::optional<ProgramApplication>();
  return applications.Find(reader, name);
}

absl::StatusOr<std::vector<ProgramApplication>> Store::RunningApplications(Reader& reader) const {
  storage::ListQuery query;
  query.page_size = query.max_page_size;
  query.order_by = "create_time";
  query.filters = {storage::Equal("state", v1::APPLICATION_STATE_RUNNING)};
  BANSO_ASSIGN_OR_RETURN(storage::Page<ProgramApplication> page, applications.List(reader, query));
  return std::move(page.items);
}

absl::Status Store::CheckSchema(Reader& reader) const {
  BANSO_RETURN_IF_ERROR(tokens.CheckSchema(reader));
  return applications.CheckSchema(reader);
}

}  // namespace banso::gateway
