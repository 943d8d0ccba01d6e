// Answers in DuckDB, from the raw events and with one query, what CompareScoreModels answers.
//
// node rescore.mjs ACCOUNTS PER_ACCOUNT TODAY
//
// Makes the same events as portfolio_data.cc, from the same numbers. Prints `ready`; then, for each
// line that it reads, runs the query and prints the seconds and processor seconds that it took, and
// its answer, as JSON.
import { DuckDBInstance } from '@duckdb/node-api';
import { createInterface } from 'node:readline';

const [accounts, perAccount, today] = process.argv.slice(2).map(Number);
const instance = await DuckDBInstance.create(':memory:');
const db = await instance.connect();

// Days from 1970-01-01.
await db.run(`
CREATE TABLE event AS
SELECT a AS account,
       CASE WHEN j % 4 = 3 THEN 1 ELSE 0 END::UTINYINT AS metric,
       (${today} - ((j * 37 + a * 11) % 120))::INTEGER AS day,
       ((a * 31 + j * 17) % 7)::INTEGER AS user_number,
       ((a + j * 5) % 6)::DOUBLE AS value
FROM (SELECT k // ${perAccount} AS a, k % ${perAccount} AS j
      FROM range(${accounts} * ${perAccount}) numbers(k))`);

// Points of a value on a straight curve.
const points = (value, from, to) =>
  `least(greatest((${value} - (${from})) / (${to} - (${from})::DOUBLE), 0), 1) * 100`;

// The measures of portfolio_data.cc in its order; what is null counts nothing.
const measures = (target) => [
  [3, points('used', 0, target)],
  [2, points('users', 0, 7)],
  [1, points('idle', 60, 0)],
  [1, points('slope', -2, 2)],
  [1, points('weeks', 0, 12)],
  [2, points('reports', 0, 20)],
];
const score = (target) => {
  const all = measures(target);
  const sum = all.map(([weight, p]) => `coalesce(${weight} * (${p}), 0)`).join(' + ');
  const weights = all.map(([weight, p]) => `CASE WHEN (${p}) IS NULL THEN 0 ELSE ${weight} END`);
  return `(${sum}) / (${weights.join(' + ')})`;
};
const query = `
WITH first AS (SELECT account, min(day) AS first_day FROM event GROUP BY account),
windows AS (
  SELECT event.account,
    coalesce(sum(value) FILTER (metric = 0 AND day > ${today} - 28), 0) AS used,
    count(DISTINCT user_number) FILTER (metric = 0 AND day > ${today} - 28 AND value <> 0) AS users,
    ${today} - max(day) FILTER (metric = 0 AND value <> 0) AS idle,
    count(DISTINCT (${today} - day) // 7)
      FILTER (metric = 0 AND day > ${today} - 84 AND value <> 0) AS weeks,
    coalesce(sum(value) FILTER (metric = 1 AND day > ${today} - 28), 0) AS reports,
    any_value(greatest(first_day, ${today} - 55)) AS start,
    count(*) FILTER (metric = 0 AND day > ${today} - 56) AS in_trend,
    sum(value * (day - greatest(first_day, ${today} - 55)
                 - (${today} - greatest(first_day, ${today} - 55)) / 2.0))
      FILTER (metric = 0 AND day > ${today} - 56) AS covariance
  FROM event JOIN first USING (account) GROUP BY event.account),
trends AS (
  SELECT *, CASE WHEN in_trend > 0 AND ${today} > start THEN
    7 * covariance / ((${today} - start + 1.0) * (pow(${today} - start + 1.0, 2) - 1) / 12)
    END AS slope
  FROM windows),
scores AS (SELECT account, ${score(60)} AS before, ${score(80)} AS after FROM trends)
SELECT count(*)::DOUBLE AS accounts, avg(after - before) AS mean_change,
       count(*) FILTER ((before + 1e-9 >= 65) <> (after + 1e-9 >= 65))::DOUBLE AS moved
FROM scores`;

console.log('ready');
for await (const _ of createInterface({ input: process.stdin })) {
  const start = process.hrtime.bigint();
  const before = process.cpuUsage();
  const reader = await db.runAndReadAll(query);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const used = process.cpuUsage(before);
  const [n, meanChange, moved] = reader.getRows()[0];
  console.log(JSON.stringify({ seconds, processor: (used.user + used.system) / 1e6, accounts: n, meanChange, moved }));
}
