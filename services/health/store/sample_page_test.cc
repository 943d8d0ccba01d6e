#include "services/health/store/sample_page.h"

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::health {
namespace {

using ::banso::testing::IsOkAndHolds;
using ::banso::testing::StatusIs;

constexpr int64_t kSecond = 1000000;
constexpr int64_t kDay = 86400 * kSecond;

std::vector<StoredSample> RandomSamples(std::mt19937_64& random, int64_t unit) {
  const auto below = [&](int64_t end) {
    return std::uniform_int_distribution<int64_t>(0, end - 1)(random);
  };
  std::vector<StoredSample> samples;
  int64_t occurred = below(200 * kDay) - 100 * kDay;
  occurred -= occurred % unit;
  for (int64_t i = below(300); i > 0; --i) {
    occurred += below(3 * kDay / unit) * unit;
    StoredSample sample;
    sample.id_hash = static_cast<int64_t>(random());
    sample.occurred = occurred;
    sample.recorded = below(2) == 0 ? 90 * kDay : occurred + below(kDay);
    sample.backdated = below(4) == 0;
    sample.day = std::llround(std::floor(static_cast<double>(occurred) / kDay)) + below(3) - 1;
    sample.object = below(3) == 0 ? below(1000) : 0;
    sample.user = below(2) == 0 ? below(100000) : 0;
    sample.site = below(5) == 0 ? below(10) : 0;
    sample.value = below(2) == 0 ? static_cast<double>(below(100)) : 0.1 * below(100);
    samples.push_back(sample);
  }
  return samples;
}

TEST(SamplePageTest, GivesBackWhatWentIn) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 300; ++round) {
    const int64_t units[] = {1, 1000, kSecond};
    const std::vector<StoredSample> samples = RandomSamples(random, units[round % 3]);
    EXPECT_THAT(DecodePage(EncodePage(samples)), IsOkAndHolds(samples));
  }
}

TEST(SamplePageTest, KeepsEveryDouble) {
  for (const double value : {0.0, -1.0, 0.1, 1e300, 9007199254740992.0, 9007199254740991.0,
                             -9007199254740993.0, std::numeric_limits<double>::denorm_min()}) {
    StoredSample sample;
    sample.value = value;
    EXPECT_THAT(DecodePage(EncodePage({sample})), IsOkAndHolds(std::vector{sample})) << value;
  }
  StoredSample negative_zero;
  negative_zero.value = -0.0;
  BANSO_ASSERT_OK_AND_ASSIGN(const auto read, DecodePage(EncodePage({negative_zero})));
  EXPECT_TRUE(std::signbit(read[0].value));
}

TEST(SamplePageTest, TakesFewBytesForASample) {
  std::vector<StoredSample> samples(100);
  for (int i = 0; i < 100; ++i) {
    samples[i].id_hash = i * 0x123456789abcdef;
    samples[i].occurred = i * 8 * 3600 * kSecond;
    samples[i].recorded = 40 * kDay;
    samples[i].day = i / 3;
    samples[i].value = i % 9;
  }
  EXPECT_LE(EncodePage(samples).size(), 100 * 15);
}

TEST(SamplePageTest, RefusesWhatIsNoPage) {
  std::mt19937_64 random(11);
  const std::string page = EncodePage(RandomSamples(random, 1));
  const auto damaged = StatusIs(absl::StatusCode::kDataLoss);
  for (size_t length = 0; length < page.size(); ++length) {
    EXPECT_THAT(DecodePage(page.substr(0, length)), damaged) << length;
  }
  EXPECT_THAT(DecodePage(page + "x"), damaged);
  EXPECT_THAT(DecodePage("\2" + page.substr(1)), damaged);
}

}  // namespace
}  // namespace banso::health
