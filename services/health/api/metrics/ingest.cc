#include "services/health/api/metrics/ingest.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/contract/errors.h"
#include "common/contract/field_rules.h"
#include "common/rule/catalog.h"
#include "common/status_macros.h"
#include "services/health/api/metrics/metrics_api.h"
#include "services/health/store/evaluations.h"

namespace banso::health {
namespace {

using storage::Reader;
using storage::Writer;

constexpr int kMaxSamples = 10000;
constexpr int kMaxErrors = 1000;
// For how many unknown accounts of a message the nearest name is looked for.
constexpr int kMaxHints = 20;

constexpr char kReasonUnknownAccount[] = "UNKNOWN_ACCOUNT";

std::string DidYouMean(const std::optional<std::string>& name) {
  return name.has_value() ? absl::StrCat("; did you mean ", *name, "?") : "";
}

std::string ExternalKey(const v1::ExternalAccountId& id) {
  return absl::StrCat(id.system(), "/", id.id());
}

// The first violation as the fault of a sample.
SampleFault FaultOf(const absl::Status& status) {
  const std::vector<contract::FieldViolation> violations = contract::FieldViolations(status);
  if (violations.empty()) return {"", std::string(status.message()), contract::Reason(status)};
  return {violations.front().field, violations.front().description, violations.front().reason};
}

}  // namespace

struct IngestRun::Batch {
  explicit Batch(const Store& store) : writer(store.words) {}

  SampleWriter writer;
  v1::IngestSamplesResponse counts;
  // The index of the next sample in the stream.
  int64_t index = 0;
  // How many errors the answer still takes.
  int errors_left = 0;
  int hints_left = kMaxHints;
  // Found before in this message; null for what is not known.
  absl::flat_hash_map<std::string, std::optional<v1::Metric>> metrics;
  absl::flat_hash_map<std::string, std::optional<Account>> accounts;

