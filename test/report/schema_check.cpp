// SPDX-License-Identifier: BSD-3-Clause
#include "schema_check.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace flowlock {
namespace {

using Adapter = valijson::adapters::NlohmannJsonAdapter;

nlohmann::json read_schema(std::string_view schema_file) {
    const char* docs = std::getenv("FLOWLOCK_DOCS");
    if (docs == nullptr) throw std::runtime_error("FLOWLOCK_DOCS must name the docs folder");
    std::ifstream file(std::filesystem::path(docs) / schema_file);
    return nlohmann::json::parse(file);
}

}  // namespace

std::string schema_violation(std::string_view schema_file, const std::string& text) {
    const nlohmann::json schema_json = read_schema(schema_file);
    valijson::Schema schema;
    valijson::SchemaParser(valijson::SchemaParser::kDraft7).populateSchema(Adapter(schema_json), schema);

    const nlohmann::json json = nlohmann::json::parse(text);
    valijson::ValidationResults results;
    if (valijson::Validator().validate(schema, Adapter(json), &results)) return "";
    std::string violations;
    for (valijson::ValidationResults::Error error; results.popError(error);) {
        for (const std::string& part : error.context) violations += part;
        violations += ": " + error.description + "\n";
    }
    return violations.empty() ? "invalid" : violations;
}

}  // namespace flowlock
