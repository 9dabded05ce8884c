// Results on standard output. What the C library holds back is flushed, and found not to fit, at the end of the program (cli.cpp).
#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

namespace glasscape {

inline void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }
inline void print(const nlohmann::ordered_json& json) { print(json.dump(2) + "\n"); }

}  // namespace glasscape
