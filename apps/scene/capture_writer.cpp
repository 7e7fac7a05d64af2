// SPDX-License-Identifier: BSD-3-Clause
// The classic pcap format, in this machine's byte order as tcpdump writes it.
#include "capture_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace flowlock::scene {

namespace {

constexpr std::size_t buffer_size = 1 << 20;
constexpr std::size_t record_header = 16;

}  // namespace

CaptureWriter::CaptureWriter(const std::string& path, const Options& options)
    : path_{path}, options_{options}, buffer_{std::make_unique_for_overwrite<std::byte[]>(buffer_size)} {
    file_.reset(std::fopen(path.c_str(), "wb"));
    if (file_ == nullptr) throw std::runtime_error(path + ": " + std::strerror(errno));
    std::setvbuf(file_.get(), nullptr, _IONBF, 0);
    put_32(options.nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4);
    put_32(0x00040002);  // version 2.4, its two halves swapped as little-endian memory has them
    put_32(0);
    put_32(0);
    put_32(options.snap_length);
    put_32(1);  // Ethernet
}

void CaptureWriter::write(Time time, std::span<const std::byte> bytes, std::uint32_t wire) {
    const auto captured = std::min(wire, options_.snap_length);
    if (used_ + record_header + captured > buffer_size) flush();
    const auto ns = ns_of(time);
    put_32(static_cast<std::uint32_t>(ns / 1'000'000'000));
    const auto rest = static_cast<std::uint32_t>(ns % 1'000'000'000);
    put_32(options_.nanoseconds ? rest : rest / 1000);
    put_32(captured);
    put_32(wire);
    const auto known = std::min<std::size_t>(captured, bytes.size());
    std::memcpy(&buffer_[used_], bytes.data(), known);
    std::memset(&buffer_[used_] + known, 0, captured - known);
    used_ += captured;
}

void CaptureWriter::close() {
    flush();
    if (std::fclose(file_.release()) != 0) failed_ = true;
    if (failed_)
        throw std::runtime_error(path_ + ": not all of it could be written: " + std::strerror(errno));
}

void CaptureWriter::put_32(std::uint32_t value) {
    std::memcpy(&buffer_[used_], &value, sizeof value);
    used_ += sizeof value;
}

void CaptureWriter::flush() {
    if (std::fwrite(buffer_.get(), 1, used_, file_.get()) != used_) failed_ = true;
    used_ = 0;
}

}  // namespace flowlock::scene
