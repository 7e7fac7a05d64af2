// SPDX-License-Identifier: BSD-3-Clause
#include "capture/capture_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "capture/capture_parser.hpp"

namespace flowlock {

namespace {

// Where read(2) puts its bytes. To an address a few bytes behind a page's begin, which is where allocators
// place large blocks, the kernel was measured to copy four times slower.
constexpr std::size_t read_alignment = 64;

static_assert(parse_size_max + read_alignment <= frame_block_size_min,
              "a block holds any record whole, so every fill gets on");

std::size_t padding_before(const std::byte* at) {
    return -reinterpret_cast<std::uintptr_t>(at) % read_alignment;
}

// Frames point into their block with 32 bits.
constexpr std::size_t frame_block_size_max = 0xffff'ffff;

// How many bytes a frame takes at least in a usual capture: a record header and a short Ethernet frame.
// Blocks with more frames than that let the vector grow, once.
constexpr std::size_t frame_stride_usual = 64;

std::string message_of(int error_number) {
    return std::generic_category().message(error_number);
}

}  // namespace

FrameBlock::FrameBlock(std::size_t size)
    : bytes(), capacity(std::clamp(size, frame_block_size_min, frame_block_size_max)) {
    bytes = std::make_unique_for_overwrite<std::byte[]>(capacity);
    frames.reserve(capacity / frame_stride_usual);
}

class CaptureFile::State {
public:
    State(std::string path, const std::atomic<bool>* stop) : path_(std::move(path)), stop_(stop) { open(); }
    ~State() {
        if (descriptor_ >= 0 && path_ != "-") ::close(descriptor_);
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    bool fill(FrameBlock& block);

    const std::string& path() const { return path_; }
    const std::string& error() const { return error_; }
    bool truncated() const { return parser_.report().truncated; }
    std::uint64_t position() const { return position_; }
    std::optional<std::uint64_t> size() const { return size_; }

private:
    void open();
    bool wait_for_bytes() const;
    std::size_t read_some(std::span<std::byte> room);
    std::size_t parse(FrameBlock& block, std::size_t begin, std::size_t end);
    void stop(const std::string& why);

    std::string path_;
    const std::atomic<bool>* stop_;
    std::string error_;
    int descriptor_ = -1;
    bool is_at_end_ = false;  // nothing more can be read
    bool is_done_ = false;    // and nothing more is said about what was
    std::uint64_t position_ = 0;
    std::optional<std::uint64_t> size_;
    CaptureParser parser_;
    std::vector<std::byte> left_over_;  // the begin of a record whose rest was not read yet
};

void CaptureFile::State::open() {
    descriptor_ = path_ == "-" ? STDIN_FILENO : ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) return stop("cannot open: " + message_of(errno));
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) return stop("cannot open: " + message_of(errno));
    if (S_ISDIR(status.st_mode)) return stop("cannot open: " + message_of(EISDIR));
    if (S_ISREG(status.st_mode)) size_ = static_cast<std::uint64_t>(status.st_size);
    // Only advice: where it does not apply (a pipe) reading goes on without.
    static_cast<void>(::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL));
}

// False: reading is to stop. A regular file never waits.
bool CaptureFile::State::wait_for_bytes() const {
    constexpr int look_at_stop_ms = 100;
    const auto stopped = [&] { return stop_ != nullptr && stop_->load(std::memory_order_relaxed); };
    while (!size_ && !stopped()) {
        pollfd wanted{.fd = descriptor_, .events = POLLIN, .revents = 0};
        if (::poll(&wanted, 1, look_at_stop_ms) > 0) return true;
    }
    return !stopped();
}

// Waits for bytes and reads them; 0: there are no more, or an error said so.
std::size_t CaptureFile::State::read_some(std::span<std::byte> room) {
    while (true) {
        if (!wait_for_bytes()) {
            stop(at_offset(position_, "interrupted"));
            break;
        }
        const auto got = ::read(descriptor_, room.data(), room.size());
        if (got > 0) {
            position_ += static_cast<std::uint64_t>(got);
            return static_cast<std::size_t>(got);
        }
        if (got == 0) break;
        if (errno == EINTR || errno == EAGAIN) continue;  // EAGAIN: someone made standard input non-blocking
        stop(at_offset(position_, "cannot read: " + message_of(errno)));
        break;
    }
    is_at_end_ = true;
    return 0;
}

// Appends the frames that stand between `begin` and `end` of the block and
// says where the first unread byte is now.
std::size_t CaptureFile::State::parse(FrameBlock& block, std::size_t begin, std::size_t end) {
    const std::span bytes(block.bytes.get(), end);
    while (true) {
        // The parser writes into the vector: a copy of what it just wrote would stall on every frame.
        auto& frame = block.frames.emplace_back();
        const auto step = parser_.step(bytes.subspan(begin), !is_at_end_, frame);
        if (step.status == ParseStatus::frame)
            frame.offset += static_cast<std::uint32_t>(begin);
        else
            block.frames.pop_back();
        begin += step.consumed;
        if (step.status == ParseStatus::frame || step.status == ParseStatus::skip) continue;
        if (step.status != ParseStatus::need_more) stop(parser_.report().error);
        return begin;
    }
}

bool CaptureFile::State::fill(FrameBlock& block) {
    block.frames.clear();
    auto* bytes = block.bytes.get();
    const auto front = padding_before(bytes + left_over_.size());
    auto end = front + left_over_.size();
    if (!left_over_.empty()) std::memcpy(bytes + front, left_over_.data(), left_over_.size());
    left_over_.clear();

    while (!is_done_) {
        end += read_some({bytes + end, block.capacity - end});
        if (is_done_) break;
        const auto begin = parse(block, front, end);
        if (!block.frames.empty()) {
            if (!is_done_) left_over_.assign(bytes + begin, bytes + end);
            return true;
        }
        // No frame points into the block yet, so the begin of the next one may
        // move to the front, where it has room.
        if (begin != front) std::memmove(bytes + front, bytes + begin, end - begin);
        end -= begin - front;
    }
    return false;
}

// With every reason there is: packets that cannot be decoded and why reading did not reach the end.
void CaptureFile::State::stop(const std::string& why) {
    is_done_ = true;
    const auto& undecodable = parser_.report().unsupported_link;
    if (why.empty() && undecodable.empty()) return;
    const auto* between = why.empty() || undecodable.empty() ? "" : "; ";
    error_ = (path_ == "-" ? "standard input" : path_) + ": " + undecodable + between + why;
}

CaptureFile::CaptureFile(std::string path, const std::atomic<bool>* stop)
    : state_(std::make_unique<State>(std::move(path), stop)) {}
CaptureFile::~CaptureFile() = default;
CaptureFile::CaptureFile(CaptureFile&&) noexcept = default;

bool CaptureFile::fill(FrameBlock& block) {
    return state_->fill(block);
}
const std::string& CaptureFile::path() const {
    return state_->path();
}
const std::string& CaptureFile::error() const {
    return state_->error();
}
bool CaptureFile::truncated() const {
    return state_->truncated();
}
std::uint64_t CaptureFile::position() const {
    return state_->position();
}
std::optional<std::uint64_t> CaptureFile::size() const {
    return state_->size();
}

}  // namespace flowlock
