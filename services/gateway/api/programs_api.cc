#include "services/gateway/api/programs_api.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/contract/fingerprint.h"
#include "common/rule/catalog.h"
#include "common/server/log.h"
#include "common/server/remote_facts.h"
#include "common/status_macros.h"
#include "services/gateway/api/part_client.h"
#include "services/gateway/api/program_run.h"
#include "services/gateway/domain/program_facts.h"
#include "services/gateway/domain/program_parts.h"

namespace banso::gateway {

using storage::Reader;
using storage::Writer;
using v1::ProgramApplication;

namespace {

constexpr char kPrefix[] = "programApplications/";
constexpr char kAnyProgram[] = "programs/-";
constexpr char kHealthPackage[] = "banso.health.v1";
// As many fact types as a Save request takes.
constexpr size_t kMaxFactTypes = 500;

// The same request id always means the same application.
std::string ApplicationId(const std::string& request_id, contract::IdSource& ids) {
  if (request_id.empty()) return ids.New();
  return absl::StrCat("r", absl::BytesToHexString(contract::Hash(request_id, 16)));
}

std::string FingerprintOf(const v1::ApplyProgramRequest& request) {
  return contract::Fingerprint(request, {"request_id"});
}

// The types of the facts of other services than health that rules of health read: it does not know
// them by itself.
absl::StatusOr<std::vector<fact::v1::FactType>> ForeignTypes(server::Peers& peers, const Call& call,
                                                             const std::vector<Part>& parts) {
  std::set<std::string> services;
  for (const Part& part : parts) {
    if (part.content == nullptr || PackageOf(part) != kHealthPackage) continue;
    for (const std::string& fact : ReferencedFacts(*part.content)) {
      const std::string service(server::ServiceOfFact(fact));
      if (!service.empty() && service != "health") services.insert(service);
    }
  }
  if (services.empty()) return std::vector<fact::v1::FactType>();
  BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog catalog,
                         server::FetchCatalog(peers, call, {services.begin(), services.end()}));
  std::vector<fact::v1::FactType> types;
  for (const fact::v1::FactType* type : catalog.List()) types.push_back(*type);
  return types;
}

// All that a part may need to be checked: what its rules read first, then the others, so that a
// misspelt name is answered with the nearest one.
std::vector<fact::v1::FactType> TypesForCheck(const Part& part,
                                              const std::vector<fact::v1::FactType>& known) {
  const std::set<std::string> facts = ReferencedFacts(*part.content);
  std::vector<fact::v1::FactType> types = known;
  std::stable_partition(types.begin(), types.end(), [&](const fact::v1::FactType& type) {
    return facts.count(type.name()) > 0;
  });
  if (types.size() > kMaxFactTypes) types.resize(kMaxFactTypes);
  return types;
}

// Has the services check every part.
absl::Status CheckParts(server::Peers& peers, const Call& call, const std::vector<Part>& parts,
                        const std::string& reason, const std::vector<fact::v1::FactType>& known) {
  contract::Violations violations;
  for (const Part& part : parts) {
    if (part.content == nullptr) continue;
    const SaveOptions options{.reason = reason,
                              .request_id = "",
                              .fact_types = TypesForCheck(part, known),
                              .resources = NamesOf(parts)};
    BANSO_RETURN_IF_ERROR(MakePartClient(peers, part)->Check(call, options, &violations));
  }
  return violations.ToStatus();
}

absl::Status AddPart(server::Peers& peers, const Call& call, const Part& part,
                     ProgramApplication* application) {
  Standing standing;
  if (part.kind == PartKind::kReclassification) {
    standing.in_force = part.name;
    // Accounts that change are classified then; all of them only when the policy is another.
    standing.same =
        std::any_of(application->parts().begin(), application->parts().end(),
                    [](const v1::AppliedPart& earlier) {
                      return absl::StartsWith(earlier.name(), "classificationPolicies/") &&
                             earlier.outcome() == v1::PART_OUTCOME_UNCHANGED;
                    });
  } else {
    BANSO_ASSIGN_OR_RETURN(standing, MakePartClient(peers, part)->Look(call));
  }
  v1::AppliedPart* applied = application->add_parts();
  applied->set_name(part.name);
  applied->set_outcome(standing.same ? v1::PART_OUTCOME_UNCHANGED : v1::PART_OUTCOME_PENDING);
  applied->set_previous(standing.in_force);
  return absl::OkStatus();
}

absl::Status Refused(const ProgramApplication& application) {
  return contract::FailedPrecondition(
      kReasonProgramRefused, application.name(),
      absl::StrCat("a part was refused although it had passed the checks: ", application.error()),
      "The parts before it are in force. Correct the program and apply it again");
}

}  // namespace

