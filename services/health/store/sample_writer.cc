#include <algorithm>
#include <cstring>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/fingerprint.h"
#include "common/status_macros.h"
#include "services/health/domain/sample_rules.h"
#include "services/health/store/sample_page.h"
#include "services/health/store/samples.h"

namespace banso::health {
namespace {

using storage::Writer;

// How many samples are held in memory until they are written.
constexpr size_t kMaxHeld = 200000;

// 64 bits of the id's hash: enough to tell the ids of one account and metric apart.
int64_t HashOf(absl::string_view id) {
  const std::string hash = contract::Hash(id, 16);
  int64_t number = 0;
  std::memcpy(&number, hash.data(), sizeof(number));
  return number;
}

constexpr int64_t kMicrosPerHour = kMicrosPerDay / 24;

// The hour since 1970 that a time lies in.
int64_t HourOf(int64_t micros) {
  const int64_t hour = micros / kMicrosPerHour;
  return micros % kMicrosPerHour < 0 ? hour - 1 : hour;
}

// Whether two samples with one id say the same.
bool SameContent(const StoredSample& a, const StoredSample& b) {
  return a.object == b.object && a.user == b.user && a.site == b.site && a.occurred == b.occurred &&
         a.value == b.value;
}

}  // namespace

absl::StatusOr<StoredSample> SampleWriter::Convert(Writer& writer, const v1::Sample& sample,
                                                   absl::TimeZone zone) {
  const absl::Time occurred = calendar::ToTime(sample.occurred_time());
  StoredSample stored;
  stored.id_hash = HashOf(sample.id());
  stored.occurred = absl::ToUnixMicros(occurred);
  stored.recorded = absl::ToUnixMicros(
      sample.has_known_time() ? calendar::ToTime(sample.known_time()) : writer.now());
  stored.backdated = sample.has_known_time();
  stored.day = calendar::DayOf(occurred, zone) - absl::CivilDay(1970, 1, 1);
  stored.value = ValueOf(sample);
  BANSO_ASSIGN_OR_RETURN(stored.object, words_.Number(writer, sample.object()));
  BANSO_ASSIGN_OR_RETURN(stored.user, words_.Number(writer, sample.user()));
  BANSO_ASSIGN_OR_RETURN(stored.site, words_.Number(writer, sample.site()));
  return stored;
}

// Brings in the pages with all that occurred from `from` to `to`, unless they are held.
absl::Status SampleWriter::Hold(Writer& writer, const SeriesKey& key, int64_t from, int64_t to,
                                Series& series) {
  // By the hour: samples that come in order would otherwise bring in a little more each.
  from = HourOf(from) * kMicrosPerHour;
  to = (HourOf(to) + 1) * kMicrosPerHour;
  if (series.pages.empty()) {
    BANSO_RETURN_IF_ERROR(BringIn(writer, key, from, to, series));
    if (series.pages.empty()) series.pages[kBeginning];
    series.from = from;
    series.to = to;
  }
  if (from < series.from) {
    BANSO_RETURN_IF_ERROR(BringIn(writer, key, from, series.from, series));
    series.from = from;
  }
  if (to > series.to) {
    BANSO_RETURN_IF_ERROR(BringIn(writer, key, series.to, to, series));
    series.to = to;
  }
  return absl::OkStatus();
}

absl::Status SampleWriter::BringIn(Writer& writer, const SeriesKey& key, int64_t from, int64_t to,
                                   Series& series) {
  return ReadPagesBack(writer, key, from, to, [&](SamplePage page) {
    const auto [held, is_new] = series.pages.try_emplace(page.since);
    // A page that is held already may have been changed.
    if (!is_new) return;
    held_ += page.samples.size();
    if (series.ids.has_value()) {
      for (const StoredSample& sample : page.samples) series.ids->insert(sample.id_hash);
    }
    held->second.samples = std::move(page.samples);
  });
}

// Whether a sample that is held may have the id, which is taken as known from now on.
bool SampleWriter::MayBeKnown(Series& series, int64_t id_hash) {
  if (!series.asked) {
    // Looking through what is held once costs less than sorting it.
    series.asked = true;
    return true;
  }
  if (!series.ids.has_value()) {
    series.ids.emplace();
    for (const auto& [since, page] : series.pages) {
      for (const StoredSample& sample : page.samples) series.ids->insert(sample.id_hash);
    }
  }
  return !series.ids->insert(id_hash).second;
}

// What becomes of a sample whose id another has that is held; absent when that one occurred more
// than a day before or after it.
std::optional<SampleOutcome> SampleWriter::Again(const Series& series, const StoredSample& sample) {
  const int64_t from = sample.occurred - kMicrosPerDay;
  const int64_t to = sample.occurred + kMicrosPerDay;
  auto page = std::prev(series.pages.upper_bound(std::max(from, series.pages.begin()->first)));
  for (; page != series.pages.end() && page->first <= to; ++page) {
    for (const StoredSample& other : page->second.samples) {
      if (other.id_hash != sample.id_hash || other.occurred < from || other.occurred > to) continue;
      return SameContent(other, sample) ? SampleOutcome::kDuplicate : SampleOutcome::kIdTaken;
    }
  }
  return std::nullopt;
}

absl::StatusOr<SampleOutcome> SampleWriter::Add(Writer& writer, const v1::Sample& sample,
                                                absl::string_view account, absl::TimeZone zone) {
  SeriesKey key;
  BANSO_ASSIGN_OR_RETURN(key.account, words_.Number(writer, account));
  BANSO_ASSIGN_OR_RETURN(key.metric, words_.Number(writer, sample.metric()));
  BANSO_ASSIGN_OR_RETURN(const StoredSample stored, Convert(writer, sample, zone));
  if (held_ > kMaxHeld) BANSO_RETURN_IF_ERROR(Flush(writer));
  Series& series = series_[key];
  BANSO_RETURN_IF_ERROR(
      Hold(writer, key, stored.occurred - kMicrosPerDay, stored.occurred + kMicrosPerDay, series));
  if (MayBeKnown(series, stored.id_hash)) {
    if (const auto again = Again(series, stored)) return *again;
  }
  const auto target = std::prev(series.pages.upper_bound(stored.occurred));
  // After those of the same moment: of two, the one added last counts as the latest.
  std::vector<StoredSample>& samples = target->second.samples;
  const auto place =
      std::upper_bound(samples.begin(), samples.end(), stored.occurred,
                       [](int64_t time, const StoredSample& s) { return time < s.occurred; });
  samples.insert(place, stored);
  target->second.changed = true;
  ++held_;
  touched_.push_back(
      {.account = key.account, .metric = key.metric, .day = stored.day, .object = stored.object});
  return SampleOutcome::kStored;
}

// Writes what was changed, and forgets all that is held.
absl::Status SampleWriter::Flush(Writer& writer) {
  for (auto& [key, series] : series_) {
    for (auto page = series.pages.begin(); page != series.pages.end(); ++page) {
      if (!page->second.changed) continue;
      const bool is_last = std::next(page) == series.pages.end();
      BANSO_RETURN_IF_ERROR(
          WritePage(writer, key, {.since = page->first, .samples = std::move(page->second.samples)},
                    is_last));
    }
  }
  series_.clear();
  held_ = 0;
  return absl::OkStatus();
}

absl::Status SampleWriter::Finish(Writer& writer) {
  if (touched_.empty()) return absl::OkStatus();
  BANSO_RETURN_IF_ERROR(Flush(writer));
  std::sort(touched_.begin(), touched_.end());
  touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
  return SaveTouched(writer, touched_);
}

}  // namespace banso::health
