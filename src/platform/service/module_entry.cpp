// The two names by which module.cpp finds a service in its module; compiled once into each (cmake/valion_service.cmake).
#include VALION_SERVICE_HEADER

extern "C" const char* valion_module_version() { return VALION_VERSION; }

extern "C" valion::BaseService* valion_make_service() { return new valion::VALION_SERVICE_CLASS; }
