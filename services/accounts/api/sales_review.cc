#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/voice_api.h"
#include "services/accounts/domain/churn.h"
#include "services/accounts/domain/voice.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::Account;
using v1::Deal;
using v1::Voice;

namespace {

constexpr char kReasonByPersonOff[] = "BY_PERSON_OFF";

absl::StatusOr<std::map<std::string, std::vector<Voice>>> VoicesByDeal(Reader& reader,
                                                                       const Store& store) {
  std::map<std::string, std::vector<Voice>> voices;
  BANSO_RETURN_IF_ERROR(
      store.intake.voices.ForEach(reader, "", {storage::NotEqual("deal", "")}, [&](Voice& voice) {
        std::string deal = voice.deal();
        voices[std::move(deal)].push_back(std::move(voice));
        return absl::OkStatus();
      }));
  return voices;
}

// The policy in force, if it lets sales be summed up by person.
absl::StatusOr<v1::AcceptancePolicy> PolicyByPerson(Reader& reader, const Store& store,
                                                    absl::Time now) {
  BANSO_ASSIGN_OR_RETURN(auto policy, store.intake.ActivePolicy(reader, now));
  if (policy.has_value() && policy->by_person()) return *std::move(policy);
  return contract::FailedPrecondition(
      kReasonByPersonOff, policy.has_value() ? policy->name() : "acceptancePolicies",
      "no acceptance policy in force lets sales be summed up by person",
      "Use SummarizeSales, or agree on by_person in the acceptance policy");
}

}  // namespace

