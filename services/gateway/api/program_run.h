#ifndef BANSO_SERVICES_GATEWAY_API_PROGRAM_RUN_H_
#define BANSO_SERVICES_GATEWAY_API_PROGRAM_RUN_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "banso/gateway/v1/program.pb.h"
#include "common/contract/call.h"
#include "common/server/client.h"
#include "common/storage/database.h"
#include "services/gateway/api/part_client.h"
#include "services/gateway/store/store.h"

namespace banso::gateway {

// Carries out one stored application, from wherever it stands: saves every part that is to come,
// then puts them in force in order (activates them, or classifies). Stores each step before the
// next begins.
class ProgramRun {
 public:
  // `call` says until when; it may be given up by nobody. All must outlive the run.
  ProgramRun(storage::Database& database, const Store& store, server::Peers& peers,
             const Call& call, const ApplicationContent& content,
             v1::ProgramApplication application);

  // Goes on until every part is in force. A refusal (see IsRefusal) ends the application as
  // REFUSED; after any other error it stays RUNNING, to be gone on with later. Returns that error.
  absl::Status Run();

  const v1::ProgramApplication& application() const { return application_; }

 private:
  absl::Status RunParts();
  absl::Status SavePart(size_t index);
  absl::Status PutInForce(size_t index);
  absl::Status ActivatePart(size_t index);
  absl::Status Reclassify(size_t index);
  SaveOptions OptionsFor(size_t index) const;
  std::string RequestId(absl::string_view step, size_t index) const;
  bool pending(size_t index) const;
  absl::Status Keep();

  storage::Database& database_;
  const Store& store_;
  server::Peers& peers_;
  const ApplicationContent& content_;
  const std::vector<Part> parts_;
  Call call_;
  v1::ProgramApplication application_;
};

// Of `known`, the types of the facts that rules in `content` read.
std::vector<fact::v1::FactType> TypesReadBy(const google::protobuf::Message& content,
                                            const std::vector<fact::v1::FactType>& known);

// The names of all parts that are resources.
std::vector<std::string> NamesOf(const std::vector<Part>& parts);

}  // namespace banso::gateway

#endif  // BANSO_SERVICES_GATEWAY_API_PROGRAM_RUN_H_
