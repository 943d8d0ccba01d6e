#ifndef BANSO_SERVICES_GATEWAY_STORE_STORE_H_
#define BANSO_SERVICES_GATEWAY_STORE_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/gateway/v1/gateway_service.pb.h"
#include "banso/gateway/v1/program.pb.h"
#include "banso/gateway/v1/token.pb.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "common/storage/migration.h"

namespace banso::gateway {

// The schema of this service.
storage::Migrations Schema();

// What an application applies. Never changes.
struct ApplicationContent {
  // With the program and the reason.
  v1::ApplyProgramRequest request;
  // The types of other services' facts that the program's rules read.
  std::vector<fact::v1::FactType> fact_types;
};

// What the gateway keeps: tokens, who gets none any more, and programs applied. Immutable and
// thread-safe.
class Store {
 public:
  Store();

  // Never with their secrets.
  const storage::Collection<v1::Token> tokens;
  // Without `content`.
  const storage::Collection<v1::ProgramApplication> applications;

  // Stores a token together with the hash of its secret.
  absl::StatusOr<v1::Token> CreateToken(storage::Writer& writer, const v1::Token& token,
                                        absl::string_view secret) const;
  // The token with this secret, if there is one. Secrets are told apart by their hashes only.
  absl::StatusOr<std::optional<v1::Token>> FindBySecret(storage::Reader& reader,
                                                        absl::string_view secret) const;

  // Remembers that a member gets no tokens, and why, as a reason of refusals.
  absl::Status Bar(storage::Writer& writer, absl::string_view member,
                   absl::string_view reason) const;
  // Forgets that of a member, or of all.
  absl::Status LiftBar(storage::Writer& writer, absl::string_view member) const;
  absl::Status LiftAllBars(storage::Writer& writer) const;
  // Why a member gets no tokens; empty: the member does.
  absl::StatusOr<std::string> WhyBarred(storage::Reader& reader, absl::string_view member) const;

  // Stores a new application with what it applies.
  absl::StatusOr<v1::ProgramApplication> CreateApplication(
      storage::Writer& writer, const v1::ProgramApplication& application,
      const ApplicationContent& content) const;
  // What the application of that name applies. contract::NotFound.
  absl::StatusOr<ApplicationContent> GetContent(storage::Reader& reader,
                                                absl::string_view name) const;
  // The latest application of a program, or of all when `program` is empty; nothing if none.
  absl::StatusOr<std::optional<v1::ProgramApplication>> LatestApplication(
      storage::Reader& reader, absl::string_view program) const;
  // The applications that are RUNNING, oldest first.
  absl::StatusOr<std::vector<v1::ProgramApplication>> RunningApplications(
      storage::Reader& reader) const;

  // INTERNAL when a table is not as the collections need it. For the start of the service.
  absl::Status CheckSchema(storage::Reader& reader) const;
};

// The hash under which a secret is kept.
std::string SecretHash(absl::string_view secret);

}  // namespace banso::gateway

#endif  // BANSO_SERVICES_GATEWAY_STORE_STORE_H_
