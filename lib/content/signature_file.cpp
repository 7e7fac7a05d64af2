// SPDX-License-Identifier: BSD-3-Clause
#include "content/signature_file.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>

#include <toml++/toml.h>

namespace flowlock {

std::string_view name_of(SignatureCategory category) {
    constexpr std::array<std::string_view, 10> names{"amplification", "brute_force", "c2",  "exploit",
                                                     "malware",       "mining",      "p2p", "phishing",
                                                     "sip_scan",      "tool"};
    return names[static_cast<std::size_t>(category)];
}

namespace {

template <class Choice>
using Choices = std::vector<std::pair<std::string_view, Choice>>;

Choices<SignatureCategory> categories() {
    Choices<SignatureCategory> all;
    for (int i = 0; i <= static_cast<int>(SignatureCategory::tool); ++i)
        all.emplace_back(name_of(static_cast<SignatureCategory>(i)), static_cast<SignatureCategory>(i));
    return all;
}

// What a terminal can show of text from outside.
std::string shown(std::string_view text) {
    std::string safe;
    for (const char c : text.substr(0, 60))
        safe += std::isprint(static_cast<unsigned char>(c)) != 0 ? c : '?';
    return safe + (text.size() > 60 ? "…" : "");
}

bool is_line(std::string_view text) {
    return !text.empty() && text.size() <= 200 && std::ranges::none_of(text, [](char c) {
        return std::iscntrl(static_cast<unsigned char>(c)) != 0;
    });
}

// "hex:17 00 03 2a", or the text's own bytes.
std::optional<std::vector<std::byte>> payload_of_text(std::string_view text) {
    std::vector<std::byte> payload;
    constexpr std::string_view mark = "hex:";
    if (!text.starts_with(mark)) {
        for (const char c : text) payload.push_back(static_cast<std::byte>(c));
        return payload;
    }
    std::string digits;
    for (const char c : text.substr(mark.size()))
        if (std::isspace(static_cast<unsigned char>(c)) == 0) digits += c;
    if (digits.size() % 2 != 0) return std::nullopt;
    const auto value = [](char c) {
        const auto at = std::string_view("0123456789abcdef")
                            .find(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
        return at == std::string_view::npos ? -1 : static_cast<int>(at);
    };
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        const int high = value(digits[i]), low = value(digits[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        payload.push_back(static_cast<std::byte>(high * 16 + low));
    }
    return payload;
}

// One [[signature]].
class Reader {
public:
    Reader(const toml::table& table, std::string place, std::string file, SignatureFiles& files)
        : table_(table), place_(std::move(place)), file_(std::move(file)), files_(files) {}

    std::optional<Signature> read() {
        Signature signature;
        signature.file = file_;
        signature.line = table_.source().begin.line;
        for (const auto& [key, value] : table_) read_key(key.str(), value, signature);
        for (const char* key : {"id", "category", "words", "reference", "pattern", "matches", "differs"})
            if (!table_.contains(key)) complain(table_, key, "is missing; every signature has one");
        if (failed_) return std::nullopt;
        return signature;
    }

private:
    void complain(const toml::node& node, std::string_view key, const std::string& what) {
        failed_ = true;
        files_.mistakes.push_back(file_ + ":" + std::to_string(node.source().begin.line) + ": " + place_ +
                                  "." + std::string(key) + ": " + what);
    }

    void read_key(std::string_view key, const toml::node& value, Signature& signature) {
        const auto line = [&](std::string& option) {
            if (const auto text = value.value_exact<std::string>(); text && is_line(*text))
                option = *text;
            else
                complain(value, key, "is not a line of text; write a string of 1 to 200 characters");
        };
        if (key == "id") return read_id(value, signature);
        if (key == "category") return read_choice(key, value, categories(), signature.category);
        if (key == "words") return line(signature.words);
        if (key == "reference") return line(signature.reference);
        if (key == "pattern") return read_patterns(value, signature);
        if (key == "flags") return read_flags(value, signature);
        if (key == "protocol")
            return read_choice(key, value,
                               Choices<PayloadProtocol>{{"any", PayloadProtocol::any},
                                                        {"tcp", PayloadProtocol::tcp},
                                                        {"udp", PayloadProtocol::udp}},
                               signature.protocol);
        if (key == "ports") return read_ports(value, signature);
        if (key == "sender")
            return read_choice(key, value,
                               Choices<PayloadSender>{{"any", PayloadSender::any},
                                                      {"initiator", PayloadSender::initiator},
                                                      {"responder", PayloadSender::responder}},
                               signature.sender);
        if (key == "direction")
            return read_choice(key, value,
                               Choices<PayloadDirection>{{"any", PayloadDirection::any},
                                                         {"out", PayloadDirection::out},
                                                         {"in", PayloadDirection::in}},
                               signature.direction);
        if (key == "severity")
            return read_choice(key, value,
                               Choices<SignatureSeverity>{{"low", SignatureSeverity::low},
                                                          {"high", SignatureSeverity::high}},
                               signature.severity);
        if (key == "end_max") return read_end_max(value, signature);
        if (key == "matches") return read_payloads(key, value, signature.matches);
        if (key == "differs") return read_payloads(key, value, signature.differs);
        complain(value, shown(key),
                 "is not known; known are id, category, words, reference, pattern, flags, protocol, ports, "
                 "sender, "
                 "direction, severity, end_max, matches, differs");
    }

    void read_id(const toml::node& value, Signature& signature) {
        const auto id = value.value_exact<std::string>();
        const auto is_letter = [](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
        };
        if (!id || id->empty() || id->size() > 64 || !std::ranges::all_of(*id, is_letter))
            return complain(value, "id", "is no name; write 1 to 64 letters, digits, \"-\", \"_\" and \".\"");
        signature.id = *id;
    }

    template <class Choice>
    void read_choice(std::string_view key, const toml::node& value, const Choices<Choice>& choices,
                     Choice& option) {
        const auto text = value.value_exact<std::string>();
        for (const auto& [name, choice] : choices)
            if (text && *text == name) {
                option = choice;
                return;
            }
        std::string names;
        for (const auto& [name, choice] : choices)
            names += (names.empty() ? "\"" : ", \"") + std::string(name) + "\"";
        complain(value, key,
                 (text ? "is \"" + shown(*text) + "\"" : "is no string") + "; write one of " + names);
    }

    void read_patterns(const toml::node& value, Signature& signature) {
        const toml::array* list = value.as_array();
        if (list == nullptr) return read_pattern(value, signature);
        if (list->empty() || list->size() > patterns_max)
            return complain(value, "pattern",
                            "is no list of 1 to " + std::to_string(patterns_max) + " patterns");
        for (const toml::node& node : *list) read_pattern(node, signature);
    }

    void read_pattern(const toml::node& value, Signature& signature) {
        const auto text = value.value_exact<std::string>();
        if (!text || text->empty() || text->size() > pattern_length_max ||
            text->find('\0') != std::string::npos)
            return complain(value, "pattern",
                            "is no pattern; write a string of 1 to " + std::to_string(pattern_length_max) +
                                " bytes, a literal one ('…') saves doubling each \\");
        signature.patterns.push_back(*text);
    }

    void read_flags(const toml::node& value, Signature& signature) {
        const toml::array* flags = value.as_array();
        if (flags == nullptr) return complain(value, "flags", "is no array; write [\"caseless\"]");
        for (const toml::node& flag : *flags) {
            const auto text = flag.value_exact<std::string>().value_or("");
            if (text == "caseless")
                signature.caseless = true;
            else if (text == "multiline")
                signature.multiline = true;
            else if (text == "one_line")
                signature.dotall = false;
            else
                complain(flag, "flags",
                         "has \"" + shown(text) + "\"; write \"caseless\", \"multiline\" or \"one_line\"");
        }
    }

    // 53, or "6881-6889".
    void read_ports(const toml::node& value, Signature& signature) {
        const toml::array* ports = value.as_array();
        if (ports == nullptr || ports->empty() || ports->size() > 100)
            return complain(value, "ports", "is no list of 1 to 100 ports; write [53, \"6881-6889\"]");
        for (const toml::node& port : *ports) {
            const auto range = range_of(port);
            if (!range) return complain(port, "ports", "has no port there; write 53 or \"6881-6889\"");
            signature.ports.push_back(*range);
        }
    }

    static std::optional<PortRange> range_of(const toml::node& node) {
        if (const auto number = node.value_exact<std::int64_t>()) {
            if (*number < 1 || *number > 65535) return std::nullopt;
            return PortRange{static_cast<std::uint16_t>(*number), static_cast<std::uint16_t>(*number)};
        }
        const auto text = node.value_exact<std::string>().value_or("");
        const std::size_t dash = text.find('-');
        const auto number = [](const std::string& digits) -> std::int64_t {
            if (digits.empty() || digits.size() > 5 ||
                !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
                return 0;
            return std::stol(digits);
        };
        if (dash == std::string::npos) return std::nullopt;
        const std::int64_t first = number(text.substr(0, dash)), last = number(text.substr(dash + 1));
        if (first < 1 || last < first || last > 65535) return std::nullopt;
        return PortRange{static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last)};
    }

    void read_end_max(const toml::node& value, Signature& signature) {
        const auto number = value.value_exact<std::int64_t>();
        if (!number || *number < 1 || *number > 65535)
            return complain(value, "end_max", "is no offset; write a whole number from 1 to 65_535");
        signature.end_max = static_cast<std::uint32_t>(*number);
    }

    void read_payloads(std::string_view key, const toml::node& value,
                       std::vector<std::vector<std::byte>>& option) {
        const toml::array* payloads = value.as_array();
        if (payloads == nullptr || payloads->empty() || payloads->size() > 100)
            return complain(value, key,
                            "is no list of 1 to 100 payloads; write [\"GET /\", \"hex:17 00 03 2a\"]");
        for (const toml::node& node : *payloads) {
            const auto text = node.value_exact<std::string>();
            const auto payload = text ? payload_of_text(*text) : std::nullopt;
            if (!payload || payload->size() > test_payload_bytes_max)
                return complain(node, key,
                                "has no payload there; write text, or \"hex:\" and pairs of digits");
            option.push_back(*payload);
        }
    }

    const toml::table& table_;
    std::string place_;
    std::string file_;
    SignatureFiles& files_;
    bool failed_ = false;
};

void read_table(const toml::table& root, const std::string& name, SignatureFiles& files) {
    const auto say = [&](const toml::source_region& source, const std::string& what) {
        files.mistakes.push_back(name + ":" + std::to_string(source.begin.line) + ": " + what);
    };
    std::set<std::string> known;
    for (const Signature& signature : files.signatures) known.insert(signature.id);
    for (const auto& [key, value] : root) {
        const toml::array* list = value.as_array();
        if (key.str() != "signature" || list == nullptr || !list->is_array_of_tables()) {
            say(value.source(), shown(key.str()) + ": is not known; a file has only [[signature]]");
            continue;
        }
        std::size_t number = 0;
        for (const toml::node& node : *list) {
            const std::string place = "signature[" + std::to_string(++number) + "]";
            std::optional<Signature> signature = Reader(*node.as_table(), place, name, files).read();
            if (!signature) continue;
            if (files.signatures.size() >= signatures_max)
                return say(node.source(), place + ": is one too many; " + std::to_string(signatures_max) +
                                              " are allowed in all files together");
            if (!known.insert(signature->id).second) {
                say(node.source(),
                    place + ".id: there is another \"" + signature->id + "\"; rename one of them");
                continue;
            }
            files.signatures.push_back(std::move(*signature));
        }
    }
}

}  // namespace

void read_signatures(std::string_view text, const std::string& name, SignatureFiles& files) {
    if (text.size() > signature_file_bytes_max) {
        files.mistakes.push_back(name + ": is larger than " + std::to_string(signature_file_bytes_max >> 20) +
                                 " MiB; split it");
        return;
    }
    try {
        read_table(toml::parse(text, name), name, files);
    } catch (const toml::parse_error& error) {
        files.mistakes.push_back(name + ":" + std::to_string(error.source().begin.line) +
                                 ": is no TOML: " + std::string(error.description()));
    }
}

void read_signature_folder(const std::string& folder, SignatureFiles& files) {
    std::error_code error;
    std::vector<std::filesystem::path> paths;
    for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
        if (at->path().extension() == ".toml") paths.push_back(at->path());
    if (error) {
        files.mistakes.push_back(folder + ": cannot be read: " + error.message() +
                                 "; name a folder with signature files");
        return;
    }
    std::ranges::sort(paths);
    for (const std::filesystem::path& path : paths) {
        const auto size =
            std::filesystem::is_regular_file(path, error) ? std::filesystem::file_size(path, error) : 0;
        std::ifstream file(path, std::ios::binary);
        std::string text(std::min<std::uintmax_t>(size, signature_file_bytes_max + 1), '\0');
        if (error || !file || !file.read(text.data(), static_cast<std::streamsize>(text.size()))) {
            files.mistakes.push_back(path.string() + ": cannot be read; make it a readable file");
            continue;
        }
        read_signatures(text, path.string(), files);
    }
}

}  // namespace flowlock
