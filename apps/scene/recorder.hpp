// SPDX-License-Identifier: BSD-3-Clause
// Takes the packets of a scene in the order of time, writes each and counts each. Owned by one thread.
#pragma once

#include "capture_writer.hpp"
#include "frame_builder.hpp"
#include "packet_spec.hpp"
#include "truth.hpp"

namespace flowlock::scene {

class Recorder {
public:
    struct Recorded {
        std::uint32_t ip_bytes = 0;
        bool new_flow = false;  // see Truth::count()
    };

    Recorder(CaptureWriter& writer, Truth& truth) : writer_{writer}, truth_{truth} {}

    Recorded record(const PacketSpec& spec) {
        const auto frame = builder_.build(spec);
        writer_.write(spec.time, frame.bytes, frame.wire);
        return {frame.ip_bytes, truth_.count(spec, frame.wire, frame.ip_bytes)};
    }
    void record_arp_request(Time time, const IpAddress& source, const IpAddress& target) {
        const auto frame = builder_.build_arp_request(source, target);
        writer_.write(time, frame.bytes, frame.wire);
        truth_.count_not_ip(time, frame.wire);
    }
    Truth& truth() { return truth_; }

private:
    CaptureWriter& writer_;
    Truth& truth_;
    FrameBuilder builder_;
};

}  // namespace flowlock::scene
