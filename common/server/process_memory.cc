#include "common/server/process_memory.h"

#include <malloc.h>
#include <unistd.h>

#include <fstream>

namespace banso::server::internal {

ProcessMemory MemoryOfProcess() {
  std::ifstream pages("/proc/self/statm");
  ProcessMemory memory;
  if (!(pages >> memory.reserved >> memory.resident)) return {};
  const int64_t page_size = ::sysconf(_SC_PAGESIZE);
  memory.reserved *= page_size;
  memory.resident *= page_size;
  return memory;
}

void ReleaseFreeMemory() { malloc_trim(0); }

}  // namespace banso::server::internal
