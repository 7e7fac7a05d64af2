// SPDX-License-Identifier: BSD-3-Clause
// Which of XARF's types says what a case is; docs/output.md says the same for users. Pure.
#pragma once

#include <optional>
#include <string>

#include "report/lock_report.hpp"

namespace flowlock {

// One contact that was seen, as an example of all: XARF wants the port from which the host sent.
struct XarfContact {
    Time time;
    ProtocolClass protocol = ProtocolClass::tcp;  // TCP or UDP
    std::uint16_t source_port = 0;                // never 0
    IpAddress address{};                          // to which it sent
    std::uint16_t port = 0;                       // 0: not known
};

struct XarfType {
    std::string category;
    std::string type;
    std::string evidence_source;
    std::optional<XarfContact> contact{};
    std::string attack_vector{};  // of connection/ddos
    std::string scan_type{};      // of connection/vulnerability_scan
    // The field that the type wants, and what stands there; empty: none.
    std::string detail_name{};
    std::string detail{};
};

// Nothing: no type fits without saying more than is known, or one that fits wants a port where there is none.
std::optional<XarfType> xarf_type_of(const LockReport& report);

}  // namespace flowlock
