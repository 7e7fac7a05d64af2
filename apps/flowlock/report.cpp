// SPDX-License-Identifier: BSD-3-Clause
#include "report.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include <fmt/format.h>

#include "capture/capture_file.hpp"
#include "packet/decode.hpp"
#include "report/address_mask.hpp"
#include "report/finding_text.hpp"
#include "report/report_reader.hpp"
#include "report/text_report.hpp"

namespace flowlock {
namespace {

namespace fs = std::filesystem;

constexpr int status_evidence_unread = 3;

// A case shows 2,000 at most, the largest evidence.packets_max; what holds many more is none of ours.
constexpr std::size_t packets_read_max = 10'000;

// Throws ReportUnreadable.
std::string content_of(const fs::path& path) {
    const auto refuse = [&](const std::string& why) -> std::string {
        throw ReportUnreadable(path.string() + ": " + why +
                               "; name the folder of a case, such as reports/cases/ID");
    };
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) return refuse(error ? error.message() : std::strerror(ENOENT));
    // Nobody writes to a pipe that was put there.
    if (!fs::is_regular_file(status)) return refuse("is no regular file");
    const std::uintmax_t size = fs::file_size(path, error);
    if (error) return refuse(error.message());
    if (size > report_bytes_max) return refuse("is larger than any report");
    std::string text(size, '\0');
    std::ifstream file(path, std::ios::binary);
    if (!file.read(text.data(), static_cast<std::streamsize>(size))) return refuse(std::strerror(errno));
    return text;
}

LockReport read_case(const fs::path& folder) {
    const fs::path path = folder / "report.json";
    ReadReport read = read_report(content_of(path));
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
            if (report.evidence.packets.size() >= packets_read_max)
                return fmt::format("evidence.pcapng has more than {} packets", packets_read_max);
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
    if (command.redact && report.origin.internal.empty())
        throw ReportUnreadable(
            (folder / "report.json").string() +
            ": origin.internal names no network, so nobody knows whose addresses are to be "
            "hidden; leave out --redact, and hide them by hand");
    // A case without packets has neither the file nor a time of theirs.
    std::string error;
    if (report.evidence.until != Time{}) error = read_packets(folder, report);
    TextStyle style{command.numbers, command.netscan};
    std::optional<AddressMask> mask;
    if (command.redact) style.mask = &mask.emplace(report);
    fmt::print("{}", command.log_only ? log_text(report.finding, style)
                     : report.locks() ? text_report(report, style)
                                      : finding_text(report, style));
    if (error.empty()) return 0;
    fmt::print(stderr, "flowlock report: {}; the text is without some packets\n", error);
    return status_evidence_unread;
}

}  // namespace flowlock
