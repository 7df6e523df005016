// The one place where Asio's separately compiled part is built (BOOST_ASIO_SEPARATE_COMPILATION is defined everywhere).
#include <boost/asio/impl/src.hpp>
