# Libraries that Debian packages without a CMake package of their own:
# RocksDB (its package file drags in optional compressors' -dev files), xxHash and isa-l.
include(FindPackageHandleStandardArgs)
set(required)
foreach(pair rocksdb:rocksdb/db.h xxhash:xxhash.h isal:isa-l/crc.h)
  string(REPLACE ":" ";" pair "${pair}")
  list(GET pair 0 name)
  list(GET pair 1 header)
  find_library(RocksLibs_${name}_LIBRARY NAMES ${name})
  find_path(RocksLibs_${name}_INCLUDE_DIR ${header})
  list(APPEND required RocksLibs_${name}_LIBRARY RocksLibs_${name}_INCLUDE_DIR)
  if(RocksLibs_${name}_LIBRARY AND NOT TARGET ${name}::${name})
    add_library(${name}::${name} UNKNOWN IMPORTED)
    set_target_properties(
      ${name}::${name}
      PROPERTIES IMPORTED_LOCATION "${RocksLibs_${name}_LIBRARY}"
                 INTERFACE_INCLUDE_DIRECTORIES "${RocksLibs_${name}_INCLUDE_DIR}")
  endif()
endforeach()
find_package_handle_standard_args(RocksLibs REQUIRED_VARS ${required})
