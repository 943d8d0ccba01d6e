#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_TIMES_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_TIMES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/accounts/v1/reports_service.pb.h"
#include "common/statistics/survival.h"

// How long onboardings take from one clock to another, by era.
namespace banso::accounts {

// A time in which the team worked in one way. Both ends are inclusive: the day of a change belongs
// to the era that it begins.
struct Era {
  std::optional<absl::CivilDay> first_day;
  std::optional<absl::CivilDay> last_day;
  // The changes that it begins with, by name.
  std::vector<std::string> changes;
};

// The eras that these changes make, oldest first: one more than they have different days, so that
// every day belongs to exactly one.
std::vector<Era> ErasOf(const std::vector<v1::OperatingChange>& changes);

// Adds up onboardings by the era of their first clock.
class TimesSummary {
 public:
  // What `request` asks for; its filters by day and kind are applied here.
  TimesSummary(const v1::SummarizeTimesRequest& request,
               const std::vector<v1::OperatingChange>& changes);

  // `today` is the day that it is for the onboarding's account.
  void Add(const v1::Onboarding& onboarding, absl::CivilDay today);

  v1::SummarizeTimesResponse Result() const;

 private:
  struct Sum {
    std::vector<statistics::Observation> observations;
    int64_t reached = 0;
    int64_t cancelled = 0;
    double days_reached = 0;

    v1::EraTimes Figures() const;
  };

  bool IsAskedFor(const v1::Onboarding& onboarding, absl::CivilDay from) const;
  static void AddTo(const v1::Onboarding& onboarding, absl::CivilDay from,
                    std::optional<absl::CivilDay> to, absl::CivilDay today, Sum* sum);

  const v1::SummarizeTimesRequest& request_;
  std::vector<Era> eras_;
  // As `eras_`.
  std::vector<Sum> sums_;
  Sum total_;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_TIMES_H_
