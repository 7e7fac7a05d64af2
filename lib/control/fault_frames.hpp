// SPDX-License-Identifier: BSD-3-Clause
// Which frames show a wrong configuration: of a station, of certain messages. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/hardware_address.hpp"
#include "detect/finding.hpp"
#include "packet/link_type.hpp"

namespace flowlock {

class FaultFrames {
public:
    // As opened, or with all its figures: then it is known which addresses are contested.
    static FaultFrames of(const Finding& finding);

    // Addresses that are not the host's own, although it sends from them.
    std::span<const IpAddress> borrowed() const;
    // The frame may be of the case, as far as is known when it opens.
    bool may_hold(LinkType link, std::span<const std::byte> head, std::uint32_t wire) const;
    // It is one of those that the finding is about.
    bool shows(LinkType link, std::span<const std::byte> head, std::uint32_t wire) const;

private:
    Kind kind_ = Kind::spoofed_source;
    IpAddress host_;
    HardwareAddress station_;           // none: not known
    std::vector<IpAddress> addresses_;  // sent to, contested or used, as the kind is
};

}  // namespace flowlock
