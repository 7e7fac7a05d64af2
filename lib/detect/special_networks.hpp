// SPDX-License-Identifier: BSD-3-Clause
// Networks that cannot answer from outside: private, shared, loopback, link-local, multicast and reserved
// space (RFC 6890, RFC 5771, RFC 4193, RFC 4291). A host that dials them is misconfigured, or a peer-to-peer
// node that was told private addresses; it does not scan. Documentation and benchmarking networks are not
// among them.
#pragma once

#include "base/prefix.hpp"

namespace flowlock {

// Without those that the tap's own internal networks lie in: in a private network, private targets are real
// ones.
PrefixSet unanswering_networks(const PrefixSet& internal);

}  // namespace flowlock
