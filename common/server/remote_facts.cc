#include "common/server/remote_facts.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "banso/fact/v1/fact.pb.h"
#include "common/contract/errors.h"
#include "common/rule/owner_requests.h"
#include "common/status_macros.h"

namespace banso::server {
namespace {

using fact::v1::FactReading;
using fact::v1::GetFactsRequest;
using fact::v1::GetFactsResponse;

constexpr std::pair<absl::string_view, absl::string_view> kOwners[] = {
    {"account", "accounts"},   {"metric", "health"}, {"assessment", "health"},
    {"score", "health"},       {"stage", "health"},  {"success", "health"},
    {"survey", "health"},      {"plan", "kickoff"},  {"handoff", "handoff"},
    {"completion", "handoff"},
};

// A question to one service that is under way.
struct Asked {
  std::string service;
  const rule::OwnerRequest* request;
  PendingReply<GetFactsResponse> reply;
};

absl::StatusOr<GetFactsResponse> Await(Asked& asked) {
  absl::StatusOr<GetFactsResponse> answer = asked.reply.Await();
  if (answer.ok() &&
      static_cast<size_t>(answer->readings_size()) != asked.request->indices.size()) {
    return contract::Internal(absl::StrCat(asked.service, " gave ", answer->readings_size(),
                                           " readings to ", asked.request->indices.size(),
                                           " queries"));
  }
  return answer;
}

}  // namespace

absl::string_view ServiceOfFact(absl::string_view fact) {
  const std::string prefix = rule::OwnerOf(fact);
  for (const auto& [word, service] : kOwners) {
    if (prefix == word) return service;
  }
  return "";
}

absl::StatusOr<std::vector<FactReading>> RemoteFactReader::Read(
    absl::Span<const rule::FactRead> reads, const rule::Moment& moment) {
  std::vector<FactReading> readings(reads.size());
  for (size_t i = 0; i < reads.size(); ++i) {
    readings[i].set_subject(reads[i].subject);
    readings[i].set_fact(reads[i].query.fact());
    readings[i].set_unknown(fact::v1::UNKNOWN_REASON_SOURCE_SILENT);
  }
  const std::vector<rule::OwnerRequest> requests = rule::RequestsByOwner(reads, moment);
  std::vector<Asked> asked;
  for (const rule::OwnerRequest& request : requests) {
    const std::string service(ServiceOfFact(request.owner));
    Peer* peer = peers_.Find(service);
    if (peer == nullptr) continue;
    asked.push_back({service, &request,
                     peer->Start<GetFactsRequest, GetFactsResponse>(
                         call_, "banso.fact.v1.FactsService/GetFacts", request.request)});
  }
  for (Asked& question : asked) {
    absl::StatusOr<GetFactsResponse> answer = Await(question);
    if (!answer.ok()) {
      missing_.insert_or_assign(question.service, answer.status());
      continue;
    }
    for (size_t i = 0; i < question.request->indices.size(); ++i) {
      readings[question.request->indices[i]] =
          std::move(*answer->mutable_readings(static_cast<int>(i)));
    }
  }
  return readings;
}

absl::StatusOr<rule::FactCatalog> FetchCatalog(Peers& peers, const Call& call,
                                               const std::vector<std::string>& services) {
  rule::FactCatalog catalog;
  for (const std::string& service : services) {
    Peer* peer = peers.Find(service);
    if (peer == nullptr) return contract::Internal(absl::StrCat("no peer named ", service));
    fact::v1::ListFactTypesRequest request;
    request.set_page_size(1000);
    do {
      BANSO_ASSIGN_OR_RETURN(
          fact::v1::ListFactTypesResponse page,
          (peer->Call<fact::v1::ListFactTypesRequest, fact::v1::ListFactTypesResponse>(
              call, "banso.fact.v1.FactsService/ListFactTypes", request)));
      for (fact::v1::FactType& type : *page.mutable_fact_types()) catalog.Add(std::move(type));
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
  }
  return catalog;
}

}  // namespace banso::server
