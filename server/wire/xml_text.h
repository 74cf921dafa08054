#pragma once

#include <string>
#include <string_view>

namespace quprite::server {

inline constexpr std::string_view xml_declaration = R"(<?xml version="1.0" encoding="utf-8"?>)";

/// Appends text as it stands between tags: `&`, `<`, `>` and carriage returns escaped, the rest as
/// it is.
void append_escaped(std::string& out, std::string_view text);

/// `<name>text</name>`, or `<name />` where the text is empty.
void append_element(std::string& out, std::string_view name, std::string_view text);

}  // namespace quprite::server