  // The names of the accounts that samples were stored for, in order, each once.
  std::vector<absl::string_view> Touched() const;
};

std::vector<absl::string_view> IngestRun::Batch::Touched() const {
  std::vector<absl::string_view> names;
  for (const auto& [key, account] : accounts) {
    if (account.has_value() && account->touched) names.push_back(account->name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

absl::Status IngestRun::Add(const Call& call, v1::IngestSamplesRequest& message) {
  if (message.samples_size() > kMaxSamples) {
    return contract::InvalidField("samples", absl::StrCat(message.samples_size(), " samples"),
                                  absl::StrCat("at most ", kMaxSamples, " samples in a message"));
  }
  Batch batch(store_);
  batch.index = response_.received();
  batch.errors_left = kMaxErrors - response_.errors_size();
  BANSO_ASSIGN_OR_RETURN(
      const int64_t position, database_.Write(call, [&](Writer& writer) -> absl::Status {
        for (v1::Sample& sample : *message.mutable_samples()) {
          BANSO_RETURN_IF_ERROR(AddSample(writer, sample, batch));
        }
        BANSO_RETURN_IF_ERROR(batch.writer.Finish(writer));
        for (const absl::string_view account : batch.Touched()) {
          BANSO_RETURN_IF_ERROR(MarkDue(writer, account, "samples have come in"));
        }
        return absl::OkStatus();
      }));
  batch.writer.Committed();
  response_.set_received(response_.received() + message.samples_size());
  response_.set_stored(response_.stored() + batch.counts.stored());
  response_.set_duplicates(response_.duplicates() + batch.counts.duplicates());
  response_.set_rejected(response_.rejected() + batch.counts.rejected());
  response_.mutable_errors()->MergeFrom(batch.counts.errors());
  response_.set_position(position);
  return absl::OkStatus();
}

// Stores a sample or notes what is wrong with it.
absl::Status IngestRun::AddSample(Writer& writer, v1::Sample& sample, Batch& batch) {
  const int64_t index = batch.index++;
  const std::string id = sample.id();
  BANSO_ASSIGN_OR_RETURN(std::optional<SampleFault> fault, StoreSample(writer, sample, batch));
  if (!fault.has_value()) return absl::OkStatus();
  batch.counts.set_rejected(batch.counts.rejected() + 1);
  if (batch.counts.errors_size() >= batch.errors_left) return absl::OkStatus();
  v1::SampleError* error = batch.counts.add_errors();
  error->set_index(index);
  // What is not valid text could not be sent back.
  error->set_sample_id(fault->field == "id" ? contract::Quote(id) : id);
  error->set_field(std::move(fault->field));
  error->set_message(std::move(fault->message));
  error->set_reason(std::move(fault->reason));
  return absl::OkStatus();
}

absl::StatusOr<std::optional<SampleFault>> IngestRun::StoreSample(Writer& writer,
                                                                  v1::Sample& sample,
                                                                  Batch& batch) {
  const auto fault = [](SampleFault fault) { return std::optional<SampleFault>(std::move(fault)); };
  if (const absl::Status rules = contract::Check(&sample); !rules.ok()) {
    return fault(FaultOf(rules));
  }
  BANSO_ASSIGN_OR_RETURN(const v1::Metric* metric, FindMetric(writer, sample.metric(), batch));
  if (metric == nullptr) {
    BANSO_ASSIGN_OR_RETURN(SampleFault unknown, UnknownMetric(writer, sample.metric()));
    return fault(std::move(unknown));
  }
  if (std::optional<SampleFault> bad = CheckSample(sample, *metric, writer.now())) return bad;
  BANSO_ASSIGN_OR_RETURN(Account * account, FindAccount(writer, sample, batch));
  if (account == nullptr) {
    BANSO_ASSIGN_OR_RETURN(SampleFault unknown, UnknownAccount(writer, sample, batch));
    return fault(std::move(unknown));
  }
  BANSO_ASSIGN_OR_RETURN(const SampleOutcome outcome,
                         batch.writer.Add(writer, sample, account->name, account->zone));
  if (outcome == SampleOutcome::kIdTaken) {
    return fault({"id",
                  "another sample of the account and metric has it; an id of its own is "
                  "accepted, or the same content again",
                  "ID_TAKEN"});
  }
  if (outcome == SampleOutcome::kDuplicate) {
    batch.counts.set_duplicates(batch.counts.duplicates() + 1);
  } else {
    batch.counts.set_stored(batch.counts.stored() + 1);
    account->touched = true;
  }
  return std::optional<SampleFault>();
}

absl::StatusOr<const v1::Metric*> IngestRun::FindMetric(Reader& reader, const std::string& name,
                                                        Batch& batch) const {
  auto found = batch.metrics.find(name);
  if (found == batch.metrics.end()) {
    BANSO_ASSIGN_OR_RETURN(std::optional<v1::Metric> metric, store_.metrics.Find(reader, name));
    found = batch.metrics.emplace(name, std::move(metric)).first;
  }
  return found->second.has_value() ? &*found->second : nullptr;
}

absl::StatusOr<IngestRun::Account*> IngestRun::FindAccount(Reader& reader, const v1::Sample& sample,
                                                           Batch& batch) const {
  const std::string key =
      sample.has_external_id() ? ExternalKey(sample.external_id()) : sample.account();
  auto found = batch.accounts.find(key);
  if (found == batch.accounts.end()) {
    std::optional<std::string> name = sample.account();
    if (sample.has_external_id()) {
      BANSO_ASSIGN_OR_RETURN(name,
                             store_.accounts.FindByExternalId(reader, sample.external_id().system(),
                                                              sample.external_id().id()));
    }
    std::optional<Account> account;
    if (name.has_value()) {
      BANSO_ASSIGN_OR_RETURN(auto known, store_.accounts.Find(reader, *name));
      if (known.has_value() && known->merged) {
        BANSO_ASSIGN_OR_RETURN(name, store_.accounts.KeptAccount(reader, *name));
        BANSO_ASSIGN_OR_RETURN(known, store_.accounts.Find(reader, *name));
      }
      if (known.has_value()) {
        account = Account{.name = *name, .zone = calendar::ZoneOrUtc(known->zone)};
      }
    }
    found = batch.accounts.emplace(key, std::move(account)).first;
  }
  return found->second.has_value() ? &*found->second : nullptr;
}

absl::StatusOr<SampleFault> IngestRun::UnknownMetric(Reader& reader,
                                                     const std::string& name) const {
  std::vector<std::string> names;
  BANSO_RETURN_IF_ERROR(store_.metrics.ForEach(reader, "", {}, [&](v1::Metric& metric) {
    names.push_back(metric.name());
    return absl::OkStatus();
  }));
  return SampleFault{"metric",
                     absl::StrCat("there is no metric ", contract::Quote(name),
                                  DidYouMean(rule::NearestWord(name, names))),
                     "UNKNOWN_METRIC"};
}

absl::StatusOr<SampleFault> IngestRun::UnknownAccount(Reader& reader, const v1::Sample& sample,
                                                      Batch& batch) const {
  if (sample.has_external_id()) {
    return SampleFault{
        "external_id",
        absl::StrCat("no account has the id ", contract::Quote(sample.external_id().id()), " in ",
                     sample.external_id().system()),
        kReasonUnknownAccount};
  }
  std::optional<std::string> nearest;
  if (batch.hints_left > 0) {
    --batch.hints_left;
    BANSO_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                           store_.accounts.NamesLike(reader, sample.account()));
    nearest = rule::NearestWord(sample.account(), names);
  }
  return SampleFault{
      "account",
      absl::StrCat("there is no account ", contract::Quote(sample.account()), DidYouMean(nearest)),
      kReasonUnknownAccount};
}

absl::StatusOr<v1::IngestSamplesResponse> MetricsApi::IngestSamples(
    const Call& call, server::Source<v1::IngestSamplesRequest>& source) {
  IngestRun run(database_, store_);
  v1::IngestSamplesRequest message;
  while (true) {
    BANSO_ASSIGN_OR_RETURN(const bool more, source.Read(&message));
    if (!more) return run.response();
    BANSO_RETURN_IF_ERROR(run.Add(call, message));
  }
}

}  // namespace banso::health
