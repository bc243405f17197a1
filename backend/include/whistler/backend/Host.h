#ifndef WHISTLER_BACKEND_HOST_H
#define WHISTLER_BACKEND_HOST_H

#include <string>

namespace whistler::backend {

/// Of the libbpf that is linked, "1.1.2".
std::string libbpfVersion();

} // namespace whistler::backend

#endif
