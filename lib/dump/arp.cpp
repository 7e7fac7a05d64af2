// SPDX-License-Identifier: BSD-3-Clause
// ARP and reverse ARP (RFC 826, 903).
#include <array>

#include "dump/layers.hpp"
#include "dump/names.hpp"

namespace flowlock::dump {
namespace {

constexpr std::uint16_t ipv4 = 0x0800, trailers = 0x1000;
constexpr std::size_t header_size = 8;

constexpr std::array hardware_names{
    Name{1, "Ethernet"}, Name{6, "TokenRing"}, Name{7, "ArcNet"},     Name{15, "FrameRelay"},
    Name{19, "ATM"},     Name{23, "Strip"},    Name{24, "IEEE 1394"}, Name{32, "InfiniBand"},
};

constexpr std::array operation_names{
    Name{1, "Request"},       Name{2, "Reply"},           Name{3, "Reverse Request"},
    Name{4, "Reverse Reply"}, Name{8, "Inverse Request"}, Name{9, "Inverse Reply"},
    Name{10, "NACK Reply"},
};

// The four addresses of a message.
class Addresses {
public:
    explicit Addresses(const View& view)
        : view_(view), hardware_size_(view.u8(4)), protocol_size_(view.u8(5)) {}

    std::size_t end() const { return header_size + 2 * (hardware_size_ + protocol_size_); }
    std::string sender_hardware() const { return hardware(header_size); }
    std::string sender() const { return view_.ipv4(header_size + hardware_size_); }
    std::string target_hardware() const { return hardware(target_at()); }
    std::string target() const { return view_.ipv4(target_at() + hardware_size_); }
    bool knows_target_hardware() const {
        for (std::size_t i = 0; i < hardware_size_; ++i)
            if (view_.u8(target_at() + i) != 0) return true;
        return false;
    }
    std::size_t hardware_size() const { return hardware_size_; }
    std::size_t protocol_size() const { return protocol_size_; }

private:
    std::size_t target_at() const { return header_size + hardware_size_ + protocol_size_; }
    std::string hardware(std::size_t at) const {
        return hardware_size_ == 0 ? "<empty>" : view_.hex(at, hardware_size_, ":");
    }

    View view_;
    std::size_t hardware_size_, protocol_size_;
};

// False: an operation of which no more is known.
bool add_operation(Line& line, std::uint16_t operation, const Addresses& addresses) {
    line.add("{} ", name_of(operation_names, operation, "Unknown ({})"));
    switch (operation) {
        case 1:
            line.add("who-has {}", addresses.target());
            if (addresses.knows_target_hardware()) line.add(" ({})", addresses.target_hardware());
            line.add(" tell {}", addresses.sender());
            return true;
        case 2:
            line.add("{} is-at {}", addresses.sender(), addresses.sender_hardware());
            return true;
        case 3:
        case 8:
            line.add("who-is {} tell {}", addresses.target_hardware(), addresses.sender_hardware());
            return true;
        case 4:
            line.add("{} at {}", addresses.target_hardware(), addresses.target());
            return true;
        case 9:
            line.add("{} at {}", addresses.sender_hardware(), addresses.sender());
            return true;
        default:
            return false;
    }
}

}  // namespace

void add_arp(Line& line, const View& view, std::uint32_t length) {
    line.enter("arp");
    if (!view.need(0, header_size)) return;
    const std::uint16_t hardware = view.be16(0), protocol = view.be16(2);
    const Addresses addresses(view);
    if (!view.need(addresses.end() - addresses.protocol_size(), addresses.protocol_size())) return;
    line.add_text("ARP, ");
    const bool known = (protocol == ipv4 || protocol == trailers) && addresses.protocol_size() == 4 &&
                       addresses.hardware_size() != 0;
    if (!known)
        line.add("{} (len {}), {} (len {})", name_of(hardware_names, hardware, "Unknown Hardware ({})"),
                 addresses.hardware_size(), ethertype_name(protocol, "Unknown Protocol (0x{:04x})"),
                 addresses.protocol_size());
    else if (!add_operation(line, view.be16(6), addresses))
        return;
    line.add(", length {}", length);
}

}  // namespace flowlock::dump
