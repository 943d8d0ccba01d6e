#ifndef BANSO_TESTS_BENCHMARKS_REQUESTS_H_
#define BANSO_TESTS_BENCHMARKS_REQUESTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "banso/accounts/v1/account.pb.h"
#include "tests/benchmarks/raw_sqlite.h"

// What is sent and stored: made-up accounts and samples, told apart by number.
namespace banso::benchmarks {

inline constexpr char kAccountsService[] = "banso.accounts.v1.AccountsService/";
inline constexpr char kHealthService[] = "banso.health.v1.HealthService/";
inline constexpr char kMetricsService[] = "banso.health.v1.MetricsService/";

// An account as a customer list has it: about 200 bytes.
accounts::v1::Account MakeAccount(int64_t number);

// The encoded requests.
std::string GetAccountRequest(const std::string& name);
std::string ListAccountsRequest(int page_size);
// With an account id and a request id of its own.
std::string CreateAccountRequest(int64_t number);
// Messages of a thousand accounts each, that begin with account `first`.
std::vector<std::string> ImportMessages(int64_t first, int messages);

// The columns of a stored account, and the row of account `number`, with `data` as its message.
inline constexpr char kAccountColumns[] =
    "name TEXT NOT NULL PRIMARY KEY, revision BIGINT, position BIGINT, create_time BIGINT, "
    "update_time BIGINT, data BLOB, display_name TEXT, search_text TEXT, lifecycle_stage BIGINT, "
    "segment TEXT, tier TEXT, touch TEXT, team TEXT, industry TEXT, country TEXT, "
    "parent_account TEXT, sales_owner TEXT, onboarding_owner TEXT, retention_owner TEXT, "
    "time_zone TEXT";
inline constexpr int kAccountColumnCount = 20;
RawRow AccountRow(int64_t number);

// Samples `first` to `first + count - 1`, which go around `accounts` accounts, the names of which
// come from MakeAccount's imported order; one encoded message for each thousand.
std::vector<std::string> SampleMessages(const std::vector<std::string>& accounts, int64_t first,
                                        int64_t count);

// The columns of a sample as it is sent, and the same samples as rows.
inline constexpr char kSampleColumns[] =
    "account TEXT NOT NULL, metric TEXT NOT NULL, id TEXT NOT NULL, user TEXT, occurred BIGINT, "
    "recorded BIGINT, value DOUBLE PRECISION";
inline constexpr int kSampleColumnCount = 7;
std::vector<RawRow> SampleRows(const std::vector<std::string>& accounts, int64_t first,
                               int64_t count);

}  // namespace banso::benchmarks

#endif  // BANSO_TESTS_BENCHMARKS_REQUESTS_H_
