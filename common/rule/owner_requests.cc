#include "common/rule/owner_requests.h"

#include <map>
#include <utility>

#include "common/calendar/proto_time.h"

namespace banso::rule {
namespace {

// What FactsService takes in one call.
constexpr int kMaxQueries = 200;

}  // namespace

std::string OwnerOf(absl::string_view fact) { return std::string(fact.substr(0, fact.find('.'))); }

std::vector<OwnerRequest> RequestsByOwner(absl::Span<const FactRead> reads, const Moment& moment) {
  std::map<std::pair<std::string, std::string>, std::vector<size_t>> groups;
  for (size_t i = 0; i < reads.size(); ++i) {
    groups[{OwnerOf(reads[i].query.fact()), reads[i].subject}].push_back(i);
  }
  std::vector<OwnerRequest> requests;
  for (const auto& [owner_and_subject, indices] : groups) {
    for (const size_t index : indices) {
      const bool same = !requests.empty() && requests.back().owner == owner_and_subject.first &&
                        requests.back().request.subjects(0) == owner_and_subject.second;
      if (!same || requests.back().request.queries_size() == kMaxQueries) {
        OwnerRequest& added = requests.emplace_back();
        added.owner = owner_and_subject.first;
        added.request.add_subjects(owner_and_subject.second);
        *added.request.mutable_as_of() = calendar::ToTimestamp(moment.as_of);
        if (moment.known_at.has_value()) {
          *added.request.mutable_known_at() = calendar::ToTimestamp(*moment.known_at);
        }
      }
      *requests.back().request.add_queries() = reads[index].query;
      requests.back().indices.push_back(index);
    }
  }
  return requests;
}

}  // namespace banso::rule
