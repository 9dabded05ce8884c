#include "analysis/kinetic_network.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "analysis/rates.hpp"
#include "md/support/error.hpp"
#include "md/support/random.hpp"
#include "tests/analysis/exact_walk.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

using Basins = std::vector<std::size_t>;

constexpr double infinity = std::numeric_limits<double>::infinity();

/// ln k of 41 values between -span and span; a share of the ways is missing in one direction.
std::vector<KineticEdge> random_edges(std::size_t basins, std::size_t edges, double span, double one_way,
                                      Rng& rng) {
  std::vector<KineticEdge> result;
  for (std::size_t k = 0; k < edges; ++k) {
    const auto rate = [&] {
      return rng.uniform() < one_way ? -infinity : span * (static_cast<double>(rng.below(41)) / 20 - 1);
    };
    result.push_back({rng.below(basins), rng.below(basins), rate(), rate()});
  }
  return result;
}

double exact_passage_error(std::size_t n, const std::vector<KineticEdge>& edges, const Basins& targets) {
  const Matrix rates = exact_rates(n, edges);
  const PassageTimes found = passage_times(KineticNetwork(n, edges), targets);
  const std::vector<Reach> reach = reach_by_closure(rates, targets);
  REQUIRE(found.reach == reach);
  Basins inside;
  for (std::size_t i = 0; i < n; ++i) {
    const bool is_target = std::find(targets.begin(), targets.end(), i) != targets.end();
    if (is_target) REQUIRE(found.log_times[i] == -infinity);
    if (reach[i] != Reach::certain) REQUIRE(found.log_times[i] == infinity);
    if (!is_target && reach[i] == Reach::certain) inside.push_back(i);
  }
  const Vector times = balance(rates, inside, Vector(inside.size(), 1));
  double worst = 0;
  for (std::size_t k = 0; k < inside.size(); ++k)
    worst = std::max(worst, relative_error(found.log_times[inside[k]], times[k]));
  return worst;
}

/// Basins of a landscape with energies, at a temperature: a tree and some more saddles.
struct Landscape {
  std::vector<ThermalPoint> basins;
  std::vector<KineticEdge> edges;
};
Landscape random_landscape(std::size_t n, double temperature, Rng& rng) {
  Landscape landscape;
  for (std::size_t i = 0; i < n; ++i) landscape.basins.push_back({0.5 * rng.uniform(), rng.normal()});
  for (std::size_t k = 1; k < 2 * n; ++k) {
    const std::size_t a = k < n ? k : rng.below(n), b = rng.below(std::min(k, n));
    const EventRates rates = event_rates(landscape.basins[a], ThermalPoint{0.6 + rng.uniform(), rng.normal()},
                                         landscape.basins[b], temperature);
    landscape.edges.push_back({a, b, rates.log_forward, rates.log_backward});
  }
  return landscape;
}

}  // namespace

TEST_CASE("from one state to the other takes 1/k, and in between three states the textbook's time") {
  const KineticNetwork two(2, std::vector<KineticEdge>{{0, 1, std::log(4.0), 3.0}});
  CHECK(passage_times(two, Basins{1}).log_times[0] == Approx(-std::log(4.0)));
  CHECK(passage_times(two, Basins{0}).log_times[1] == Approx(-3.0));
  const double k01 = 2, k10 = 7, k12 = 0.3;
  const KineticNetwork three(
      3, std::vector<KineticEdge>{{0, 1, std::log(k01), std::log(k10)}, {1, 2, std::log(k12), 5.0}});
  const PassageTimes times = passage_times(three, Basins{2});
  CHECK(std::exp(times.log_times[1]) == Approx(1 / k12 + k10 / (k12 * k01)).epsilon(1e-14));
  CHECK(std::exp(times.log_times[0]) == Approx(1 / k01 + 1 / k12 + k10 / (k12 * k01)).epsilon(1e-14));
  CHECK(times.log_times[2] == -infinity);
}

TEST_CASE("times of random networks agree to 1e-12 with the master equation in 600 digits over 60 decades") {
  Rng rng(1, 0);
  double worst = 0;
  int infinite = 0;
  for (int k = 0; k < 2000; ++k) {
    const std::size_t n = 2 + rng.below(8);
    const std::vector<KineticEdge> edges =
        random_edges(n, 1 + rng.below(3 * n), 70, k % 3 == 0 ? 0.3 : 0.0, rng);
    Basins targets{rng.below(n)};
    if (k % 4 == 0) targets.push_back(rng.below(n));
    worst = std::max(worst, exact_passage_error(n, edges, targets));
    const PassageTimes times = passage_times(KineticNetwork(n, edges), targets);
    infinite += static_cast<int>(std::count(times.reach.begin(), times.reach.end(), Reach::possible));
  }
  CHECK(worst < 1e-12);
  CHECK(worst > 0);
  CHECK(infinite > 100);  // one-way networks do have walks that may be lost
}

