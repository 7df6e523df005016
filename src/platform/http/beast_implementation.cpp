// The one place where Beast's separately compiled part is built (BOOST_BEAST_SEPARATE_COMPILATION is defined
// everywhere).
#include <boost/beast/src.hpp>
