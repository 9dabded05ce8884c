#include "analysis/graph_transformation.hpp"

#include <set>
#include <utility>

namespace glasscape {
namespace {

class Elimination {
 public:
  Elimination(LeakyWalk walk, std::vector<WideReal> source);

  std::vector<WideReal> solution();

 private:
  /// A state as it was when it was taken out.
  struct Removed {
    std::size_t state;
    std::vector<std::pair<std::size_t, WideReal>> rates;
    WideReal sum;  // of rates and leak
  };

  bool is_nearly_full() const;
  void remove(std::size_t x);
  /// The walk through x from its neighbours to all others of them.
  void bypass(const Removed& x, const std::vector<WideReal>& incoming);
  void solve_full(std::vector<WideReal>& value);

  LeakyWalk walk_;
  std::vector<WideReal> source_;
  std::set<std::pair<std::size_t, std::size_t>> left_;  // degree and state
  std::vector<Removed> removed_;
};

}  // namespace

std::vector<WideReal> expected_until_leak(LeakyWalk walk, std::vector<WideReal> source) {
  return Elimination(std::move(walk), std::move(source)).solution();
}

namespace {

Elimination::Elimination(LeakyWalk walk, std::vector<WideReal> source)
    : walk_(std::move(walk)), source_(std::move(source)) {
  for (std::size_t x = 0; x < walk_.rates.size(); ++x) left_.emplace(walk_.rates[x].size(), x);
}

std::vector<WideReal> Elimination::solution() {
  while (!left_.empty() && !is_nearly_full()) remove(left_.begin()->second);
  std::vector<WideReal> value(walk_.rates.size());
  solve_full(value);
  for (auto x = removed_.rbegin(); x != removed_.rend(); ++x) {
    WideReal sum = source_[x->state];
    for (const auto& [b, rate] : x->rates) sum += rate * value[b];
    value[x->state] = sum / x->sum;
  }
  return value;
}

bool Elimination::is_nearly_full() const { return 2 * left_.begin()->first >= left_.size(); }

void Elimination::remove(std::size_t x) {
  left_.erase(left_.begin());
  Removed removed{x, {walk_.rates[x].begin(), walk_.rates[x].end()}, walk_.leak[x]};
  walk_.rates[x].clear();
  std::vector<WideReal> incoming;
  for (const auto& [a, rate] : removed.rates) {
    removed.sum += rate;
    left_.erase({walk_.rates[a].size(), a});
    const auto way = walk_.rates[a].find(x);
    incoming.push_back(way->second);
    walk_.rates[a].erase(way);
  }
  bypass(removed, incoming);
  for (const auto& [a, rate] : removed.rates) left_.emplace(walk_.rates[a].size(), a);
  removed_.push_back(std::move(removed));
}

void Elimination::bypass(const Removed& x, const std::vector<WideReal>& incoming) {
  for (std::size_t i = 0; i < x.rates.size(); ++i) {
    const std::size_t a = x.rates[i].first;
    const WideReal share = incoming[i] / x.sum;
    walk_.leak[a] += share * walk_.leak[x.state];
    source_[a] += share * source_[x.state];
    // a rate of 0 is put in too: it keeps the pattern symmetric
    for (const auto& [b, rate] : x.rates)
      if (b != a) walk_.rates[a][b] += share * rate;
  }
}

void Elimination::solve_full(std::vector<WideReal>& value) {
  std::vector<std::size_t> states, place(value.size());
  for (const auto& [degree, x] : left_) {
    place[x] = states.size();
    states.push_back(x);
  }
  const std::size_t n = states.size();
  std::vector<WideReal> rates(n * n), sum(n);
  for (std::size_t x = 0; x < n; ++x)
    for (const auto& [b, rate] : walk_.rates[states[x]]) rates[x * n + place[b]] = rate;
  for (std::size_t x = n; x-- > 0;) {
    sum[x] = walk_.leak[states[x]];
    for (std::size_t b = 0; b < x; ++b) sum[x] += rates[x * n + b];
    for (std::size_t a = 0; a < x; ++a) {
      const WideReal share = rates[a * n + x] / sum[x];
      if (share.is_zero()) continue;
      for (std::size_t b = 0; b < x; ++b) rates[a * n + b] += share * rates[x * n + b];
      walk_.leak[states[a]] += share * walk_.leak[states[x]];
      source_[states[a]] += share * source_[states[x]];
    }
  }
  for (std::size_t x = 0; x < n; ++x) {
    WideReal total = source_[states[x]];
    for (std::size_t b = 0; b < x; ++b) total += rates[x * n + b] * value[states[b]];
    value[states[x]] = total / sum[x];
  }
}

}  // namespace
}  // namespace glasscape