TEST_CASE("times of rings, stars, trees and full networks agree with the master equation in 600 digits") {
  Rng rng(2, 0);
  const std::size_t n = 16;
  const auto rate = [&] { return 1.9 * static_cast<double>(rng.below(41)) - 40; };
  const auto edge = [&](std::size_t a, std::size_t b) { return KineticEdge{a, b, rate(), rate()}; };
  std::vector<KineticEdge> ring, star, tree, full;
  for (std::size_t i = 0; i < n; ++i) {
    ring.push_back(edge(i, (i + 1) % n));
    star.push_back(edge(i, 7));
    if (i > 0) tree.push_back(edge(i, rng.below(i)));
    for (std::size_t j = 0; j < i; ++j) full.push_back(edge(i, j));
  }
  for (const auto& edges : {ring, star, tree, full}) CHECK(exact_passage_error(n, edges, {3}) < 1e-12);
}

TEST_CASE("a trap of 5 eV at 10 K is left after its 10^2510 seconds") {
  // 0 <-> 1 -> 2 with ln k of -5800 and 30: t_0 = 1/k01 + 1/k12 + k10/(k01 k12)
  const KineticNetwork network(3, std::vector<KineticEdge>{{0, 1, -5770.0, 30.0}, {1, 2, -800.0, -infinity}});
  const PassageTimes times = passage_times(network, Basins{2});
  CHECK(times.log_times[0] == Approx(5770.0 + 30.0 + 800.0).epsilon(1e-15));
  CHECK(times.log_times[1] == Approx(6600.0).epsilon(1e-15));
}

TEST_CASE("a chain of 3000 basins takes the time of the sum over pairs") {
  Rng rng(3, 0);
  const std::size_t n = 3000;
  std::vector<KineticEdge> edges;
  std::vector<double> forward, backward;
  for (std::size_t i = 0; i + 1 < n; ++i) {
    forward.push_back(rng.normal());
    backward.push_back(rng.normal());
    edges.push_back({i, i + 1, forward[i], backward[i]});
  }
  // from i to i + 1: u_i = 1/f_i + b_(i-1)/f_i u_(i-1)
  long double step = 0, sum = 0;
  for (std::size_t i = 0; i + 1 < n; ++i) {
    step = (1 + (i > 0 ? std::exp(static_cast<long double>(backward[i - 1])) * step : 0.0L)) /
           std::exp(static_cast<long double>(forward[i]));
    sum += step;
  }
  const PassageTimes times = passage_times(KineticNetwork(n, edges), Basins{n - 1});
  CHECK(times.log_times[0] == Approx(static_cast<double>(std::log(sum))).epsilon(1e-13));
}

TEST_CASE("the mean time is the integral of the survival by the matrix exponential") {
  Rng rng(4, 0);
  for (int k = 0; k < 8; ++k) {
    const std::size_t n = 3 + rng.below(2);
    std::vector<KineticEdge> edges = random_edges(n + 1, 3 * n, 35, 0, rng);
    for (std::size_t i = 0; i < n; ++i) edges.push_back({i, i + 1, 70 * rng.uniform() - 35, 0});
    const Matrix rates = exact_rates(n + 1, edges);
    const auto product = [n](const Matrix& a, const Matrix& b) {
      Matrix c(n, Vector(n));
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
          for (std::size_t l = 0; l < n; ++l) c[i][j] += a[i][l] * b[l][j];
      return c;
    };
    // exp(Q t) and its integral by Taylor series for a short t, then doubled until no walk survives
    Matrix q(n, Vector(n)), exponential(n, Vector(n)), integral(n, Vector(n));
    Exact fastest = 0;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j <= n; ++j) q[i][i] -= rates[i][j];
      for (std::size_t j = 0; j < n; ++j) q[i][j] += i == j ? Exact(0) : rates[i][j];
      fastest = std::max<Exact>(fastest, -q[i][i]);
      exponential[i][i] = 1;
    }
    Exact t = 1 / (1000 * fastest), factor = t;
    Matrix power = exponential;
    for (int order = 1; order <= 30; ++order) {  // 1000^-30 / 30!
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) integral[i][j] += factor * power[i][j];
      power = product(power, q);
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) exponential[i][j] += factor * power[i][j];
      factor *= t / (order + 1);
    }
    const auto survival = [&](std::size_t i) {
      return std::accumulate(exponential[i].begin(), exponential[i].end(), Exact(0));
    };
    for (int doubling = 0; doubling < 1000 && survival(0) + survival(1) + survival(n - 1) > 1e-25;
         ++doubling) {
      const Matrix later = product(exponential, integral);
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) integral[i][j] += later[i][j];
      exponential = product(exponential, exponential);
    }
    const PassageTimes times = passage_times(KineticNetwork(n + 1, edges), Basins{n});
    for (std::size_t i = 0; i < n; ++i) {
      REQUIRE(survival(i) < 1e-20);
      const Exact mean = std::accumulate(integral[i].begin(), integral[i].end(), Exact(0));
      REQUIRE(relative_error(times.log_times[i], mean) < 1e-12);
    }
  }
}

