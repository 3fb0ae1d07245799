// The one unit in which Asio's own code is compiled (BOOST_ASIO_SEPARATE_COMPILATION, set by this target
// for everybody who links it).
#include <boost/asio/impl/src.hpp>
