// SPDX-License-Identifier: BSD-3-Clause
// SCTP (RFC 9260): all chunks of a packet, each with the numbers of its head.
#include <array>

#include "dump/layers.hpp"
#include "dump/names.hpp"

namespace flowlock::dump {
namespace {

constexpr std::uint32_t header_size = 12, chunk_head = 4;

namespace chunk {
constexpr std::uint8_t data = 0, init = 1, init_ack = 2, sack = 3;
}

constexpr std::array chunk_names{
    Name{0, "DATA"},           Name{1, "INIT"},         Name{2, "INIT ACK"},
    Name{3, "SACK"},           Name{4, "HB REQ"},       Name{5, "HB ACK"},
    Name{6, "ABORT"},          Name{7, "SHUTDOWN"},     Name{8, "SHUTDOWN ACK"},
    Name{9, "OP ERR"},         Name{10, "COOKIE ECHO"}, Name{11, "COOKIE ACK"},
    Name{12, "ECN ECHO"},      Name{13, "ECN CWR"},     Name{14, "SHUTDOWN COMPLETE"},
    Name{0xc0, "FOR CUM TSN"}, Name{0xc1, "REL CTRL"},  Name{0xc2, "REL CTRL ACK"},
};

constexpr std::array payload_names{
    Name{1, "ISDN Q.921"}, Name{2, "M2UA"},       Name{3, "M3UA"},       Name{4, "SUA"},
    Name{5, "M2PA"},       Name{6, "V5.2"},       Name{7, "H.248"},      Name{8, "BICC"},
    Name{9, "TALI"},       Name{10, "DUA"},       Name{11, "ASAP"},      Name{12, "ENRP"},
    Name{13, "H.323"},     Name{14, "Q.IPC"},     Name{15, "SIMCO"},     Name{16, "DDPSC"},
    Name{17, "DDPSSC"},    Name{18, "S1AP"},      Name{19, "RUA"},       Name{20, "HNBAP"},
    Name{21, "ForCES HP"}, Name{22, "ForCES MP"}, Name{23, "ForCES LP"}, Name{24, "SBc-AP"},
    Name{25, "NBAP"},      Name{27, "X2AP"},
};

constexpr std::array port_names{Name{6704, "ForCES HP"}, Name{6705, "ForCES MP"}, Name{6706, "ForCES LP"}};

void add_port_name(Line& line, std::uint16_t port) {
    const auto found = std::ranges::find(port_names, port, &Name::number);
    if (found != port_names.end()) line.add("[{}]", found->text);
}

// A chunk, from its head on; `length` as its head says.
struct Chunk {
    View view;
    std::uint16_t length = 0;
    std::uint32_t body() const { return length - chunk_head; }
};

// False: shorter than what every chunk of its type has, which is said.
bool require_body(Line& line, const Chunk& chunk, std::uint32_t size) {
    if (chunk.body() < size) line.add("bogus chunk length {}]", chunk.length);
    return chunk.body() >= size;
}

bool add_data(Line& line, const Chunk& chunk) {
    constexpr std::uint32_t fixed = 12;
    constexpr std::array flag_names{Name{4, "(U)"}, Name{2, "(B)"}, Name{1, "(E)"}};
    const std::uint8_t flags = chunk.view.u8(1);
    if ((flags & 7) != 0) line.add("{} ", flags_of(flag_names, flags, ""));
    if (!require_body(line, chunk, fixed)) return false;
    const View& view = chunk.view;
    line.add("[TSN: {}] [SID: {}] [SSEQ {}] [PPID {}] ", view.be32(4), view.be16(8), view.be16(10),
             name_of(payload_names, view.be32(12), "0x{:x}"));
    return require_body(line, chunk, fixed + 1);
}

bool add_init(Line& line, const Chunk& chunk) {
    if (!require_body(line, chunk, 16)) return false;
    const View& view = chunk.view;
    line.add("[init tag: {}] [rwnd: {}] [OS: {}] [MIS: {}] [init TSN: {}] ", view.be32(4), view.be32(8),
             view.be16(12), view.be16(14), view.be32(16));
    return true;
}

// Gaps and duplicates themselves are on lines of their own in tcpdump's form, and so are the chunks behind them.
bool add_sack(Line& line, const Chunk& chunk) {
    constexpr std::uint32_t fixed = 12, entry_size = 4;
    if (!require_body(line, chunk, fixed)) return false;
    const View& view = chunk.view;
    const std::uint16_t gaps = view.be16(12), duplicates = view.be16(14);
    line.add("[cum ack {}] [a_rwnd {}] [#gap acks {}] [#dup tsns {}] ", view.be32(4), view.be32(8), gaps,
             duplicates);
    const bool listed = (gaps != 0 || duplicates != 0) && chunk.body() > fixed;
    if (listed) require_body(line, chunk, fixed + entry_size);
    return !listed;
}

bool add_chunk(Line& line, const Chunk& chunk) {
    const std::uint8_t type = chunk.view.u8(0);
    line.add("[{}] ", name_of(chunk_names, type, "Unknown chunk type: 0x{:x}"));
    switch (type) {
        case chunk::data:
            return add_data(line, chunk);
        case chunk::init:
        case chunk::init_ack:
            return add_init(line, chunk);
        case chunk::sack:
            return add_sack(line, chunk);
        default:
            return true;
    }
}

void add_chunks(Line& line, View view, std::uint32_t left) {
    std::string_view separator = " (";
    for (unsigned number = 1; left != 0 && line.open(); ++number) {
        if (left < chunk_head)
            return line.add("{}{}) [chunk descriptor cut off at end of packet]", separator, number);
        const Chunk chunk{view, view.be16(2)};
        if (chunk.length < chunk_head)
            return line.add("{}{}) [Bad chunk length {}, < size of chunk descriptor]", separator, number,
                            chunk.length);
        const std::uint32_t padding = (4 - chunk.length % 4u) % 4;
        if (left < padding)
            return line.add("{}{}) [Bad chunk length {}, > remaining data in packet]", separator, number,
                            chunk.length);
        if (!view.need(0, chunk.length)) return;
        line.add("{}{}) ", separator, number);
        if (!add_chunk(line, chunk)) return;
        if (!view.need(chunk.length, padding)) return;
        view = view.from(chunk.length + padding);
        left -= chunk.length + padding;
        separator = ", (";
    }
}

}  // namespace

void add_sctp(Line& line, const View& view, std::uint32_t length, const IpHead& ip) {
    line.enter("sctp");
    if (length < header_size) return line.add("truncated-sctp - {} bytes missing!", header_size - length);
    if (!view.need(0, header_size)) return;
    const std::uint16_t source = view.be16(0), target = view.be16(2);
    line.add("{}.{} > {}.{}: sctp", ip.source, source, ip.target, target);
    add_port_name(line, source);
    add_port_name(line, target);
    add_chunks(line, view.from(header_size), length - header_size);
}

}  // namespace flowlock::dump