TEST_CASE("Kemeny: times to a target drawn from equilibrium do not depend on the start") {
  Rng rng(5, 0);
  for (const double temperature : {60.0, 300.0}) {  // at 60 K the rates span 80 decades
    const std::size_t n = 30;
    const Landscape landscape = random_landscape(n, temperature, rng);
    const std::vector<double> occupied = log_occupations(landscape.basins, temperature);
    const KineticNetwork network(n, landscape.edges);
    std::vector<double> kemeny(n, -infinity);
    for (std::size_t j = 0; j < n; ++j) {
      const PassageTimes times = passage_times(network, Basins{j});
      for (std::size_t i = 0; i < n; ++i) {
        const double term = occupied[j] + times.log_times[i], most = std::max(kemeny[i], term);
        if (i != j) kemeny[i] = most + std::log(std::exp(kemeny[i] - most) + std::exp(term - most));
      }
    }
    for (std::size_t i = 1; i < n; ++i) CHECK(kemeny[i] == Approx(kemeny[0]).margin(1e-9));
  }
}

TEST_CASE(
    "parallel saddles add their rates, saddles to the same basin change nothing, numbering does not matter") {
  Rng rng(6, 0);
  const std::size_t n = 12;
  const std::vector<KineticEdge> edges = random_landscape(n, 200, rng).edges;
  const PassageTimes times = passage_times(KineticNetwork(n, edges), Basins{4});
  std::vector<KineticEdge> split, renumbered;
  for (const KineticEdge& edge : edges) {
    const double third = std::log(1.0 / 3), rest = std::log(2.0 / 3);
    split.push_back({edge.from, edge.to, edge.log_forward + third, edge.log_backward + third});
    split.push_back({edge.to, edge.from, edge.log_backward + rest, edge.log_forward + rest});
    split.push_back({edge.to, edge.to, 500, 500});
    renumbered.push_back({n - 1 - edge.from, n - 1 - edge.to, edge.log_forward, edge.log_backward});
  }
  const PassageTimes of_split = passage_times(KineticNetwork(n, split), Basins{4});
  const PassageTimes of_renumbered = passage_times(KineticNetwork(n, renumbered), Basins{n - 1 - 4});
  for (std::size_t i = 0; i < n; ++i) {
    if (i == 4) continue;
    CHECK(of_split.log_times[i] == Approx(times.log_times[i]).epsilon(1e-12));
    CHECK(of_renumbered.log_times[n - 1 - i] == Approx(times.log_times[i]).epsilon(1e-13));
  }
  const KineticNetwork of_loops(n, split);
  for (const auto& next : of_loops.neighbours(3)) CHECK(next.basin != 3);
}

TEST_CASE("each basin sees the rates that its neighbours see") {
  Rng rng(7, 0);
  const KineticNetwork network(9, random_edges(9, 60, 200, 0.2, rng));
  for (std::size_t i = 0; i < 9; ++i)
    for (const auto& next : network.neighbours(i)) {
      const auto back = network.neighbours(next.basin);
      const auto same = std::find_if(back.begin(), back.end(), [i](const auto& n) { return n.basin == i; });
      REQUIRE(same != back.end());
      CHECK(same->log_in == next.log_out);
    }
}

TEST_CASE("where no way leads the time is infinite and the reach says why") {
  // 0 <-> 1, 2 apart, 3 -> 1 or 4 -> nowhere
  const KineticNetwork network(
      5, std::vector<KineticEdge>{{0, 1, 0, 0}, {3, 1, 0, -infinity}, {3, 4, 0, -infinity}});
  const PassageTimes times = passage_times(network, Basins{1});
  CHECK(times.reach ==
        std::vector<Reach>{Reach::certain, Reach::certain, Reach::never, Reach::possible, Reach::never});
  CHECK(times.log_times == std::vector<double>{0, -infinity, infinity, infinity, infinity});
  CHECK(log_waiting_times(network)[2] == infinity);
  CHECK(log_waiting_times(network)[3] == Approx(-std::log(2.0)));
}

