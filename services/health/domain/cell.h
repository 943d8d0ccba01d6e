#ifndef BANSO_SERVICES_HEALTH_DOMAIN_CELL_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_CELL_H_

#include <cstdint>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace banso::health {

// One or more samples of an account and metric on one civil day that name the same user, object and
// site, as far as the windows of a fact need to know them. Which account and metric, the caller
// knows.
struct Cell {
  // The civil day on which the samples occurred, in the account's time zone.
  absl::CivilDay day;
  // Numbers of the words that the samples gave; 0: none.
  int64_t object = 0;
  int64_t user = 0;
  int64_t site = 0;

  // How many samples, and how many of them with a value other than zero.
  int64_t count = 0;
  int64_t nonzero = 0;
  double sum = 0;
  double min = 0;
  double max = 0;
  // The value of the sample that occurred last; of two at the same moment, the one added last.
  double last = 0;
  absl::Time first_occurred;
  absl::Time last_occurred;
  absl::Time first_recorded;
  absl::Time last_recorded;
};

// Adds a sample to a cell of its day, user, object and site.
void AddSample(Cell& cell, double value, absl::Time occurred, absl::Time recorded);

// Adds all samples of `more` to `cell`.
void AddCell(Cell& cell, const Cell& more);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_CELL_H_
