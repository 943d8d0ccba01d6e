#include "services/health/store/sample_page.h"

#include <cmath>
#include <cstring>

#include "common/status_macros.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/wire_format_lite.h"

namespace banso::health {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

// The first byte of a page: its form.
constexpr uint32_t kForm = 1;

// What a sample's first byte says of the rest.
constexpr uint32_t kBackdated = 1;
constexpr uint32_t kSameRecorded = 2;
constexpr uint32_t kWholeValue = 4;
constexpr uint32_t kHasObject = 8;
constexpr uint32_t kHasUser = 16;
constexpr uint32_t kHasSite = 32;
// Two bits: the civil day less the day in UTC, plus one.
constexpr int kDayShift = 6;

// The largest whole number up to which every one is a double.
constexpr double kMaxWhole = 9007199254740992.0;

int64_t UtcDay(int64_t micros) {
  int64_t day = micros / kMicrosPerDay;
  if (micros % kMicrosPerDay < 0) --day;
  return day;
}

bool IsWhole(double value) {
  return std::abs(value) < kMaxWhole && std::trunc(value) == value &&
         !(value == 0 && std::signbit(value));
}

// The longest of a second, a millisecond and a microsecond, in microseconds, of which all times are
// multiples.
int64_t UnitOf(absl::Span<const StoredSample> samples) {
  int64_t unit = 1000000;
  for (const StoredSample& sample : samples) {
    while (sample.occurred % unit != 0) unit /= 1000;
  }
  return unit;
}

uint32_t FlagsOf(const StoredSample& sample, int64_t last_recorded) {
  uint32_t flags = static_cast<uint32_t>(sample.day - UtcDay(sample.occurred) + 1) << kDayShift;
  if (sample.backdated) flags |= kBackdated;
  if (sample.recorded == last_recorded) flags |= kSameRecorded;
  if (IsWhole(sample.value)) flags |= kWholeValue;
  if (sample.object != 0) flags |= kHasObject;
  if (sample.user != 0) flags |= kHasUser;
  if (sample.site != 0) flags |= kHasSite;
  return flags;
}

void WriteSigned(CodedOutputStream& out, int64_t number) {
  out.WriteVarint64(WireFormatLite::ZigZagEncode64(number));
}

bool ReadSigned(CodedInputStream& in, int64_t* number) {
  uint64_t encoded = 0;
  if (!in.ReadVarint64(&encoded)) return false;
  *number = WireFormatLite::ZigZagDecode64(encoded);
  return true;
}

bool ReadNumber(CodedInputStream& in, bool is_there, int64_t* number) {
  uint64_t read = 0;
  if (is_there && !in.ReadVarint64(&read)) return false;
  *number = static_cast<int64_t>(read);
  return true;
}

bool ReadFixed(CodedInputStream& in, void* number) {
  uint64_t bits = 0;
  if (!in.ReadLittleEndian64(&bits)) return false;
  std::memcpy(number, &bits, sizeof(bits));
  return true;
}

// start + steps * unit, defined for whatever a damaged page says.
int64_t Plus(int64_t start, int64_t steps, int64_t unit) {
  return static_cast<int64_t>(static_cast<uint64_t>(start) +
                              static_cast<uint64_t>(steps) * static_cast<uint64_t>(unit));
}

bool ReadValue(CodedInputStream& in, bool whole, double* value) {
  if (!whole) return ReadFixed(in, value);
  int64_t number = 0;
  if (!ReadSigned(in, &number)) return false;
  *value = static_cast<double>(number);
  return true;
}

uint64_t BitsOf(double value) {
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

void WriteSample(CodedOutputStream& out, const StoredSample& sample, uint32_t flags, int64_t step,
                 int64_t last_recorded) {
  out.WriteVarint32(flags);
  WriteSigned(out, step);
  if ((flags & kSameRecorded) == 0) WriteSigned(out, sample.recorded - last_recorded);
  if ((flags & kWholeValue) != 0) {
    WriteSigned(out, static_cast<int64_t>(sample.value));
  } else {
    out.WriteLittleEndian64(BitsOf(sample.value));
  }
  for (const int64_t word : {sample.object, sample.user, sample.site}) {
    if (word != 0) out.WriteVarint64(static_cast<uint64_t>(word));
  }
  out.WriteLittleEndian64(static_cast<uint64_t>(sample.id_hash));
}

// Reads what follows the flags; `sample` brings the times of the one before.
bool ReadSample(CodedInputStream& in, uint32_t flags, int64_t unit, StoredSample* sample) {
  int64_t step = 0;
  int64_t later = 0;
  if (!ReadSigned(in, &step)) return false;
  if ((flags & kSameRecorded) == 0 && !ReadSigned(in, &later)) return false;
  sample->occurred = Plus(sample->occurred, step, unit);
  sample->recorded = Plus(sample->recorded, later, 1);
  sample->backdated = (flags & kBackdated) != 0;
  sample->day = UtcDay(sample->occurred) + (flags >> kDayShift) - 1;
  return ReadValue(in, (flags & kWholeValue) != 0, &sample->value) &&
         ReadNumber(in, (flags & kHasObject) != 0, &sample->object) &&
         ReadNumber(in, (flags & kHasUser) != 0, &sample->user) &&
         ReadNumber(in, (flags & kHasSite) != 0, &sample->site) && ReadFixed(in, &sample->id_hash);
}

// Gives the number of samples to `begin`, then each of them to `take`.
template <typename Begin, typename Take>
absl::Status Decode(absl::string_view bytes, Begin begin, Take take) {
  const auto damaged = [] { return absl::DataLossError("a stored page of samples is damaged"); };
  CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                      static_cast<int>(bytes.size()));
  uint32_t form = 0;
  uint64_t unit = 0;
  uint64_t count = 0;
  if (!in.ReadVarint32(&form) || form != kForm || !in.ReadVarint64(&unit) ||
      !in.ReadVarint64(&count) || count > bytes.size()) {
    return damaged();
  }
  begin(count);
  StoredSample sample;
  for (uint64_t i = 0; i < count; ++i) {
    uint32_t flags = 0;
    if (!in.ReadVarint32(&flags) || !ReadSample(in, flags, static_cast<int64_t>(unit), &sample)) {
      return damaged();
    }
    take(sample);
  }
  if (in.CurrentPosition() != static_cast<int>(bytes.size())) return damaged();
  return absl::OkStatus();
}

}  // namespace

