#include "common/server/facts_service.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/contract/errors.h"
#include "common/contract/page_token.h"
#include "common/server/batched_feed.h"
#include "common/status_macros.h"

namespace banso::server {
namespace {

using fact::v1::FactReading;
using fact::v1::FactType;
using fact::v1::GetFactsRequest;
using fact::v1::GetFactsResponse;
using fact::v1::ListFactTypesRequest;
using fact::v1::ListFactTypesResponse;
using fact::v1::SubjectKind;
using fact::v1::WatchFactsRequest;
using fact::v1::WatchFactsResponse;

constexpr int kDefaultPageSize = 100;
constexpr int kMaxPageSize = 1000;

class FactLogFeed : public BatchedFeed<WatchFactsResponse> {
 public:
  explicit FactLogFeed(std::unique_ptr<storage::FactFeed> feed) : feed_(std::move(feed)) {}

  void NotifyWhenReady(std::function<void()> ready) override { feed_->WhenMore(std::move(ready)); }

  bool Idle(WatchFactsResponse* message) override {
    *message = feed_->Bookmark();
    return true;
  }

 protected:
  absl::StatusOr<std::vector<WatchFactsResponse>> Poll() override { return feed_->Poll(); }

 private:
  const std::unique_ptr<storage::FactFeed> feed_;
};

SubjectKind KindOf(absl::string_view subject) {
  const std::vector<absl::string_view> parts = absl::StrSplit(subject, '/');
  if (parts.size() != 2 && parts.size() != 4) return fact::v1::SUBJECT_KIND_UNSPECIFIED;
  if (parts[0] != "accounts") return fact::v1::SUBJECT_KIND_UNSPECIFIED;
  if (parts.size() == 2) return fact::v1::SUBJECT_KIND_ACCOUNT;
  if (parts[2] == "onboardings") return fact::v1::SUBJECT_KIND_ONBOARDING;
  if (parts[2] == "sites") return fact::v1::SUBJECT_KIND_SITE;
  if (parts[2] == "stakeholders") return fact::v1::SUBJECT_KIND_STAKEHOLDER;
  return fact::v1::SUBJECT_KIND_UNSPECIFIED;
}

// Null when the service does not own it.
const FactType* FindType(const std::vector<FactType>& types, absl::string_view name) {
  const auto it = std::lower_bound(
      types.begin(), types.end(), name,
      [](const FactType& type, absl::string_view wanted) { return type.name() < wanted; });
  return it != types.end() && it->name() == name ? &*it : nullptr;
}

// One call of GetFacts.
class FactsQuestion {
 public:
  FactsQuestion(const FactsServiceOptions& options, const GetFactsRequest& request, absl::Time now)
      : options_(options), request_(request), now_(now) {}

  absl::StatusOr<GetFactsResponse> Answer(storage::Reader& reader) {
    BANSO_ASSIGN_OR_RETURN(types_, options_.types(reader));
    BANSO_RETURN_IF_ERROR(SortQueries());
    GetFactsResponse own;
    if (own_.queries_size() > 0) {
      BANSO_ASSIGN_OR_RETURN(own, options_.log->Read(reader, own_, now_));
    }
    std::vector<FactReading> provided;
    if (provided_.queries_size() > 0) {
      BANSO_ASSIGN_OR_RETURN(provided, options_.provider->Read(reader, provided_, now_));
    }
    GetFactsResponse response;
    BANSO_ASSIGN_OR_RETURN(const int64_t position, reader.Position());
    response.set_position(position);
    BANSO_RETURN_IF_ERROR(Merge(own, provided, &response));
    return response;
  }

 private:
  // Divides the queries between the log and the provider.
  absl::Status SortQueries() {
    own_ = request_;
    own_.clear_queries();
    provided_ = own_;
    contract::Violations violations;
    for (int i = 0; i < request_.queries_size(); ++i) {
      const fact::v1::FactQuery& query = request_.queries(i);
      const FactType* type = FindType(*types_, query.fact());
      SubjectKind kind = fact::v1::SUBJECT_KIND_UNSPECIFIED;
      if (type != nullptr) {
        kind = type->subject();
      } else if (options_.undeclared) {
        kind = options_.undeclared(query.fact());
      }
      if (kind == fact::v1::SUBJECT_KIND_UNSPECIFIED) {
        violations.Add(absl::StrCat("queries[", i, "].fact"), query.fact(),
                       "a fact that this service owns; see ListFactTypes", "NOT_OWNED");
        continue;
      }
      const bool from_provider =
          options_.provider != nullptr && options_.provider->Owns(query.fact());
      *(from_provider ? provided_ : own_).add_queries() = query;
      from_provider_.push_back(from_provider);
      kinds_.push_back(kind);
    }
    return violations.ToStatus();
  }