class ProgramsApi::Turn {
 public:
  // Waits for the turn until `deadline`; has_it() tells whether it came.
  Turn(ProgramsApi& api, absl::Time deadline) : api_(api) {
    absl::MutexLock lock(&api.mutex_);
    const auto free = [&api]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(api.mutex_) { return !api.busy_; };
    has_it_ = api.mutex_.AwaitWithDeadline(absl::Condition(&free), deadline);
    if (has_it_) api.busy_ = true;
  }
  ~Turn() {
    if (!has_it_) return;
    absl::MutexLock lock(&api_.mutex_);
    api_.busy_ = false;
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  bool has_it() const { return has_it_; }

 private:
  ProgramsApi& api_;
  bool has_it_ = false;
};

absl::StatusOr<ProgramApplication> ProgramsApi::ApplyProgram(
    const Call& call, const v1::ApplyProgramRequest& request) {
  BANSO_RETURN_IF_ERROR(CheckProgram(request.program()));
  if (request.validate_only()) {
    ApplicationContent content;
    BANSO_ASSIGN_OR_RETURN(ProgramApplication application, Prepare(call, request, &content));
    application.set_state(v1::APPLICATION_STATE_VALIDATED);
    return application;
  }
  const Turn turn(*this, call.deadline);
  if (!turn.has_it()) {
    return contract::DeadlineExceeded("another application is still running; nothing was applied");
  }
  return ApplyInTurn(call, request);
}

absl::StatusOr<ProgramApplication> ProgramsApi::ApplyInTurn(
    const Call& call, const v1::ApplyProgramRequest& request) {
  const std::string name = absl::StrCat(kPrefix, ApplicationId(request.request_id(), ids_));
  BANSO_ASSIGN_OR_RETURN(
      std::optional<ProgramApplication> earlier,
      storage::Fetch<std::optional<ProgramApplication>>(
          database_, [&](Reader& reader) { return store_.applications.Find(reader, name); }));
  if (earlier.has_value()) {
    BANSO_ASSIGN_OR_RETURN(const ApplicationContent content,
                           storage::Fetch<ApplicationContent>(database_, [&](Reader& reader) {
                             return store_.GetContent(reader, name);
                           }));
    if (FingerprintOf(content.request) != FingerprintOf(request)) {
      return contract::RequestIdReused(request.request_id());
    }
    return Finish(call, *std::move(earlier));
  }
  // One that was interrupted must come to its end first, or the two would mix.
  BANSO_RETURN_IF_ERROR(RollForwardInTurn(call));
  ApplicationContent content;
  BANSO_ASSIGN_OR_RETURN(ProgramApplication application, Prepare(call, request, &content));
  application.set_name(name);
  application.set_state(v1::APPLICATION_STATE_RUNNING);
  BANSO_RETURN_IF_ERROR(database_
                            .Write(call,
                                   [&](Writer& writer) -> absl::Status {
                                     BANSO_ASSIGN_OR_RETURN(
                                         application,
                                         store_.CreateApplication(writer, application, content));
                                     return absl::OkStatus();
                                   })
                            .status());
  return Finish(call, std::move(application));
}

absl::StatusOr<ProgramApplication> ProgramsApi::Prepare(const Call& call,
                                                        const v1::ApplyProgramRequest& request,
                                                        ApplicationContent* content) {
  const std::vector<Part> parts = PartsOf(request.program());
  BANSO_ASSIGN_OR_RETURN(const std::vector<fact::v1::FactType> foreign,
                         ForeignTypes(peers_, call, parts));
  std::vector<fact::v1::FactType> known = FactTypesOf(request.program());
  known.insert(known.end(), foreign.begin(), foreign.end());
  BANSO_RETURN_IF_ERROR(CheckParts(peers_, call, parts, request.reason(), known));

  ProgramApplication application;
  application.set_program(request.program().name());
  application.set_reason(request.reason());
  application.set_actor(call.actor);
  for (const Part& part : parts) {
    BANSO_RETURN_IF_ERROR(AddPart(peers_, call, part, &application));
  }
  const std::vector<std::string> names = NamesOf(parts);
  BANSO_ASSIGN_OR_RETURN(
      const std::vector<std::string> others,
      OthersInForce(peers_, call, KindsLeftAlone(request.program()), {names.begin(), names.end()}));
  application.mutable_others_in_force()->Assign(others.begin(), others.end());
  *application.mutable_content() = request.program();
  content->request = request;
  content->fact_types = TypesReadBy(request.program(), foreign);
  return application;
}

absl::StatusOr<ProgramApplication> ProgramsApi::Finish(const Call& call,
                                                       ProgramApplication application) {
  BANSO_ASSIGN_OR_RETURN(const ApplicationContent content,
                         storage::Fetch<ApplicationContent>(database_, [&](Reader& reader) {
                           return store_.GetContent(reader, application.name());
                         }));
  if (application.state() == v1::APPLICATION_STATE_RUNNING) {
    ProgramRun run(database_, store_, peers_, call, content, std::move(application));
    const absl::Status status = run.Run();
    application = run.application();
    if (absl::IsInvalidArgument(status)) return status;
    if (application.state() == v1::APPLICATION_STATE_RUNNING) {
      server::Log(server::LogLevel::kWarning, "an application was interrupted",
                  {{"application", application.name()},
                   {"code", absl::StatusCodeToString(status.code())},
                   {"error", status.message()}});
    }
  }
  if (application.state() == v1::APPLICATION_STATE_REFUSED) return Refused(application);
  *application.mutable_content() = content.request.program();
  return application;
}

absl::Status ProgramsApi::RollForward(const Call& call) {
  const Turn turn(*this, absl::InfinitePast());
  return turn.has_it() ? RollForwardInTurn(call) : absl::OkStatus();
}

absl::Status ProgramsApi::RollForwardInTurn(const Call& call) {
  BANSO_ASSIGN_OR_RETURN(
      std::vector<ProgramApplication> running,
      storage::Fetch<std::vector<ProgramApplication>>(
          database_, [&](Reader& reader) { return store_.RunningApplications(reader); }));
  for (ProgramApplication& application : running) {
    const absl::StatusOr<ProgramApplication> finished = Finish(call, std::move(application));
    if (!finished.ok()) {
      // Refused: it is over, and the next one may come.
      if (IsRefusal(finished.status())) continue;
      return finished.status();
    }
    if (finished->state() == v1::APPLICATION_STATE_RUNNING) {
      return contract::Unavailable(
          absl::StrCat(finished->name(),
                       " was interrupted and cannot go on: a service does not answer"),
          absl::Seconds(1));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<ProgramApplication> ProgramsApi::GetProgramApplication(
    const Call& /*call*/, const v1::GetProgramApplicationRequest& request) {
  return storage::Fetch<ProgramApplication>(
      database_, [&](Reader& reader) -> absl::StatusOr<ProgramApplication> {
        ProgramApplication application;
        if (absl::StartsWith(request.name(), kPrefix)) {
          BANSO_ASSIGN_OR_RETURN(application, store_.applications.Get(reader, request.name()));
        } else {
          BANSO_ASSIGN_OR_RETURN(std::optional<ProgramApplication> latest,
                                 store_.LatestApplication(
                                     reader, request.name() == kAnyProgram ? "" : request.name()));
          if (!latest.has_value()) return contract::NotFound(request.name());
          application = *std::move(latest);
        }
        BANSO_ASSIGN_OR_RETURN(const ApplicationContent content,
                               store_.GetContent(reader, application.name()));
        *application.mutable_content() = content.request.program();
        return application;
      });
}

absl::StatusOr<v1::ListProgramApplicationsResponse> ProgramsApi::ListProgramApplications(
    const Call& /*call*/, const v1::ListProgramApplicationsRequest& request) {
  storage::ListQuery query;
  query.page_size = request.page_size();
  query.page_token = request.page_token();
  query.order_by = "create_time desc";
  return storage::Fetch<v1::ListProgramApplicationsResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::ListProgramApplicationsResponse> {
        BANSO_ASSIGN_OR_RETURN(const storage::Page<ProgramApplication> page,
                               store_.applications.List(reader, query));
        v1::ListProgramApplicationsResponse response;
        response.mutable_program_applications()->Assign(page.items.begin(), page.items.end());
        response.set_next_page_token(page.next_page_token);
        return response;
      });
}

}  // namespace banso::gateway
