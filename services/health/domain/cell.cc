#include "services/health/domain/cell.h"

#include <algorithm>

namespace banso::health {

void AddSample(Cell& cell, double value, absl::Time occurred, absl::Time recorded) {
  Cell sample;
  sample.count = 1;
  sample.nonzero = value != 0 ? 1 : 0;
  sample.sum = sample.min = sample.max = sample.last = value;
  sample.first_occurred = sample.last_occurred = occurred;
  sample.first_recorded = sample.last_recorded = recorded;
  AddCell(cell, sample);
}

void AddCell(Cell& cell, const Cell& more) {
  if (more.count == 0) return;
  if (cell.count == 0) {
    cell.min = more.min;
    cell.max = more.max;
    cell.last = more.last;
    cell.first_occurred = more.first_occurred;
    cell.last_occurred = more.last_occurred;
    cell.first_recorded = more.first_recorded;
    cell.last_recorded = more.last_recorded;
  } else {
    cell.min = std::min(cell.min, more.min);
    cell.max = std::max(cell.max, more.max);
    if (more.last_occurred >= cell.last_occurred) cell.last = more.last;
    cell.first_occurred = std::min(cell.first_occurred, more.first_occurred);
    cell.last_occurred = std::max(cell.last_occurred, more.last_occurred);
    cell.first_recorded = std::min(cell.first_recorded, more.first_recorded);
    cell.last_recorded = std::max(cell.last_recorded, more.last_recorded);
  }
  cell.count += more.count;
  cell.nonzero += more.nonzero;
  cell.sum += more.sum;
}

}  // namespace banso::health
