# quorate_embed(TARGET FOLDER): puts all files of a folder into a target, as they are and gzipped, behind
#   std::span<const quorate::EmbeddedFile> quorate::embedded_files();
# of actors/console/embedded_files.h. Needs gzip, which every Debian has.
function(quorate_embed target folder)
  file(GLOB_RECURSE files RELATIVE "${folder}" CONFIGURE_DEPENDS "${folder}/*")
  list(SORT files)
  set(out "${CMAKE_CURRENT_BINARY_DIR}/embedded")
  file(MAKE_DIRECTORY "${out}")
  set(data ".section .rodata\n")
  set(names "")
  set(rows "")
  set(inputs "")
  set(number 0)
  foreach(file IN LISTS files)
    set(gzipped "${out}/${number}.gz")
    add_custom_command(
      OUTPUT "${gzipped}"
      COMMAND gzip -9 -n -c "${folder}/${file}" > "${gzipped}"
      DEPENDS "${folder}/${file}"
      VERBATIM)
    foreach(form plain packed)
      set(symbol "quorate_embedded_${number}_${form}")
      set(source "${folder}/${file}")
      if("${form}" STREQUAL "packed")
        set(source "${gzipped}")
      endif()
      string(APPEND data ".balign 16\n.global ${symbol}\n${symbol}:\n.incbin \"${source}\"\n"
             ".global ${symbol}_end\n${symbol}_end:\n")
      string(APPEND names "extern \"C\" const char ${symbol}[], ${symbol}_end[];\n")
    endforeach()
    string(APPEND rows "    EmbeddedFile{\"/${file}\",\n"
           "      {quorate_embedded_${number}_plain, quorate_embedded_${number}_plain_end},\n"
           "      {quorate_embedded_${number}_packed, quorate_embedded_${number}_packed_end}},\n")
    list(APPEND inputs "${folder}/${file}" "${gzipped}")
    math(EXPR number "${number} + 1")
  endforeach()
  # The stack of whoever links this stays not executable.
  string(APPEND data ".section .note.GNU-stack,\"\",@progbits\n")
  file(CONFIGURE OUTPUT "${out}/files.S" CONTENT "${data}" @ONLY)
  file(CONFIGURE OUTPUT "${out}/files.cc" CONTENT "#include \"actors/console/embedded_files.h\"

#include <vector>

${names}
namespace quorate {

std::span<const EmbeddedFile> embedded_files() {
  static const std::vector<EmbeddedFile> files{
${rows}  };
  return files;
}

}  // namespace quorate
" @ONLY)
  set_source_files_properties("${out}/files.S" PROPERTIES OBJECT_DEPENDS "${inputs}")
  target_sources(${target} PRIVATE "${out}/files.S" "${out}/files.cc")
endfunction()
