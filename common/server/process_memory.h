#ifndef BANSO_COMMON_SERVER_PROCESS_MEMORY_H_
#define BANSO_COMMON_SERVER_PROCESS_MEMORY_H_

#include <cstdint>

namespace banso::server::internal {

// The memory of this process, in bytes. Zero where the system does not tell.
struct ProcessMemory {
  int64_t resident = 0;
  // With what is only reserved.
  int64_t reserved = 0;
};

// As the system says now, in some microseconds.
ProcessMemory MemoryOfProcess();

// Gives memory that is free back to the system; the allocator keeps it as long as it may. Takes
// some milliseconds for each hundred MiB, during which others may wait for memory.
void ReleaseFreeMemory();

}  // namespace banso::server::internal

#endif  // BANSO_COMMON_SERVER_PROCESS_MEMORY_H_
