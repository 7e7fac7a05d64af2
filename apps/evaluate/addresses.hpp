// SPDX-License-Identifier: BSD-3-Clause
// Addresses of scenes. Internal hosts are in ranges for documentation and benchmarks (RFC 2544, RFC 3849).
// Strangers are anywhere in public space, as the Internet's hosts are: these packets exist in memory only, and how
// targets are scattered is part of what a scan detector looks at. Pure functions; any thread.
#pragma once

#include <cstdint>

#include "base/address.hpp"
#include "base/prefix.hpp"

namespace flowlock::evaluate {

const PrefixSet& internal_networks();  // 198.18.0.0/15, 2001:db8::/32
IpAddress internal_address(std::uint32_t number, bool ipv6);

// Each number has an address of its own choice; two numbers seldom have the same.
IpAddress public_address(std::uint64_t number, bool ipv6);
// 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10, as home routers have them.
IpAddress private_address(std::uint64_t number);
// So many addresses further: side by side.
IpAddress address_after(const IpAddress& address, std::uint32_t distance);

}  // namespace flowlock::evaluate