TEST_CASE("committors agree with 600 digits, and coming to one set or the other first is certain") {
  Rng rng(8, 0);
  double worst = 0;
  for (int k = 0; k < 1000; ++k) {
    const std::size_t n = 3 + rng.below(6);
    std::vector<KineticEdge> edges = random_edges(n, 2 * n, 70, k % 2 ? 0.2 : 0.0, rng);
    const Basins from{0}, to{1};
    const Matrix rates = exact_rates(n, edges);
    const std::vector<double> found = log_committor(KineticNetwork(n, edges), from, to),
                              other = log_committor(KineticNetwork(n, edges), to, from);
    CHECK(found[0] == -infinity);
    CHECK(found[1] == 0);
    const std::vector<Reach> reach = reach_by_closure(rates, {0, 1});
    const auto way = closure(rates, {0, 1});
    Basins inside;
    Vector source;
    for (std::size_t i = 2; i < n; ++i) {
      if (reach[i] == Reach::certain)
        REQUIRE(std::exp(found[i]) + std::exp(other[i]) == Approx(1).epsilon(1e-12));
      REQUIRE(std::exp(found[i]) + std::exp(other[i]) < 1 + 1e-12);
      REQUIRE((found[i] > -infinity) == way[i][1]);
      if (reach[i] == Reach::never) continue;
      inside.push_back(i);
      source.push_back(rates[i][1]);
    }
    const Vector truth = balance(rates, inside, source);
    for (std::size_t j = 0; j < inside.size(); ++j)
      if (way[inside[j]][1]) worst = std::max(worst, relative_error(found[inside[j]], truth[j]));
  }
  CHECK(worst < 1e-12);
}

TEST_CASE("the committor of a chain is its share of resistances") {
  // 0 - 1 - 2 - 3 with equal occupations: resistances 1/k of 1, 4 and 5
  const std::vector<KineticEdge> chain{
      {0, 1, 0, 0}, {1, 2, -std::log(4.0), -std::log(4.0)}, {2, 3, -std::log(5.0), -std::log(5.0)}};
  const std::vector<double> found = log_committor(KineticNetwork(4, chain), Basins{0}, Basins{3});
  CHECK(std::exp(found[1]) == Approx(0.1).epsilon(1e-14));
  CHECK(std::exp(found[2]) == Approx(0.5).epsilon(1e-14));
}

TEST_CASE("a single basin is escaped from at its rate out, and the whole network never") {
  const std::vector<KineticEdge> edges{{0, 1, 1, 2}, {0, 2, 3, 4}, {1, 2, 5, 6}};
  const KineticNetwork network(3, edges);
  const Escape single = escape(network, Basins{0}, std::vector<double>{-4, 0, 0});
  CHECK(single.log_rate == Approx(std::log(std::exp(1) + std::exp(3))).epsilon(1e-14));
  CHECK(single.log_rate == Approx(-log_waiting_times(network)[0]).epsilon(1e-14));
  const Escape all = escape(network, Basins{0, 1, 2}, std::vector<double>{0, 0, 0});
  CHECK(all.log_rate == -infinity);
  CHECK(all.times.reach == std::vector<Reach>(3, Reach::never));
}

TEST_CASE("a superbasin that equilibrates is left at the mean of its members' rates out") {
  // two basins exchange at exp(60) per second, occupied 3 : 1, and leave at 2 and 10 per second
  const std::vector<KineticEdge> edges{
      {0, 1, 60, 60 + std::log(3.0)}, {0, 2, std::log(2.0), -3}, {1, 2, std::log(10.0), -3}};
  const KineticNetwork network(3, edges);
  for (const double start : {-50.0, 0.0, 50.0}) {
    const Escape found = escape(network, Basins{0, 1}, std::vector<double>{0, start, 80});
    CHECK(std::exp(found.log_rate) == Approx(0.75 * 2 + 0.25 * 10).epsilon(1e-14));
  }
}

