#ifndef BANSO_SERVICES_HEALTH_STORE_SAMPLE_SERIES_H_
#define BANSO_SERVICES_HEALTH_STORE_SAMPLE_SERIES_H_

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/storage/database.h"
#include "services/health/store/sample_page.h"

// The pages of the samples of one account and metric, as they lie in the table sample_page. Times
// in microseconds since 1970.
namespace banso::health {

// Where the first page of a series begins.
inline constexpr int64_t kBeginning = std::numeric_limits<int64_t>::min();

// By numbers of words.
struct SeriesKey {
  int64_t account = 0;
  int64_t metric = 0;

  // clang-tidy takes the zero that the compiler compares with for a pointer.
  auto operator<=>(const SeriesKey&) const = default;  // NOLINT(modernize-use-nullptr)
};

// The samples that occurred from `since` until the next page begins.
struct SamplePage {
  int64_t since = kBeginning;
  std::vector<StoredSample> samples;
};

// Calls `on_page`, newest first, for each page that may hold samples which occurred from `from` to
// `to`, both inclusive. Other samples of these pages come along.
absl::Status ReadPagesBack(storage::Reader& reader, const SeriesKey& series, int64_t from,
                           int64_t to, absl::FunctionRef<void(SamplePage)> on_page);

// The same page, as windows read it.
struct WindowPage {
  int64_t since = kBeginning;
  std::vector<WindowSample> samples;
};

// Where the pages of series are read from: the store, or memory. For one thread.
class SamplePages {
 public:
  virtual ~SamplePages() = default;

  // Calls `on_page`, oldest first, for each page that may hold samples which occurred from `from`
  // to `to`, both inclusive. Other samples of these pages come along.
  virtual absl::Status Each(const SeriesKey& series, int64_t from, int64_t to,
                            absl::FunctionRef<absl::Status(const WindowPage&)> on_page) = 0;

  // The first page that begins at `from` or later; the last one that begins at `to` or earlier.
  // Null for none. A page lives until the next call.
  virtual absl::StatusOr<const WindowPage*> FirstFrom(const SeriesKey& series, int64_t from) = 0;
  virtual absl::StatusOr<const WindowPage*> LastTo(const SeriesKey& series, int64_t to) = 0;

  // The numbers of the metrics of a source that have samples, in no order. They live until the next
  // call.
  virtual absl::StatusOr<absl::Span<const int64_t>> MetricsOf(const std::string& source) = 0;
};

// Whether what is read of an account is held, from a snapshot that does not change meanwhile, until
// another account is asked about.
enum class Holding {
  // Each question reads what it needs.
  kNothing,
  // The pages of samples that were read are held: for several questions about an account as of the
  // same time, or as of times that rise.
  kPages,
  // The changes of its facts are, too: for questions as of many times.
  kOneAccount,
};

// Reads the pages of series from one snapshot. For one thread, within one transaction.
class SeriesReader : public SamplePages {
 public:
  // `reader` must outlive it.
  SeriesReader(storage::Reader& reader, Holding holding) : reader_(&reader), holding_(holding) {}

  storage::Reader& reader() const { return *reader_; }

  absl::Status Each(const SeriesKey& series, int64_t from, int64_t to,
                    absl::FunctionRef<absl::Status(const WindowPage&)> on_page) override;
  // Null for none.
  absl::StatusOr<const WindowPage*> FirstFrom(const SeriesKey& series, int64_t from) override;
  absl::StatusOr<const WindowPage*> LastTo(const SeriesKey& series, int64_t to) override;

  // The numbers of the metrics of a source that have samples, in no order.
  absl::StatusOr<absl::Span<const int64_t>> MetricsOf(const std::string& source) override;

 private:
  // The pages of a series, oldest first.
  using Pages = std::vector<WindowPage>;
  struct HeldSeries {
    // The last pages of the series, as far back as was asked for.
    Pages pages;
    bool read = false;
    // The series is too large to be held.
    bool too_large = false;
    // Its first page, when that was asked for alone.
    std::optional<WindowPage> first;

    // Whether all pages are there that may hold what occurred from then on.
    bool Reaches(int64_t from) const {
      return read && (pages.empty() || pages.front().since <= from);
    }
  };

  // What is held of a series.
  HeldSeries& Series(const SeriesKey& series);
  // All pages that may hold what occurred from then on, perhaps with older ones; null when they are
  // not held.
  absl::StatusOr<const Pages*> Held(const SeriesKey& series, int64_t from);
  const WindowPage* Keep(std::optional<WindowPage> page);

  storage::Reader* reader_;
  const Holding holding_;
  // The account whose series are held, by metric.
  int64_t account_ = 0;
  size_t held_samples_ = 0;
  std::map<int64_t, HeldSeries> series_;
  absl::flat_hash_map<std::string, std::vector<int64_t>> metrics_;
  // A page that is not held.
  std::optional<WindowPage> page_;
};

// Holds the pages of one account after the other, as ScanAccounts brings them. A page is unpacked
// when it is first asked for.
class LoadedPages : public SamplePages {
 public:
  using MetricsBySource = std::map<std::string, std::vector<int64_t>, std::less<>>;

  // `metrics` must outlive the pages.
  explicit LoadedPages(const MetricsBySource& metrics) : metrics_(metrics) {}

  // Begins with another account.
  void Begin(int64_t account);
  // In the order of metric and beginning.
  void Add(int64_t metric, int64_t since, absl::string_view data);

  absl::Status Each(const SeriesKey& series, int64_t from, int64_t to,
                    absl::FunctionRef<absl::Status(const WindowPage&)> on_page) override;
  absl::StatusOr<const WindowPage*> FirstFrom(const SeriesKey& series, int64_t from) override;
  absl::StatusOr<const WindowPage*> LastTo(const SeriesKey& series, int64_t to) override;
  absl::StatusOr<absl::Span<const int64_t>> MetricsOf(const std::string& source) override;

 private:
  struct Packed {
    int64_t metric = 0;
    std::string data;
    bool unpacked = false;
    WindowPage page;
  };

  // The index of the first page of the metric that begins after `time`, or else of the end of the
  // metric's pages.
  size_t After(int64_t metric, int64_t time) const;
  bool IsOf(size_t index, const SeriesKey& series) const;
  absl::StatusOr<const WindowPage*> Unpack(size_t index);

  const MetricsBySource& metrics_;
  int64_t account_ = 0;
  // The first `count_` are in use; the others keep their memory for the next account.
  std::vector<Packed> pages_;
  size_t count_ = 0;
};

// Reads the pages of all accounts with these numbers, both inclusive, in one ordered scan, and
// calls `on_account` for each that has any, when `pages` holds them.
absl::Status ScanAccounts(storage::Reader& reader, int64_t from, int64_t to, LoadedPages& pages,
                          absl::FunctionRef<absl::Status(int64_t account)> on_account);

// The numbers of the metrics that have samples, by source.
absl::StatusOr<LoadedPages::MetricsBySource> ReadMetricsBySource(storage::Reader& reader);

// Stores a page, in place of the one that began at the same time. A page with too many samples is
// stored as several; `is_last` says that there is none after it, where new samples are expected.
absl::Status WritePage(storage::Writer& writer, const SeriesKey& series, const SamplePage& page,
                       bool is_last);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_SAMPLE_SERIES_H_
