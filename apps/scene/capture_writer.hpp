// SPDX-License-Identifier: BSD-3-Clause
// Writes a pcap file through one buffer. Owned by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>

#include "base/time.hpp"

namespace flowlock::scene {

class CaptureWriter {
public:
    struct Options {
        std::uint32_t snap_length = 65535;
        bool nanoseconds = true;
    };

    // Throws std::runtime_error when the file cannot be made.
    CaptureWriter(const std::string& path, const Options& options);

    // Writes the first snap_length bytes of a frame that is `wire` long; what `bytes` lacks is zeros.
    void write(Time time, std::span<const std::byte> bytes, std::uint32_t wire);
    // Writes what is buffered. Throws std::runtime_error when the disk did not take all of it.
    void close();

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    void put_32(std::uint32_t value);
    void flush();

    std::string path_;
    Options options_;
    std::unique_ptr<std::FILE, Close> file_;
    std::unique_ptr<std::byte[]> buffer_;
    std::size_t used_ = 0;
    bool failed_ = false;
};

}  // namespace flowlock::scene
