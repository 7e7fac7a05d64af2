// SPDX-License-Identifier: BSD-3-Clause
// Reads a whole capture into values that tests compare: from a file, from a
// pipe, or from bytes at the parser.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "capture/capture_file.hpp"

namespace flowlock::test {

struct ReadFrame {
    std::int64_t ns;
    std::string data;
    std::uint32_t wire;
    LinkType link;

    friend bool operator==(const ReadFrame&, const ReadFrame&) = default;
};

struct ReadCapture {
    std::vector<ReadFrame> frames;
    std::string error;
    bool truncated = false;
};

// A file that is gone when the test ends.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& bytes);
    ~TemporaryFile();
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

// Through the parser alone, all bytes at once; the error has no file name then.
ReadCapture parse_bytes(const std::string& bytes);

// Through CaptureFile, with two blocks in turn as a reader with a queue uses them.
ReadCapture read_capture(const std::string& path);

// Through CaptureFile from a pipe whose every read(2) gives `chunk` bytes.
ReadCapture read_pipe(const std::string& bytes, std::size_t chunk);

}  // namespace flowlock::test
