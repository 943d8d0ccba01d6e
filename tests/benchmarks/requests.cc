#include "tests/benchmarks/requests.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/health/v1/metrics_service.pb.h"
#include "common/calendar/proto_time.h"

namespace banso::benchmarks {
namespace {

constexpr int kAccountsPerMessage = 1000;
constexpr char kMetric[] = "metrics/use";

std::string SampleId(int64_t number) { return absl::StrCat("event-", number); }
std::string SampleUser(int64_t number) { return absl::StrCat("user-", number % 50); }
double SampleValue(int64_t number) { return static_cast<double>(number % 7); }

// Every sample has a second of its own, all of them before now.
absl::Time SampleTime(int64_t number) {
  static const absl::Time start = absl::Now() - absl::Hours(24 * 20);
  return start + absl::Seconds(number % (24 * 3600 * 19));
}

}  // namespace

accounts::v1::Account MakeAccount(int64_t number) {
  accounts::v1::Account account;
  account.set_display_name(absl::StrCat("Kitayama Foods Plant ", number));
  account.set_name_kana("キタヤマショクヒン");
  accounts::v1::ExternalId* id = account.add_external_ids();
  id->set_system("crm");
  id->set_id(absl::StrCat("C-", number));
  account.set_industry("Food processing");
  account.set_employees(number % 5000);
  account.set_expected_users(number % 300);
  account.mutable_recurring_revenue()->set_currency("JPY");
  account.mutable_recurring_revenue()->set_minor_units(1200000);
  account.set_desired_outcome("Inspection records without paper in all plants");
  account.set_time_zone("Asia/Tokyo");
  account.set_language("ja");
  account.set_country("JP");
  return account;
}

std::string GetAccountRequest(const std::string& name) {
  accounts::v1::GetAccountRequest request;
  request.set_name(name);
  return request.SerializeAsString();
}

std::string ListAccountsRequest(int page_size) {
  accounts::v1::ListAccountsRequest request;
  request.set_page_size(page_size);
  return request.SerializeAsString();
}

std::string CreateAccountRequest(int64_t number) {
  accounts::v1::CreateAccountRequest request;
  request.set_account_id(absl::StrCat("new-", number));
  *request.mutable_account() = MakeAccount(number);
  request.mutable_account()->mutable_external_ids(0)->set_system("bench");
  request.set_request_id(absl::StrCat("create-request-", number));
  return request.SerializeAsString();
}

std::vector<std::string> ImportMessages(int64_t first, int messages) {
  std::vector<std::string> encoded;
  for (int i = 0; i < messages; ++i) {
    accounts::v1::ImportAccountsRequest request;
    request.set_external_system("crm");
    for (int j = 0; j < kAccountsPerMessage; ++j) *request.add_accounts() = MakeAccount(first++);
    encoded.push_back(request.SerializeAsString());
  }
  return encoded;
}

RawRow AccountRow(int64_t number) {
  const accounts::v1::Account account = MakeAccount(number);
  const int64_t now = absl::ToUnixMicros(absl::Now());
  return {absl::StrCat("accounts/new-", number),
          int64_t{1},
          number,
          now,
          now,
          account.SerializeAsString(),
          account.display_name(),
          absl::StrCat(account.display_name(), " ", account.name_kana()),
          int64_t{1},
          std::string("small"),
          std::string(),
          std::string(),
          std::string(),
          account.industry(),
          account.country(),
          std::string(),
          std::string(),
          std::string(),
          std::string(),
          account.time_zone()};
}

std::vector<std::string> SampleMessages(const std::vector<std::string>& accounts, int64_t first,
                                        int64_t count) {
  std::vector<std::string> encoded;
  health::v1::IngestSamplesRequest request;
  for (int64_t i = first; i < first + count; ++i) {
    health::v1::Sample* sample = request.add_samples();
    sample->set_id(SampleId(i));
    sample->set_account(accounts[static_cast<size_t>(i) % accounts.size()]);
    sample->set_metric(kMetric);
    sample->set_user(SampleUser(i));
    sample->set_value(SampleValue(i));
    *sample->mutable_occurred_time() = calendar::ToTimestamp(SampleTime(i));
    if (request.samples_size() < kAccountsPerMessage && i + 1 < first + count) continue;
    encoded.push_back(request.SerializeAsString());
    request.clear_samples();
  }
  return encoded;
}

std::vector<RawRow> SampleRows(const std::vector<std::string>& accounts, int64_t first,
                               int64_t count) {
  const int64_t now = absl::ToUnixMicros(absl::Now());
  std::vector<RawRow> rows;
  for (int64_t i = first; i < first + count; ++i) {
    rows.push_back({accounts[static_cast<size_t>(i) % accounts.size()], std::string(kMetric),
                    SampleId(i), SampleUser(i), absl::ToUnixMicros(SampleTime(i)), now,
                    SampleValue(i)});
  }
  return rows;
}

}  // namespace banso::benchmarks
