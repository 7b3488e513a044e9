// Boost.JSON is header-only here: its one compiled copy.
#include <boost/json/src.hpp>
