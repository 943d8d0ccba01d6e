#include "services/gateway/api/program_run.h"

#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "services/gateway/domain/program_facts.h"

namespace banso::gateway {
namespace {

// What has become of a part that is in force now and was not before.
v1::PartOutcome DoneOutcome(const v1::AppliedPart& part) {
  return part.previous().empty() ? v1::PART_OUTCOME_CREATED : v1::PART_OUTCOME_CHANGED;
}

}  // namespace

std::vector<fact::v1::FactType> TypesReadBy(const google::protobuf::Message& content,
                                            const std::vector<fact::v1::FactType>& known) {
  const std::set<std::string> facts = ReferencedFacts(content);
  std::vector<fact::v1::FactType> types;
  for (const fact::v1::FactType& type : known) {
    if (facts.count(type.name()) > 0) types.push_back(type);
  }
  return types;
}

std::vector<std::string> NamesOf(const std::vector<Part>& parts) {
  std::vector<std::string> names;
  for (const Part& part : parts) {
    if (part.content != nullptr) names.push_back(part.name);
  }
  return names;
}

ProgramRun::ProgramRun(storage::Database& database, const Store& store, server::Peers& peers,
                       const Call& call, const ApplicationContent& content,
                       v1::ProgramApplication application)
    : database_(database),
      store_(store),
      peers_(peers),
      content_(content),
      parts_(PartsOf(content.request.program())),
      call_(call),
      application_(std::move(application)) {
  // Whoever goes on with it, it is done in the name of who asked for it; and a caller who goes away
  // does not leave it half done.
  call_.actor = application_.actor();
  call_.cancelled = nullptr;
}

absl::Status ProgramRun::Run() {
  const absl::Status status = RunParts();
  if (status.ok()) {
    application_.set_state(v1::APPLICATION_STATE_APPLIED);
  } else if (IsRefusal(status)) {
    application_.set_state(v1::APPLICATION_STATE_REFUSED);
    application_.set_error(std::string(status.message()));
  } else {
    return status;
  }
  BANSO_RETURN_IF_ERROR(Keep());
  return status;
}

absl::Status ProgramRun::RunParts() {
  if (parts_.size() != static_cast<size_t>(application_.parts_size())) {
    return contract::Internal(
        absl::StrCat(application_.name(), " does not fit the program that it applies"));
  }
  for (size_t i = 0; i < parts_.size(); ++i) BANSO_RETURN_IF_ERROR(SavePart(i));
  for (size_t i = 0; i < parts_.size(); ++i) BANSO_RETURN_IF_ERROR(PutInForce(i));
  return absl::OkStatus();
}

absl::Status ProgramRun::SavePart(size_t index) {
  const Part& part = parts_[index];
  v1::AppliedPart& applied = *application_.mutable_parts(static_cast<int>(index));
  if (!pending(index) || part.kind == PartKind::kReclassification ||
      absl::StrContains(applied.name(), '@')) {
    return absl::OkStatus();
  }
  call_.request_id = RequestId("save", index);
  BANSO_ASSIGN_OR_RETURN(const std::string saved,
                         MakePartClient(peers_, part)->Save(call_, OptionsFor(index)));
  if (saved == part.name) applied.set_outcome(DoneOutcome(applied));
  applied.set_name(saved);
  return Keep();
}

absl::Status ProgramRun::PutInForce(size_t index) {
  if (!pending(index)) return absl::OkStatus();
  return parts_[index].kind == PartKind::kReclassification ? Reclassify(index)
                                                           : ActivatePart(index);
}

absl::Status ProgramRun::ActivatePart(size_t index) {
  const Part& part = parts_[index];
  v1::AppliedPart& applied = *application_.mutable_parts(static_cast<int>(index));
  call_.request_id = RequestId("activate", index);
  BANSO_RETURN_IF_ERROR(
      MakePartClient(peers_, part)->Activate(call_, applied.name(), call_.request_id));
  applied.set_outcome(DoneOutcome(applied));
  return Keep();
}

absl::Status ProgramRun::Reclassify(size_t index) {
  call_.request_id = RequestId("reclassify", index);
  BANSO_ASSIGN_OR_RETURN(const bool moved, ReclassifyAll(peers_, call_, call_.request_id));
  application_.mutable_parts(static_cast<int>(index))
      ->set_outcome(moved ? v1::PART_OUTCOME_CHANGED : v1::PART_OUTCOME_UNCHANGED);
  return Keep();
}

SaveOptions ProgramRun::OptionsFor(size_t index) const {
  SaveOptions options;
  options.reason = content_.request.reason();
  options.request_id = RequestId("save", index);
  std::vector<fact::v1::FactType> known = FactTypesOf(content_.request.program());
  known.insert(known.end(), content_.fact_types.begin(), content_.fact_types.end());
  options.fact_types = TypesReadBy(*parts_[index].content, known);
  options.resources = NamesOf(parts_);
  return options;
}

std::string ProgramRun::RequestId(absl::string_view step, size_t index) const {
  return absl::StrCat(contract::LastId(application_.name()), "-", step, "-", index);
}

bool ProgramRun::pending(size_t index) const {
  return application_.parts(static_cast<int>(index)).outcome() == v1::PART_OUTCOME_PENDING;
}

absl::Status ProgramRun::Keep() {
  // What has happened elsewhere is stored whether or not the time of the call is over.
  Call call = ServiceCall("gateway", call_.now);
  call.actor = call_.actor;
  return database_
      .Write(call,
             [&](storage::Writer& writer) -> absl::Status {
               BANSO_ASSIGN_OR_RETURN(application_,
                                      store_.applications.Update(writer, application_));
               return absl::OkStatus();
             })
      .status();
}

}  // namespace banso::gateway