  absl::Status Merge(GetFactsResponse& own, std::vector<FactReading>& provided,
                     GetFactsResponse* response) const {
    const size_t subjects = request_.subjects_size();
    if (static_cast<size_t>(own.readings_size()) != subjects * own_.queries_size() ||
        provided.size() != subjects * provided_.queries_size()) {
      return contract::Internal("a source of facts did not answer every question");
    }
    int own_index = 0;
    size_t provided_index = 0;
    for (const std::string& subject : request_.subjects()) {
      const SubjectKind kind = KindOf(subject);
      for (size_t i = 0; i < kinds_.size(); ++i) {
        FactReading* reading = response->add_readings();
        *reading = std::move(from_provider_[i] ? provided[provided_index++]
                                               : *own.mutable_readings(own_index++));
        if (kind == kinds_[i]) continue;
        reading->Clear();
        reading->set_subject(subject);
        reading->set_fact(request_.queries(static_cast<int>(i)).fact());
        reading->set_unknown(fact::v1::UNKNOWN_REASON_OTHER_SUBJECT);
      }
    }
    return absl::OkStatus();
  }

  const FactsServiceOptions& options_;
  const GetFactsRequest& request_;
  const absl::Time now_;
  FactTypes types_;
  GetFactsRequest own_;
  GetFactsRequest provided_;
  // For each query: who answers it, and what it is about.
  std::vector<bool> from_provider_;
  std::vector<SubjectKind> kinds_;
};

absl::StatusOr<GetFactsResponse> GetFacts(const FactsServiceOptions& options, const Call& call,
                                          const GetFactsRequest& request) {
  if (request.min_position() > 0) {
    BANSO_RETURN_IF_ERROR(options.database->WaitForPosition(request.min_position(), call.deadline));
  }
  return storage::Fetch<GetFactsResponse>(*options.database, [&](storage::Reader& reader) {
    return FactsQuestion(options, request, call.now).Answer(reader);
  });
}

absl::StatusOr<ListFactTypesResponse> ListFactTypes(const FactsServiceOptions& options,
                                                    const ListFactTypesRequest& request) {
  return storage::Fetch<ListFactTypesResponse>(
      *options.database, [&](storage::Reader& reader) -> absl::StatusOr<ListFactTypesResponse> {
        BANSO_ASSIGN_OR_RETURN(const FactTypes types, options.types(reader));
        const contract::TokenScope scope{.store_epoch = reader.epoch(),
                                         .query = contract::QueryKey("ListFactTypes", request)};
        std::string after;
        if (!request.page_token().empty()) {
          BANSO_ASSIGN_OR_RETURN(after, contract::DecodePageToken(scope, request.page_token()));
        }
        const int page_size = request.page_size() == 0
                                  ? kDefaultPageSize
                                  : std::min(request.page_size(), kMaxPageSize);
        ListFactTypesResponse response;
        for (const FactType& type : *types) {
          if (type.name() <= after) continue;
          if (response.fact_types_size() == page_size) {
            response.set_next_page_token(
                contract::EncodePageToken(scope, response.fact_types(page_size - 1).name()));
            break;
          }
          *response.add_fact_types() = type;
        }
        return response;
      });
}

}  // namespace

std::function<absl::StatusOr<FactTypes>(storage::Reader&)> FixedFactTypes(
    std::vector<FactType> types) {
  std::sort(types.begin(), types.end(),
            [](const FactType& a, const FactType& b) { return a.name() < b.name(); });
  const auto kept = std::make_shared<const std::vector<FactType>>(std::move(types));
  return [kept](storage::Reader&) { return kept; };
}

absl::StatusOr<std::unique_ptr<Feed<WatchFactsResponse>>> WatchFactLog(
    storage::Database& database, const storage::FactLog& log, const WatchFactsRequest& request) {
  BANSO_ASSIGN_OR_RETURN(std::unique_ptr<storage::FactFeed> feed,
                         storage::FactFeed::Open(database, log, request));
  return std::make_unique<FactLogFeed>(std::move(feed));
}

Router FactsRouter(FactsServiceOptions options) {
  if (!options.watch) {
    options.watch = [database = options.database, log = options.log](
                        const Call&, const WatchFactsRequest& request) {
      return WatchFactLog(*database, *log, request);
    };
  }
  const auto kept = std::make_shared<const FactsServiceOptions>(std::move(options));
  Router router("banso.fact.v1.FactsService");
  router.Unary<GetFactsRequest, GetFactsResponse>(
      "GetFacts",
      [kept](const Call& call, const GetFactsRequest& request) {
        return GetFacts(*kept, call, request);
      },
      {.lane = Lane::kFacts});
  router.Unary<ListFactTypesRequest, ListFactTypesResponse>(
      "ListFactTypes",
      [kept](const Call&, const ListFactTypesRequest& request) {
        return ListFactTypes(*kept, request);
      },
      {.lane = Lane::kFacts});
  router.Watch<WatchFactsRequest, WatchFactsResponse>("WatchFacts", kept->watch);
  return router;
}

}  // namespace banso::server
