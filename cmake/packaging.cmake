# Installation and the Debian package: `cmake --build build/release --target package_deb` writes build/release/valion_VERSION_ARCH.deb.
#
# The layout is the build folder's: bin/valion finds its services in ../lib/valion. Libraries come from Debian; the package depends
# on what the binary and its modules were linked with (dpkg-shlibdeps).
include(GNUInstallDirs)

get_property(valion_services GLOBAL PROPERTY VALION_SERVICES)
install(TARGETS valion RUNTIME DESTINATION bin)
install(TARGETS ${valion_services} LIBRARY DESTINATION lib/valion)
install(DIRECTORY examples/ DESTINATION share/valion/examples)
install(DIRECTORY deploy/prometheus deploy/grafana DESTINATION share/valion PATTERN "provisioning" EXCLUDE)
install(FILES README.md LICENSE CHANGELOG.md docs/deployment.md docs/observability.md DESTINATION share/doc/valion)
install(FILES deploy/systemd/valion.service DESTINATION lib/systemd/system)
install(FILES deploy/debian/valion.1 DESTINATION share/man/man1)
install(FILES deploy/systemd/valion.yaml DESTINATION /etc/valion)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME valion)
set(CPACK_PACKAGE_VENDOR Valion)
set(CPACK_PACKAGE_CONTACT "Valion maintainers <valion@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "glass-box real-estate valuation platform")
set(CPACK_SET_DESTDIR ON)  # /etc stands outside the prefix
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_BINARY_DIR}/lib/valion)
# What is run or read, not linked: the orchestrator's Redis, PROJ's data, the reports' font, the account of the service.
# libcurl4: loaded, not linked, for objects in S3. postgresql-client: backups of a PostgreSQL.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "redis-server, proj-data, fonts-dejavu-core, adduser, libcurl4, ca-certificates")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "postgresql-client")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "postgresql, prometheus")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${CMAKE_SOURCE_DIR}/deploy/debian/postinst ${CMAKE_SOURCE_DIR}/deploy/debian/prerm ${CMAKE_SOURCE_DIR}/deploy/debian/postrm
  ${CMAKE_SOURCE_DIR}/deploy/debian/conffiles)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)

add_custom_target(package_deb
  COMMAND ${CMAKE_CPACK_COMMAND} -G DEB --config ${CMAKE_BINARY_DIR}/CPackConfig.cmake -B ${CMAKE_BINARY_DIR}/package
  DEPENDS valion ${valion_services}
  WORKING_DIRECTORY ${CMAKE_BINARY_DIR} VERBATIM)
