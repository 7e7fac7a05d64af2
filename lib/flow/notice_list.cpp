// SPDX-License-Identifier: BSD-3-Clause
#include "flow/notice_list.hpp"

namespace flowlock {

void put_in_order(std::vector<TimedNotice>& notices) {
    std::sort(notices.begin(), notices.end());
}

void add_up(std::vector<GroupFrames>& frames) {
    std::sort(frames.begin(), frames.end(),
              [](const GroupFrames& a, const GroupFrames& b) { return a.sender < b.sender; });
    std::size_t senders = 0;
    for (const GroupFrames& part : frames) {
        if (senders == 0 || frames[senders - 1].sender != part.sender) {
            frames[senders++] = part;
            continue;
        }
        GroupFrames& sum = frames[senders - 1];
        sum.frames += part.frames;
        sum.first_ns = std::min(sum.first_ns, part.first_ns);
        sum.last_ns = std::max(sum.last_ns, part.last_ns);
    }
    frames.resize(senders);
}

}  // namespace flowlock
