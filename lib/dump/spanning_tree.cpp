// SPDX-License-Identifier: BSD-3-Clause
// Bridge protocol data units (802.1D, 802.1w, 802.1s, 802.1aq).
#include <array>

#include "dump/layers.hpp"
#include "dump/names.hpp"

namespace flowlock::dump {
namespace {

constexpr std::uint8_t regular = 0, rapid = 2, multiple = 3, shortest_path = 4;
constexpr std::uint32_t unit_size = 36, multiple_size_min = 102;
constexpr std::size_t v3_length = 36;

constexpr std::array version_names{Name{regular, "802.1d"}, Name{rapid, "802.1w"}, Name{multiple, "802.1s"},
                                   Name{shortest_path, "802.1aq"}};
constexpr std::array type_names{Name{0x00, "Config"}, Name{0x02, "Rapid STP"}, Name{0x80, "Topology Change"}};
constexpr std::array flag_names{
    Name{0x01, "Topology change"}, Name{0x02, "Proposal"},  Name{0x10, "Learn"},
    Name{0x20, "Forward"},         Name{0x40, "Agreement"}, Name{0x80, "Topology change ACK"},
};

std::string flags_text(const View& view) {
    return flags_of(flag_names, view.u8(4), ", ");
}

void add_configuration(Line& line, const View& view, std::uint32_t length) {
    line.add(", Flags [{}]", flags_text(view));
    line.add(", bridge-id {}.{}.{:04x}, length {}", view.hex(17, 2), view.mac(19), view.be16(25), length);
}

void add_multiple(Line& line, const View& view, std::uint32_t length, std::uint8_t version) {
    if (length < multiple_size_min || view.u8(35) != 0) return line.invalid();
    const std::uint32_t v3_size = view.be16(v3_length) + 2u;
    if (length < unit_size + v3_size) return line.invalid();
    line.add(", CIST Flags [{}], length {}", flags_text(view), length);
    if (version != shortest_path) return;
    constexpr std::uint32_t v4_size_min = 87;
    const std::uint32_t v4_size = view.be16(v3_length + v3_size) + 2u;
    if (length < unit_size + v3_size + v4_size || v4_size < v4_size_min) line.invalid();
}

}  // namespace

void add_spanning_tree(Line& line, const View& view, std::uint32_t length) {
    constexpr std::uint8_t configuration = 0x00, rapid_unit = 0x02;
    line.enter("stp");
    if (length < 4) return line.invalid();
    if (view.be16(0) != 0) return line.add("unknown STP version, length {}", length);
    const std::uint8_t version = view.u8(2);
    line.add("STP {}", name_of(version_names, version, "Unknown STP protocol (0x{:02x})"));
    if (std::ranges::find(version_names, version, &Name::number) == version_names.end()) return;
    const std::uint8_t type = view.u8(3);
    line.add(", {}", name_of(type_names, type, "Unknown BPDU Type (0x{:02x})"));
    const bool plain = type == configuration || (type == rapid_unit && version == rapid);
    if (plain) {
        if (length < unit_size - (type == configuration ? 1 : 0)) return line.invalid();
        return add_configuration(line, view, length);
    }
    if (type == rapid_unit && version != regular) add_multiple(line, view, length, version);
}

}  // namespace flowlock::dump
