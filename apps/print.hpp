// Results on standard output. What the C library holds back is flushed, and found not to fit, at the end of the program (cli.cpp).
#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

namespace glasscape {

inline void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }
/// Names of files may hold bytes that are no UTF-8: they are replaced.
inline void print(const nlohmann::ordered_json& json) { print(json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n"); }

}  // namespace glasscape
