#include "services/health/api/foreign_fact_types.h"

#include <utility>

#include "absl/status/statusor.h"
#include "banso/fact/v1/fact.pb.h"
#include "common/contract/retry.h"
#include "common/status_macros.h"
#include "services/health/store/fact_catalog.h"

namespace banso::health {
namespace {

using fact::v1::ListFactTypesRequest;
using fact::v1::ListFactTypesResponse;

constexpr int kTypesPerPage = 1000;

absl::StatusOr<ListFactTypesResponse> ListAll(const Call& call, server::Peer& owner) {
  ListFactTypesResponse all;
  ListFactTypesRequest request;
  request.set_page_size(kTypesPerPage);
  do {
    BANSO_ASSIGN_OR_RETURN(const ListFactTypesResponse page,
                           (owner.Call<ListFactTypesRequest, ListFactTypesResponse>(
                               call, "banso.fact.v1.FactsService/ListFactTypes", request)));
    all.mutable_fact_types()->MergeFrom(page.fact_types());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

}  // namespace

absl::Status ForeignFactTypes::TakeOver(const Call& call) {
  for (size_t i = 0; i < owners_.size(); ++i) {
    if (call.is_cancelled()) break;
    const absl::StatusOr<ListFactTypesResponse> types = ListAll(call, *owners_[i]);
    if (contract::MayPass(types.status())) continue;
    BANSO_RETURN_IF_ERROR(types.status());
    std::string bytes = types->SerializeAsString();
    if (bytes == known_[i]) continue;
    const auto keep = [&](storage::Writer& writer) {
      return KeepFactTypes(writer, {types->fact_types().begin(), types->fact_types().end()});
    };
    BANSO_RETURN_IF_ERROR(database_.Write(call, keep).status());
    known_[i] = std::move(bytes);
  }
  return absl::OkStatus();
}

}  // namespace banso::health