absl::Status VoiceApi::ForEachSold(Reader& reader, const v1::Month& from, const v1::Month& to,
                                   absl::FunctionRef<void(const SoldDeal&)> visit) const {
  BANSO_ASSIGN_OR_RETURN(auto voices, VoicesByDeal(reader, store_));
  std::vector<Deal> won;
  BANSO_RETURN_IF_ERROR(store_.deals.ForEach(
      reader, "", {storage::Equal("stage", v1::DEAL_STAGE_WON)}, [&](Deal& deal) {
        const absl::CivilMonth month = MonthOf(deal.close_date());
        if (month >= MonthOf(from) && month <= MonthOf(to)) won.push_back(std::move(deal));
        return absl::OkStatus();
      }));
  for (Deal& deal : won) {
    SoldDeal sold;
    BANSO_ASSIGN_OR_RETURN(
        sold.account, store_.accounts.Get(reader, contract::Ancestor(deal.name(), "accounts")));
    BANSO_ASSIGN_OR_RETURN(const auto answer, store_.intake.AnswerFor(reader, deal.name()));
    if (answer.has_value()) sold.verdict = answer->verdict();
    const auto said = voices.find(deal.name());
    if (said != voices.end()) sold.voices = std::move(said->second);
    sold.deal = std::move(deal);
    visit(sold);
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::SummarizeSalesResponse> VoiceApi::SummarizeSales(
    const Call& /*call*/, const v1::SummarizeSalesRequest& request) {
  using Response = v1::SummarizeSalesResponse;
  contract::Violations violations;
  CheckMonths(request.from(), request.to(), &violations);
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  return storage::Fetch<Response>(database_, [&](Reader& reader) -> absl::StatusOr<Response> {
    SalesSummary summary;
    BANSO_RETURN_IF_ERROR(ForEachSold(
        reader, request.from(), request.to(),
        [&](const SoldDeal& sold) { summary.Add(ValuesOf(sold, request.dimension()), sold); }));
    return summary.Result();
  });
}

absl::StatusOr<v1::SummarizeSalesResponse> VoiceApi::SummarizeSalesByPerson(
    const Call& call, const v1::SummarizeSalesByPersonRequest& request) {
  using Response = v1::SummarizeSalesResponse;
  contract::Violations violations;
  CheckMonths(request.from(), request.to(), &violations);
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  return storage::Mutate<Response>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Response> {
        BANSO_ASSIGN_OR_RETURN(const v1::AcceptancePolicy policy,
                               PolicyByPerson(writer, store_, writer.now()));
        SalesSummary summary;
        BANSO_RETURN_IF_ERROR(ForEachSold(
            writer, request.from(), request.to(),
            [&](const SoldDeal& sold) { summary.Add({sold.deal.sales_owner()}, sold); }));
        Response response = summary.Result();
        v1::SalesSummaryAccess access;
        access.set_name(contract::Join("", "salesSummaryAccesses", contract::IdOrNew("", ids_)));
        access.set_actor(writer.call().actor);
        access.set_purpose(request.purpose());
        *access.mutable_from() = request.from();
        *access.mutable_to() = request.to();
        access.set_policy(contract::JoinRevision(policy.name(), policy.revision().number()));
        for (const v1::SalesRow& row : response.rows()) {
          if (!row.value().empty()) access.add_members(row.value());
        }
        BANSO_RETURN_IF_ERROR(store_.intake.accesses.Create(writer, std::move(access)).status());
        return response;
      });
}

absl::StatusOr<v1::ListSalesSummaryAccessesResponse> VoiceApi::ListSalesSummaryAccesses(
    const Call& /*call*/, const v1::ListSalesSummaryAccessesRequest& request) {
  return storage::ListPage(database_, store_.intake.accesses, storage::QueryOf(request),
                           &v1::ListSalesSummaryAccessesResponse::mutable_sales_summary_accesses);
}

absl::StatusOr<v1::LostCustomer> VoiceApi::Trace(Reader& reader, const Account& account,
                                                 const v1::Churn& churn) const {
  v1::LostCustomer lost;
  lost.set_account(account.name());
  lost.set_display_name(account.display_name());
  *lost.mutable_churn() = churn;
  BANSO_ASSIGN_OR_RETURN(std::vector<Deal> deals, store_.deals.All(reader, account.name()));
  std::erase_if(deals, [&](const Deal& deal) { return !WonBeforeReturn(account, deal, churn); });
  std::optional<Deal> deal = LastWon(deals);
  BANSO_ASSIGN_OR_RETURN(const std::vector<Voice> voices,
                         store_.intake.voices.All(reader, account.name()));
  for (const Voice& voice : voices) {
    if (deal.has_value() && voice.deal() != deal->name()) continue;
    lost.mutable_faults()->MergeFrom(voice.faults());
    if (voice.kind() == v1::VOICE_KIND_CHURN) lost.add_words(voice.text());
  }
  if (!deal.has_value()) return lost;
  BANSO_ASSIGN_OR_RETURN(auto answer, store_.intake.AnswerFor(reader, deal->name()));
  if (answer.has_value()) {
    // Sales asked; who it was does not matter here.
    answer->clear_asked_by();
    *lost.mutable_intake_review() = *std::move(answer);
  }
  deal->clear_sales_owner();
  *lost.mutable_deal() = *std::move(deal);
  return lost;
}

absl::StatusOr<v1::SalesReview> VoiceApi::GetSalesReview(const Call& /*call*/,
                                                         const v1::GetSalesReviewRequest& request) {
  return storage::Fetch<v1::SalesReview>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::SalesReview> {
        v1::SalesReview review;
        *review.mutable_month() = request.month();
        const absl::CivilMonth month = MonthOf(request.month());
        BANSO_ASSIGN_OR_RETURN(const std::vector<std::string> churned,
                               store_.history.ChurnedBetween(reader, absl::CivilDay(month),
                                                             absl::CivilDay(month + 1) - 1));
        for (const std::string& name : churned) {
          BANSO_ASSIGN_OR_RETURN(const Account account, store_.accounts.Get(reader, name));
          for (const v1::Churn& churn : ChurnsOf(account)) {
            if (MonthOf(churn.date()) != month) continue;
            BANSO_ASSIGN_OR_RETURN(*review.add_lost(), Trace(reader, account, churn));
          }
        }
        BANSO_RETURN_IF_ERROR(
            store_.intake.voices.ForEach(reader, "",
                                         {storage::AtLeast("day", absl::CivilDay(month)),
                                          storage::Less("day", absl::CivilDay(month + 1))},
                                         [&](Voice& voice) {
                                           if (voice.kind() == v1::VOICE_KIND_COMPLAINT)
                                             *review.add_complaints() = voice;
                                           if (voice.kind() == v1::VOICE_KIND_PRAISE)
                                             *review.add_praise() = voice;
                                           return absl::OkStatus();
                                         }));
        return review;
      });
}

}  // namespace banso::accounts
