#ifndef BANSO_SERVICES_GATEWAY_DOMAIN_PROGRAM_PARTS_H_
#define BANSO_SERVICES_GATEWAY_DOMAIN_PROGRAM_PARTS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "banso/gateway/v1/program.pb.h"
#include "common/contract/errors.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

// A program as the list of parts that are applied one after the other.
namespace banso::gateway {

// How a part is applied.
enum class PartKind {
  // It is created or updated in place.
  kInPlace,
  // It has revisions; several of its kind are in force at a time.
  kRevisioned,
  // It has revisions, and one of its kind counts: the one that was activated last.
  kSoleRevisioned,
  // Every account is classified anew by the policy that came before.
  kReclassification,
};

// The name of the part that classifies every account anew.
inline constexpr char kAllAccounts[] = "accounts/-";

// One part of a program.
struct Part {
  PartKind kind = PartKind::kInPlace;
  // Where it stands in the request: `program.score_models[0]`.
  std::string path;
  // `scoreModels/onboarding`.
  std::string name;
  // The part's own message, within the program; null for kReclassification.
  const google::protobuf::Message* content = nullptr;
};

// The parts of `program`, each before those that may refer to it: attributes, what is measured,
// judged and asked, success, scores, stages and what is read of them, classification and
// acceptance, plans, criteria, handoffs, plays; then the classification of all accounts, if there
// is a policy; and last the signal rules, which act on customers as soon as they are in force. The
// same program has the same parts in the same order. Valid as long as `program`.
std::vector<Part> PartsOf(const v1::Program& program);

// The package of the service that keeps a part, such as `banso.health.v1`. Not for
// kReclassification.
std::string PackageOf(const Part& part);

// The revisioned kind of the resource that is named, with or without a revision
// (`scoreModels/onboarding@2`); null if there is none.
const google::protobuf::Descriptor* RevisionedKind(absl::string_view name);

// The revisioned kinds of which a program leaves others in force: all but those of which one counts
// and that it has.
std::vector<const google::protobuf::Descriptor*> KindsLeftAlone(const v1::Program& program);

// Checks what no service can see: that no part has a revision in its name, that no two have the
// same name, that metrics have names, and that no two rubrics judge the same item. All violations,
// with paths into the request.
absl::Status CheckProgram(const v1::Program& program);

// True when both messages say the same, apart from what the server sets (fields that are
// output-only, etags).
bool SameContent(const google::protobuf::Message& a, const google::protobuf::Message& b);

// Clears what the server sets, at any depth, and the etag: a program is applied whatever there was
// before.
void ClearComputed(google::protobuf::Message* message);

// Adds what `status`, an error of saving one part, says: fields of the request that begin with
// `field` (`score_model`) are told as fields below `path` (`program.score_models[0]`), the reason
// as itself, and everything else as `path`.
void AddPartViolations(const absl::Status& status, absl::string_view field, absl::string_view path,
                       contract::Violations* violations);

// True for an error that says that the same request will be refused again: the caller must change
// something. Others (a service that is away, a disk that takes no writes, a fault) may pass.
bool IsRefusal(const absl::Status& status);

}  // namespace banso::gateway

#endif  // BANSO_SERVICES_GATEWAY_DOMAIN_PROGRAM_PARTS_H_