TEST_CASE("a mean time weighs the starting basins") {
  const PassageTimes times{{std::log(2.0), std::log(5.0), -infinity, infinity}, std::vector<Reach>(4)};
  CHECK(std::exp(log_mean_time(times, std::vector<double>{std::log(30.0), 0, -infinity, -infinity})) ==
        Approx(65.0 / 31));
  CHECK(std::exp(log_mean_time(times, std::vector<double>{3, -infinity, 3, -infinity})) == Approx(1.0));
  CHECK(log_mean_time(times, std::vector<double>{0, 0, 0, -2000}) == infinity);
  CHECK(log_mean_time(times, std::vector<double>{-infinity, -infinity, 5, -infinity}) == -infinity);
}

TEST_CASE("the rate matrix conserves probability and leaves equilibrium as it is") {
  Rng rng(9, 0);
  const std::size_t n = 15;
  const Landscape landscape = random_landscape(n, 400, rng);
  const Eigen::SparseMatrix<double> matrix = rate_matrix(KineticNetwork(n, landscape.edges));
  const std::vector<double> occupied = log_occupations(landscape.basins, 400);
  Eigen::VectorXd pi(n), fastest = Eigen::VectorXd::Zero(n);
  for (std::size_t i = 0; i < n; ++i) pi[static_cast<Eigen::Index>(i)] = std::exp(occupied[i]);
  const double largest = Eigen::VectorXd(matrix.diagonal()).cwiseAbs().maxCoeff();
  CHECK((Eigen::RowVectorXd::Ones(n) * matrix).cwiseAbs().maxCoeff() < 1e-14 * largest);
  const Eigen::VectorXd flow = matrix * pi, turnover = matrix.cwiseAbs() * pi;
  for (Eigen::Index i = 0; i < flow.size(); ++i) CHECK(std::abs(flow[i]) < 1e-11 * turnover[i]);
  const KineticEdge& first = landscape.edges[0];
  const KineticNetwork alone(2, std::vector<KineticEdge>{{0, 1, first.log_forward, first.log_backward}});
  CHECK(rate_matrix(alone).coeff(1, 0) == Approx(std::exp(first.log_forward)));
  CHECK(rate_matrix(alone).coeff(0, 0) == Approx(-std::exp(first.log_forward)));
  CHECK_THROWS_AS(rate_matrix(KineticNetwork(2, std::vector<KineticEdge>{{0, 1, 700, 0}})), InputError);
}

TEST_CASE("networks without basins or edges exist") {
  CHECK(KineticNetwork(0, {}).basins() == 0);
  CHECK(rate_matrix(KineticNetwork(0, {})).rows() == 0);
  CHECK(log_waiting_times(KineticNetwork(2, {})) == std::vector<double>{infinity, infinity});
  const PassageTimes times = passage_times(KineticNetwork(2, {}), Basins{1});
  CHECK(times.reach == std::vector<Reach>{Reach::never, Reach::certain});
}

TEST_CASE("bad networks and questions are refused with a reason") {
  const auto network = [](KineticEdge edge) { return KineticNetwork(2, std::vector<KineticEdge>{edge}); };
  CHECK_THROWS_WITH(network({0, 2, 0, 0}),
                    "edge 0 joins basins 0 and 2, but there are only 2, numbered from 0");
  CHECK_THROWS_WITH(network({0, 1, std::nan(""), 0}),
                    "edge 0 from basin 0 to 1 has a ln(rate) of nan, expected a number up to 1e9 in size or "
                    "minus infinity");
  CHECK_THROWS_AS(network({0, 1, 0, infinity}), InputError);
  CHECK_THROWS_AS(network({1, 1, 0, std::nan("")}), InputError);
  CHECK_NOTHROW(network({0, 1, -infinity, -infinity}));
  const KineticNetwork two = network({0, 1, 0, 0});
  CHECK_THROWS_WITH(passage_times(two, {}), "there are no targets, expected at least one basin");
  CHECK_THROWS_WITH(passage_times(two, Basins{5}),
                    "basin 5 is among the targets, but there are only 2, numbered from 0");
  CHECK_THROWS_WITH(log_committor(two, Basins{0}, Basins{1, 0}),
                    "basin 0 is in both sets of a committor, expected none to be");
  CHECK_THROWS_AS(log_committor(two, Basins{0}, {}), InputError);
  CHECK_THROWS_WITH(escape(two, Basins{0}, std::vector<double>{1}),
                    "1 weights for 2 basins, expected one for each");
  CHECK_THROWS_AS(escape(two, {}, std::vector<double>{0, 0}), InputError);
  CHECK_THROWS_AS(escape(two, Basins{0}, std::vector<double>{std::nan(""), 0}), InputError);
  CHECK_THROWS_WITH(escape(two, Basins{0}, std::vector<double>{-infinity, 0}),
                    "all weights of starting basins are 0, expected one above");
}
