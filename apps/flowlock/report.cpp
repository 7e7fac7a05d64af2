// SPDX-License-Identifier: BSD-3-Clause
#include "report.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include <fmt/format.h>

#include "capture/capture_file.hpp"
#include "packet/decode.hpp"
#include "report/address_mask.hpp"
#include "report/report_reader.hpp"
#include "report/text_report.hpp"

namespace flowlock {
namespace {

namespace fs = std::filesystem;

constexpr int status_evidence_unread = 3;

LockReport read_case(const fs::path& folder) {
    const fs::path path = folder / "report.json";
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw ReportUnreadable(path.string() + ": " + std::strerror(errno) +
                               "; name the folder of a case, such as reports/cases/ID");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    ReadReport read = read_report(text);
    if (!read.report) throw ReportUnreadable(path.string() + ": " + read.error);
    return std::move(*read.report);
}

// As the host saw it. A packet between two hosts of a network's case goes out.
Direction direction_of(const EvidencePacket& packet, const Finding& finding, const PrefixSet& internal) {
    const Decoded decoded = decode(packet.link, packet.head, packet.wire_bytes);
    if (!is_decoded(decoded.outcome)) return Direction::out;
    const IpAddress& sender = decoded.key.address[decoded.sender];
    if (finding.scope == Scope::host) return sender == finding.host ? Direction::out : Direction::in;
    return internal.contains(sender) || !internal.contains(decoded.key.address[1 - decoded.sender])
               ? Direction::out
               : Direction::in;
}

// What is wrong with the capture; empty: nothing.
std::string read_packets(const fs::path& folder, LockReport& report) {
    CaptureFile file((folder / "evidence.pcapng").string());
    const PrefixSet internal{report.origin.internal};
    FrameBlock block(frame_block_size_min);
    while (file.fill(block))
        for (const CapturedFrame& frame : block.frames) {
            const std::byte* bytes = block.bytes.get() + frame.offset;
            EvidencePacket packet{.time = frame.time,
                                  .link = frame.link,
                                  .wire_bytes = frame.wire,
                                  .head = {bytes, bytes + frame.captured}};
            packet.direction = direction_of(packet, report.finding, internal);
            report.evidence.packets.push_back(std::move(packet));
        }
    return file.error();
}

}  // namespace

int report(const ReportCommand& command) {
    const fs::path folder = command.folder;
    LockReport report = read_case(folder);
    // A case without packets has neither the file nor a time of theirs.
    std::string error;
    if (report.evidence.until != Time{}) error = read_packets(folder, report);
    TextStyle style{command.numbers, command.netscan};
    std::optional<AddressMask> mask;
    if (command.redact) style.mask = &mask.emplace(report);
    fmt::print("{}", command.log_only ? log_text(report.finding, style) : text_report(report, style));
    if (error.empty()) return 0;
    fmt::print(stderr, "flowlock report: {}; the text is without some packets\n", error);
    return status_evidence_unread;
}

}  // namespace flowlock