std::string EncodePage(absl::Span<const StoredSample> samples) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  CodedOutputStream out(&stream);
  const int64_t unit = UnitOf(samples);
  out.WriteVarint32(kForm);
  out.WriteVarint64(static_cast<uint64_t>(unit));
  out.WriteVarint64(samples.size());
  StoredSample last;
  for (const StoredSample& sample : samples) {
    WriteSample(out, sample, FlagsOf(sample, last.recorded),
                (sample.occurred - last.occurred) / unit, last.recorded);
    last = sample;
  }
  out.Trim();
  return bytes;
}

absl::StatusOr<std::vector<StoredSample>> DecodePage(absl::string_view bytes) {
  std::vector<StoredSample> samples;
  BANSO_RETURN_IF_ERROR(Decode(
      bytes, [&](size_t count) { samples.reserve(count); },
      [&](const StoredSample& sample) { samples.push_back(sample); }));
  return samples;
}

absl::Status DecodePage(absl::string_view bytes, std::vector<WindowSample>& samples) {
  samples.clear();
  return Decode(
      bytes, [&](size_t count) { samples.reserve(count); },
      [&](const StoredSample& sample) {
        samples.push_back({.day = sample.day,
                           .occurred = sample.occurred,
                           .recorded = sample.recorded,
                           .object = sample.object,
                           .user = sample.user,
                           .value = sample.value,
                           .site = sample.site});
      });
}

}  // namespace banso::health
