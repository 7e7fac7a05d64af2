// SPDX-License-Identifier: BSD-3-Clause
#include "control/signature_notes.hpp"

namespace flowlock {
namespace {

std::optional<Kind> kind_of(SignatureCategory category) {
    switch (category) {
        case SignatureCategory::amplification:
            return Kind::amplification;
        case SignatureCategory::brute_force:
            return Kind::brute_force;
        case SignatureCategory::c2:
            return Kind::c2;
        case SignatureCategory::exploit:
            return Kind::exploit;
        case SignatureCategory::malware:
            return Kind::malware;
        case SignatureCategory::mining:
            return Kind::mining;
        case SignatureCategory::p2p:
            return Kind::p2p;
        case SignatureCategory::phishing:
            return Kind::phishing;
        case SignatureCategory::sip_scan:
            return Kind::sip_scan;
        case SignatureCategory::tool:
            break;
    }
    return std::nullopt;
}

SignatureSide side_of(PayloadSender sender) {
    switch (sender) {
        case PayloadSender::initiator:
            return SignatureSide::initiator;
        case PayloadSender::responder:
            return SignatureSide::responder;
        case PayloadSender::any:
            break;
    }
    return SignatureSide::any;
}

std::optional<Direction> direction_of(PayloadDirection direction) {
    if (direction == PayloadDirection::any) return std::nullopt;
    return direction == PayloadDirection::out ? Direction::out : Direction::in;
}

}  // namespace

std::vector<SignatureNote> notes_of(const SignatureSet& set) {
    std::vector<SignatureNote> notes;
    for (const Signature& signature : set.signatures())
        notes.push_back({.name = signature.id,
                         .words = signature.words,
                         .reference = signature.reference,
                         .kind = kind_of(signature.category),
                         .side = side_of(signature.sender),
                         .direction = direction_of(signature.direction),
                         .decisive = signature.severity == SignatureSeverity::high});
    return notes;
}

}  // namespace flowlock
