// SPDX-License-Identifier: BSD-3-Clause
// One value of a JSON document that others may have written, with the place where it stands: whoever asks it for a
// type and a range gets that, or a FieldError that names the place, what stands there and what should. Control side.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/address.hpp"
#include "base/prefix.hpp"
#include "base/time.hpp"

namespace flowlock {

// "targets[3].port: is 70000; a whole number from 0 to 65535 must stand there"
class FieldError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class JsonField {
public:
    // Borrows the document. The place of the whole document is empty.
    explicit JsonField(const nlohmann::json& json, std::string place = {})
        : json_(json), place_(std::move(place)) {}

    // A member; it must be there.
    JsonField operator[](const char* name) const;
    // A member that older reports do not have.
    std::optional<JsonField> find(const char* name) const;
    // The elements of an array.
    std::vector<JsonField> elements() const;
    // The members of an object, with their names.
    std::vector<std::pair<std::string, JsonField>> members() const;

    bool is_null() const { return json_.is_null(); }

    std::uint64_t count(std::uint64_t min = 0, std::uint64_t max = UINT64_MAX) const;
    std::int32_t signed_count() const;
    // UTF-8 without NUL and other control characters.
    std::string text() const;
    // … that is not empty.
    std::string name() const;
    // "2013-11-13T18:14:27.123456Z"
    Time time() const;
    IpAddress address() const;
    Prefix network() const;

    // The one of `choices` that has this name.
    template <class Choice, std::size_t size>
    Choice choice(const Choice (&choices)[size]) const {
        const std::string text = this->text();
        for (const Choice choice : choices)
            if (text == name_of(choice)) return choice;
        refuse("a value that this version of flowlock knows");
    }

    // Throws FieldError: `wanted` is what must stand there.
    [[noreturn]] void refuse(const std::string& wanted) const;

private:
    const nlohmann::json& json_;
    std::string place_;
};

}  // namespace flowlock
