// Linked into the tests of the build with ThreadSanitizer, in front of RocksDB's DBImpl::Write.
//
// Threads that write at once are served by one of them, which reads the batches of the others. What
// orders that are atomics inside the packaged library, which is not instrumented, so each such read
// would be reported as a race with the thread that filled the batch. What a thread reads inside
// Write is therefore not looked at; what it writes, and all that our code does elsewhere, is.
#include <dlfcn.h>
#include <rocksdb/options.h>
#include <rocksdb/status.h>
#include <rocksdb/write_batch.h>

#include "core/base/check.h"

// The library calls its own function by this name, and the program's comes first.
#define QUORATE_NAME "_ZN7rocksdb6DBImpl5WriteERKNS_12WriteOptionsEPNS_10WriteBatchE"

extern "C" {
void AnnotateIgnoreReadsBegin(const char* file, int line);  // NOLINT: the sanitizer's name.
void AnnotateIgnoreReadsEnd(const char* file, int line);    // NOLINT: the sanitizer's name.
}

// A member function with its object as first argument, as the platform's ABI passes it.
rocksdb::Status write_of_rocksdb(void* database, const rocksdb::WriteOptions& options,
                                 rocksdb::WriteBatch* batch) __asm__(QUORATE_NAME);

rocksdb::Status write_of_rocksdb(void* database, const rocksdb::WriteOptions& options,
                                 rocksdb::WriteBatch* batch) {
  static auto* const real =
      reinterpret_cast<decltype(&write_of_rocksdb)>(::dlsym(RTLD_NEXT, QUORATE_NAME));
  quorate::check(real != nullptr, "RocksDB has the function that tests stand in front of");
  AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
  rocksdb::Status written = real(database, options, batch);
  AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
  return written;
}
