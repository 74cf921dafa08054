// Boost.JSON without its library: its code is compiled here, once, so that Boost's headers are all
// we need.
#include <boost/json/src.hpp>
