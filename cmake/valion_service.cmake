# valion_service(NAME …): a service is a library, services_NAME (arguments of valion_library), and a module, lib/valion/NAME.so, that
# only the process running it loads: what a service brings along (XGBoost, Cairo, PROJ, …) is in nobody else's memory.
#
# The module makes the class named like the service in camel case (ml_service > valion::MlService) of services/NAME/NAME.hpp. It links
# the same static libraries as the program; where both hold a symbol the program's is used, since it exports its own.
function(valion_service name)
  valion_library(services_${name} ${ARGN})

  string(REPLACE "_" ";" words ${name})
  set(class "")
  foreach(word ${words})
    string(SUBSTRING ${word} 0 1 first)
    string(SUBSTRING ${word} 1 -1 rest)
    string(TOUPPER ${first} first)
    string(APPEND class ${first}${rest})
  endforeach()

  add_library(${name} MODULE ${CMAKE_SOURCE_DIR}/src/platform/service/module_entry.cpp)
  target_link_libraries(${name} PRIVATE services_${name})
  target_compile_definitions(${name} PRIVATE
    VALION_SERVICE_HEADER="services/${name}/${name}.hpp" VALION_SERVICE_CLASS=${class} VALION_VERSION="${PROJECT_VERSION}")
  set_target_properties(${name} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/valion)
  set_property(GLOBAL APPEND PROPERTY VALION_SERVICES ${name})
endfunction()
