// SPDX-License-Identifier: BSD-3-Clause
// Which part a host must play in a flow for a signature that matched in it to speak against it: whom others attack is
// never accused. Pure functions.
#pragma once

#include "detect/signature_note.hpp"
#include "flow/flow_store.hpp"
#include "flow/traffic_class.hpp"

namespace flowlock {

// Whether what an endpoint of the flow sent is what the signature is about: its side and direction.
bool is_described(const SignatureNote& note, const FlowRecord& flow, unsigned sender);
// Whether the flow's internal host plays the part that is abuse of this kind.
bool plays_part(Kind kind, const FlowRecord& flow, unsigned sender, TapView view);
// Whether abuse of this kind is done by who waits for others to begin flows.
bool is_done_by_responders(Kind kind);

}  // namespace flowlock
