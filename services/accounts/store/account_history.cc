#include "services/accounts/store/account_history.h"

#include <cstdint>
#include <set>
#include <utility>

#include "common/calendar/proto_time.h"
#include "common/status_macros.h"
#include "services/accounts/domain/churn.h"
#include "services/accounts/domain/stage_history.h"

namespace banso::accounts {
namespace {

using storage::Reader;
using storage::Row;
using storage::Writer;
using v1::Account;

// The days on which an account was lost; those of one that was merged away went with the merge.
std::set<absl::CivilDay> ChurnDays(const Account& account) {
  std::set<absl::CivilDay> days;
  if (!account.merged_into().empty()) return days;
  for (const v1::Churn& churn : ChurnsOf(account)) days.insert(calendar::ToDay(churn.date()));
  return days;
}

absl::Status SaveChurns(Writer& writer, const Account* before, const Account& after) {
  const std::set<absl::CivilDay> days = ChurnDays(after);
  if (days == (before == nullptr ? std::set<absl::CivilDay>() : ChurnDays(*before))) {
    return absl::OkStatus();
  }
  BANSO_RETURN_IF_ERROR(
      writer.Execute("DELETE FROM churn WHERE account = $account", {{"account", after.name()}})
          .status());
  for (const absl::CivilDay day : days) {
    BANSO_RETURN_IF_ERROR(writer
                              .Execute("INSERT INTO churn (account, day) VALUES ($account, $day)",
                                       {{"account", after.name()}, {"day", day}})
                              .status());
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status AccountHistory::Save(Writer& writer, const Account* before,
                                  const Account& after) const {
  BANSO_RETURN_IF_ERROR(SaveChurns(writer, before, after));
  return SaveStage(writer, before, after);
}

absl::StatusOr<std::vector<std::string>> AccountHistory::ChurnedBetween(Reader& reader,
                                                                        absl::CivilDay first,
                                                                        absl::CivilDay last) const {
  std::vector<std::string> accounts;
  BANSO_RETURN_IF_ERROR(reader.Query(
      "SELECT DISTINCT account FROM churn WHERE day >= $first AND day <= $last ORDER BY account",
      {{"first", first}, {"last", last}}, [&](const Row& row) {
        accounts.emplace_back(row.Text(0));
        return absl::OkStatus();
      }));
  return accounts;
}

absl::StatusOr<std::vector<v1::StagePeriod>> AccountHistory::StagePeriods(Reader& reader,
                                                                          absl::string_view account,
                                                                          absl::Time after,
                                                                          int limit) const {
  std::vector<v1::StagePeriod> periods;
  // One more, for the end of the last.
  BANSO_RETURN_IF_ERROR(reader.Query(
      "SELECT start_time, stage, owner, owner_team, actor FROM stage_period "
      "WHERE account = $account AND start_time > $after ORDER BY start_time LIMIT $limit",
      {{"account", account}, {"after", after}, {"limit", int64_t{limit} + 1}}, [&](const Row& row) {
        v1::StagePeriod period;
        *period.mutable_start_time() = calendar::ToTimestamp(row.Time(0));
        period.set_stage(static_cast<v1::LifecycleStage>(row.Int64(1)));
        period.set_owner(std::string(row.Text(2)));
        period.set_owner_team(std::string(row.Text(3)));
        period.set_actor(std::string(row.Text(4)));
        if (!periods.empty()) *periods.back().mutable_end_time() = period.start_time();
        periods.push_back(std::move(period));
        return absl::OkStatus();
      }));
  if (periods.size() > static_cast<size_t>(limit)) periods.pop_back();
  return periods;
}

absl::Status AccountHistory::SaveStage(Writer& writer, const Account* before,
                                       const Account& after) const {
  if (before != nullptr && SamePeriod(*before, after)) return absl::OkStatus();
  // As times are stored.
  const absl::Time now = absl::FromUnixMicros(absl::ToUnixMicros(writer.now()));
  std::vector<v1::StagePeriod> periods;
  if (before != nullptr) {
    BANSO_ASSIGN_OR_RETURN(periods, StagePeriods(writer, after.name()));
    BANSO_RETURN_IF_ERROR(
        writer
            .Execute("DELETE FROM stage_period WHERE account = $account AND start_time >= $now",
                     {{"account", after.name()}, {"now", now}})
            .status());
  }
  ContinueHistory(after, now, writer.call().actor, &periods);
  const v1::StagePeriod& last = periods.back();
  if (calendar::ToTime(last.start_time()) < now) return absl::OkStatus();
  return writer
      .Execute(
          "INSERT INTO stage_period (account, start_time, stage, owner, owner_team, actor) VALUES "
          "($account, $start, $stage, $owner, "
          "coalesce((SELECT team FROM member WHERE name = $owner), ''), $actor)",
          {{"account", after.name()},
           {"start", now},
           {"stage", last.stage()},
           {"owner", last.owner()},
           {"actor", last.actor()}})
      .status();
}

}  // namespace banso::accounts
