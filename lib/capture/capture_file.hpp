// SPDX-License-Identifier: BSD-3-Clause
// Reads capture files (pcap, pcapng; regular file, pipe or standard input) block by block, in file order,
// without copying a frame twice: the bytes are read into a block that the caller owns, and the frames point
// into it. Owned by one thread. Memory: the block, nothing that grows with the file.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/captured_frame.hpp"

namespace flowlock {

// A buffer of fixed size and the frames found in it. Reused from fill to fill.
struct FrameBlock {
    explicit FrameBlock(std::size_t capacity);  // bytes; at least frame_block_size_min
    std::unique_ptr<std::byte[]> bytes;
    std::size_t capacity;
    std::vector<CapturedFrame> frames;
};

constexpr std::size_t frame_block_size_min = 2 * (capture_length_max + 4096);

class CaptureFile {
public:
    // "-" is standard input. Never throws: a file that cannot be opened is an error() at the first fill().
    // When `stop` becomes true, reading ends before its next read, or within 100 ms where it waits for a pipe, and
    // error() says that it was interrupted.
    explicit CaptureFile(std::string path, const std::atomic<bool>* stop = nullptr);
    ~CaptureFile();
    CaptureFile(CaptureFile&&) noexcept;

    // Replaces the block's frames by the next ones. Reads once from the file, so that a slow pipe's packets
    // are handed on as they come. False: nothing more will come, the block has no frames.
    bool fill(FrameBlock& block);

    const std::string& path() const;
    // Why the file could not be read to its end, with file name and offset: "x.pcap: offset
    // 4711: …"; or that some of its packets are of a link type that cannot be decoded. Empty:
    // neither. Complete once fill() said false.
    const std::string& error() const;
    // The file ends in the middle of a record (error() says where).
    bool truncated() const;
    // For a progress bar: bytes read so far, and the file's size where it has one.
    std::uint64_t position() const;
    std::optional<std::uint64_t> size() const;

private:
    class State;
    std::unique_ptr<State> state_;
};

}  // namespace flowlock
