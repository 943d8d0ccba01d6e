#include "services/health/store/evaluations.h"

#include "common/status_macros.h"

namespace banso::health {
namespace {

using storage::Reader;
using storage::Row;
using storage::Value;
using storage::Writer;

DueEvaluation ReadDue(const Row& row) {
  return {.account = std::string(row.Text(0)),
          .due = row.Time(1),
          .mark = row.Int64(2),
          .because = std::string(row.Text(3))};
}

}  // namespace

absl::Status MarkDue(Writer& writer, absl::string_view account, absl::string_view because) {
  if (account.empty()) return absl::OkStatus();
  // While much changes an account is mostly due already, and keeps its place among those.
  BANSO_ASSIGN_OR_RETURN(
      const int64_t marked,
      writer.Execute("UPDATE evaluation SET mark = mark + 1, because = $because "
                     "WHERE account = $account AND due <= $now",
                     {{"because", because}, {"account", account}, {"now", Value(writer.now())}}));
  if (marked > 0) return absl::OkStatus();
  return writer
      .Execute(
          "INSERT INTO evaluation (account, due, mark, because) VALUES ($account, $now, 1, "
          "$because) ON CONFLICT (account) DO UPDATE SET due = excluded.due, "
          "mark = evaluation.mark + 1, because = excluded.because",
          {{"account", account}, {"now", Value(writer.now())}, {"because", because}})
      .status();
}

absl::Status MarkAllDue(Writer& writer, absl::string_view because) {
  return writer
      .Execute("UPDATE evaluation SET due = $now, mark = mark + 1, because = $because",
               {{"now", Value(writer.now())}, {"because", because}})
      .status();
}

absl::StatusOr<std::vector<DueEvaluation>> ListDue(Reader& reader, absl::Time now, int limit) {
  std::vector<DueEvaluation> due;
  BANSO_RETURN_IF_ERROR(
      reader.Query("SELECT account, due, mark, because FROM evaluation WHERE due <= $now "
                   "ORDER BY due, account LIMIT $limit",
                   {{"now", Value(now)}, {"limit", limit}}, [&](const Row& row) {
                     due.push_back(ReadDue(row));
                     return absl::OkStatus();
                   }));
  return due;
}

absl::StatusOr<std::optional<DueEvaluation>> FindDue(Reader& reader, absl::string_view account,
                                                     absl::Time now) {
  std::optional<DueEvaluation> due;
  BANSO_RETURN_IF_ERROR(reader
                            .QueryOne("SELECT account, due, mark, because FROM evaluation "
                                      "WHERE account = $account AND due <= $now",
                                      {{"account", account}, {"now", Value(now)}},
                                      [&](const Row& row) {
                                        due = ReadDue(row);
                                        return absl::OkStatus();
                                      })
                            .status());
  return due;
}

absl::StatusOr<int64_t> CountDue(Reader& reader, absl::Time now) {
  int64_t count = 0;
  BANSO_RETURN_IF_ERROR(reader
                            .QueryOne("SELECT COUNT(*) FROM evaluation WHERE due <= $now",
                                      {{"now", Value(now)}},
                                      [&](const Row& row) {
                                        count = row.Int64(0);
                                        return absl::OkStatus();
                                      })
                            .status());
  return count;
}

absl::StatusOr<TurnState> StateOf(Reader& reader, const DueEvaluation& begun, absl::Time now) {
  TurnState state = TurnState::kUpToDate;
  BANSO_RETURN_IF_ERROR(
      reader
          .QueryOne("SELECT due FROM evaluation WHERE account = $account AND mark <> $mark",
                    {{"account", begun.account}, {"mark", begun.mark}},
                    [&](const Row& row) {
                      state = row.Time(0) > now ? TurnState::kOvertaken : TurnState::kMarkedSince;
                      return absl::OkStatus();
                    })
          .status());
  return state;
}

absl::Status MarkAgain(Writer& writer, absl::string_view account) {
  return writer
      .Execute("UPDATE evaluation SET mark = mark + 1 WHERE account = $account",
               {{"account", account}})
      .status();
}

absl::Status MarkDone(Writer& writer, const DueEvaluation& done, absl::Time next) {
  return writer
      .Execute(
          "UPDATE evaluation SET due = $next, because = '' "
          "WHERE account = $account AND mark = $mark",
          {{"next", Value(next)}, {"account", done.account}, {"mark", done.mark}})
      .status();
}

}  // namespace banso::health
