// SPDX-License-Identifier: BSD-3-Clause
// How far a number of packets can be off that was counted in a sample. A mirror that passes on one packet of N by
// chance makes each packet one of the sample with probability 1/N, so P packets leave P/N on average with variance
// P/N * (1 - 1/N). Multiplied by N, the standard error is sqrt(P * (N - 1)); 95 of 100 such figures lie within 1.96
// times that, where the sample holds some dozens of packets or more. That is the error of P. Phaal and S. Panchen,
// "Packet Sampling Basics" (sflow.org, 196 % * sqrt(1/c) for c sampled packets), without the correction for small N
// that it leaves out; on sampling by chance see RFC 5474 and 5475. For a mirror that takes every Nth packet it is too
// large, unless the traffic keeps step with it. Any thread.
#pragma once

#include <cstdint>

#include "base/units.hpp"

namespace flowlock {

// For a number of packets that has been multiplied by the rate N: half the width of the 95 % interval, rounded up. 0
// for N = 1.
Packets sampling_error(Packets multiplied, std::uint32_t rate);

}  // namespace flowlock
