# The part of prometheus-cpp that makes values and text of them. The package's own CMake file wants
# what its HTTP server and its pusher are linked with, too.
include(FindPackageHandleStandardArgs)
find_library(PrometheusCore_LIBRARY NAMES prometheus-cpp-core)
find_path(PrometheusCore_INCLUDE_DIR prometheus/text_serializer.h)
if(PrometheusCore_LIBRARY AND NOT TARGET prometheus-cpp::core)
  add_library(prometheus-cpp::core UNKNOWN IMPORTED)
  set_target_properties(
    prometheus-cpp::core
    PROPERTIES IMPORTED_LOCATION "${PrometheusCore_LIBRARY}"
               INTERFACE_INCLUDE_DIRECTORIES "${PrometheusCore_INCLUDE_DIR}")
endif()
find_package_handle_standard_args(PrometheusCore REQUIRED_VARS PrometheusCore_LIBRARY
                                  PrometheusCore_INCLUDE_DIR)
