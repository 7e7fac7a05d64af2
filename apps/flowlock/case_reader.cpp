// SPDX-License-Identifier: BSD-3-Clause
#include "case_reader.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

#include <fmt/format.h>

#include "capture/capture_file.hpp"
#include "packet/decode.hpp"
#include "report/report_reader.hpp"

namespace flowlock {
namespace {

namespace fs = std::filesystem;

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

// As the case saw it: what comes to one of those it is about, and is not theirs, was received; all else was sent, also a
// frame with a forged source.
Direction direction_of(const EvidencePacket& packet, const Finding& finding, const PrefixSet& networks) {
    const Decoded decoded = decode(packet.link, packet.head, packet.wire_bytes);
    if (!is_decoded(decoded.outcome)) return Direction::out;
    const auto is_theirs = [&](const IpAddress& address) {
        return finding.scope == Scope::host ? address == finding.host : networks.contains(address);
    };
    return is_theirs(decoded.key.address[1 - decoded.sender]) &&
                   !is_theirs(decoded.key.address[decoded.sender])
               ? Direction::in
               : Direction::out;
}

// What is wrong with the capture; empty: nothing.
std::string read_packets(const fs::path& folder, LockReport& report) {
    CaptureFile file((folder / "evidence.pcapng").string());
    const PrefixSet networks = networks_of(report.finding);
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
            packet.direction = direction_of(packet, report.finding, networks);
            report.evidence.packets.push_back(std::move(packet));
        }
    return file.error();
}

}  // namespace

CaseRead read_case(const fs::path& folder) {
    const fs::path path = folder / "report.json";
    ReadReport read = read_report(content_of(path));
    if (!read.report) throw ReportUnreadable(path.string() + ": " + read.error);
    CaseRead result{.report = std::move(*read.report), .error = {}};
    // A case without packets has neither the file nor a time of theirs.
    if (result.report.evidence.until != Time{}) result.error = read_packets(folder, result.report);
    return result;
}

}  // namespace flowlock
