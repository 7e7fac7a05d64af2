// SPDX-License-Identifier: BSD-3-Clause
// Services, by how many strangers an ordinary server contacts on them. docs/scan-detection.md says where each
// port comes from.
#pragma once

#include "detect/contact.hpp"

namespace flowlock {

// None: worms and bots spread by them, and their clients know their few servers.
bool is_service_for_few(const ContactTarget& target) noexcept;
// Mail relays and administrators contact many, spam bots and password guessers, too.
bool is_service_for_some(const ContactTarget& target) noexcept;
// They answer whoever asks: where replies are not seen, nothing tells their clients from scanners.
bool is_service_for_all(const ContactTarget& target) noexcept;

}  // namespace flowlock
