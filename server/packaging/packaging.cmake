# Installing, and Debian's package: cmake --build --preset release && cpack --config build/release/CPackConfig.cmake
#
# The manual page and the shell completion are made from what the program itself says of its options.
include(GNUInstallDirs)
find_program(GZIP gzip)

set(packaging ${PROJECT_SOURCE_DIR}/server/packaging)
set(packaged ${PROJECT_BINARY_DIR}/packaging)
file(MAKE_DIRECTORY ${packaged})

function(filled_from_options template result)
  add_custom_command(OUTPUT ${packaged}/${result}
    COMMAND $<TARGET_FILE:quprite> --help > ${packaged}/${result}.options
    COMMAND awk -f ${packaging}/fill.awk ${packaged}/${result}.options ${packaging}/${template} > ${packaged}/${result}.new
    COMMAND sed s/@version@/${PROJECT_VERSION}/ ${packaged}/${result}.new > ${packaged}/${result}
    DEPENDS quprite ${packaging}/fill.awk ${packaging}/${template}
    VERBATIM)
endfunction()

function(compressed source result)
  add_custom_command(OUTPUT ${packaged}/${result}
    COMMAND ${GZIP} -9nc ${source} > ${packaged}/${result}
    DEPENDS ${source}
    VERBATIM)
endfunction()

if(GZIP AND NOT CMAKE_CROSSCOMPILING)
  filled_from_options(quprite.1.in quprite.1)
  filled_from_options(quprite.bash.in quprite.bash)
  compressed(${packaged}/quprite.1 quprite.1.gz)
  compressed(${packaging}/changelog changelog.gz)
  # A sanitized program is not asked: on some kernels it needs help to start, and no one packages it.
  if(NOT QUPRITE_SANITIZE)
    set(with_all ALL)
  endif()
  add_custom_target(packaged ${with_all} DEPENDS ${packaged}/quprite.1.gz ${packaged}/quprite.bash ${packaged}/changelog.gz)

  install(FILES ${packaged}/quprite.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(FILES ${packaged}/quprite.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME quprite)
  install(FILES ${packaged}/changelog.gz DESTINATION ${CMAKE_INSTALL_DOCDIR})
endif()
install(TARGETS quprite)
install(FILES ${packaging}/quprite.service DESTINATION lib/systemd/user)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PACKAGE_CONTACT "the quprite authors <quprite@localhost.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "local Azure Queue Storage server")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"quprite answers the requests of Azure Queue Storage's REST interface, so that
programs and tests can use the official SDKs and the az command without a
cloud account. It keeps its messages in one file, and runs as a service of
the user who wants it: systemctl --user start quprite.")
include(CPack)
