#include "md/structure_io.hpp"

#include <unistd.h>

#include <Eigen/Geometry>
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "md/formats/overlaps.hpp"
#include "md/support/error.hpp"
#include "md/support/random.hpp"
#include "md/support/text.hpp"
#include "md/support/units.hpp"
#include "tests/support/message.hpp"

using namespace glasscape;
using test::message_of;

namespace {

constexpr const char* triclinic_data = R"(any comment

4 atoms
2 atom types
0 4 xlo xhi
-1 4 ylo yhi  # a remark
0 6 zlo zhi
1 0.5 -0.25 xy xz yz

Masses

2 91.224 # Zr
1 63.546 # Cu

Atoms # atomic

4 1 3 0 5 0 0 1
1 1 0.5 0.5 0.5
3 2 2 2 2 -1 2 0
2 2 1 1 4.5

Velocities

2 0 0 -3.5
1 1 0 0
4 0 2 0
3 0.125 0 0
)";

/// A folder that is gone at the end of the test.
class TemporaryFolder {
 public:
  TemporaryFolder()
      : path_(std::filesystem::temp_directory_path() / fmt::format("glasscape_structures_{}", ::getpid())) {
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

Matrix3d lattice_of(std::initializer_list<double> rows) {
  return Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(rows.begin());
}

const Matrix3d upright = lattice_of({9, 1.5, -0.5, 0, 8, 0.75, 0, 0, 7});

/// Fourteen atoms on a grid, some of them several cells away, in random motion.
Configuration moving_glass(const Cell& cell, std::vector<Element> elements) {
  Rng rng(5, stream_of("structure files"));
  Configuration c{nullptr, cell, Positions(3, 14), Positions(3, 14)};
  auto species = std::make_shared<Species>();
  species->elements = std::move(elements);
  for (int i = 0; i < 14; ++i) {
    species->element_of.push_back(i % static_cast<int>(species->elements.size()));
    const Vector3d grid(i % 3 / 3.0, i / 3 % 3 / 3.0, i / 9 / 3.0);
    const Vector3d far = i % 4 == 0 ? Vector3d(i - 5, 2, -i) : Vector3d::Zero();
    const Vector3d jitter(rng.uniform(), rng.uniform(), rng.uniform());
    c.positions.col(i) = cell.origin() + cell.lattice() * (grid + 0.1 * jitter + far);
    for (int k = 0; k < 3; ++k) c.momenta(k, i) = rng.normal();
  }
  c.species = species;
  return c;
}

Configuration copper_zirconium(const Cell& cell) { return moving_glass(cell, elements_named({"Cu", "Zr"})); }

double largest_difference(const Positions& a, const Positions& b) { return (a - b).cwiseAbs().maxCoeff(); }

/// Equal but for the last bits of positions and momenta.
void check_same(const Configuration& a, const Configuration& b) {
  CHECK(*a.species == *b.species);
  CHECK(a.cell.periodic() == b.cell.periodic());
  CHECK((a.cell.lattice() - b.cell.lattice()).norm() < 1e-14);
  CHECK((a.cell.origin() - b.cell.origin()).norm() < 1e-14);
  REQUIRE(a.atoms() == b.atoms());
  CHECK(largest_difference(a.positions, b.positions) < 1e-13);
  REQUIRE(a.momenta.cols() == b.momenta.cols());
  if (a.momenta.cols() > 0) CHECK(largest_difference(a.momenta, b.momenta) < 1e-14);
}

Configuration reread_data(const Configuration& c) { return parse_lammps_data(to_lammps_data({c}), "memory"); }
Configuration reread_dump(const Configuration& c) {
  return parse_lammps_dump(to_lammps_dump({c}), "memory").front();
}
Configuration reread_xyz(const Configuration& c) {
  return parse_extended_xyz(to_extended_xyz({c}), "memory").front();
}

Configuration one_frame(const std::string& comment, const std::string& atom = "Cu 0 0 0") {
  return parse_extended_xyz("1\n" + comment + "\n" + atom + "\n", "memory").front();
}

}  // namespace

TEST_CASE("an extended XYZ structure written and read again is the same, positions to the bit") {
  const Matrix3d any_frame =
      Eigen::AngleAxisd(0.7, Vector3d(1, 2, -1).normalized()).toRotationMatrix() * upright;
  for (const Cell& cell : {Cell(upright), Cell(any_frame, {true, false, true}, Vector3d(0.1, -3, 1e-7)),
                           Cell(), Cell(upright, {false, false, false})}) {
    const Configuration c = copper_zirconium(cell);
    const Configuration again = reread_xyz(c);
    check_same(c, again);
    CHECK(again.positions == c.positions);
    CHECK(again.cell.lattice() == c.cell.lattice());
    CHECK(again.cell.origin() == c.cell.origin());
  }
}

TEST_CASE("a LAMMPS data file written and read again is the same, atoms outside the cell included") {
  for (const Matrix3d& lattice : {upright, Matrix3d(upright.diagonal().asDiagonal())})
    for (const Vector3d& origin : {Vector3d(0, 0, 0), Vector3d(-4.1, 0.3, 77)}) {
      const Configuration c = copper_zirconium(Cell(lattice, {true, true, true}, origin));
      check_same(c, reread_data(c));
    }
}

TEST_CASE("a LAMMPS dump written and read again is the same, open directions included") {
  for (const auto& periodic : {std::array{true, true, true}, std::array{true, false, true}}) {
    const Configuration c = copper_zirconium(Cell(upright, periodic, Vector3d(1, 2, -3)));
    check_same(c, reread_dump(c));
  }
  check_same(copper_zirconium(Cell()), reread_dump(copper_zirconium(Cell())));
}

TEST_CASE("atoms inside a cell at the origin keep every bit in LAMMPS files") {
  Configuration c = copper_zirconium(Cell(upright));
  for (Eigen::Index i = 0; i < c.atoms(); ++i) c.positions.col(i) = c.cell.wrapped(c.positions.col(i));
  CHECK(reread_data(c).positions == c.positions);
  CHECK(reread_dump(c).positions == c.positions);
}

TEST_CASE("a structure at rest is read back at rest, and masses of its own are kept in every format") {
  Configuration c = moving_glass(Cell(upright), {{"Cu", 64.9278}, {"X", 1.0}, {"Zr", 91.224}});
  c.momenta.resize(3, 0);
  check_same(c, reread_xyz(c));
  check_same(c, reread_data(c));
  check_same(c, reread_dump(c));
  CHECK(to_extended_xyz({c}).find("mass:R:1") != std::string::npos);
  CHECK(to_extended_xyz({copper_zirconium(Cell(upright))}).find("mass") == std::string::npos);
}

TEST_CASE("a cell in any orientation is turned into LAMMPS's frame with all that is in it") {
  const Matrix3d rotation = Eigen::AngleAxisd(2.1, Vector3d(1, 2, -1).normalized()).toRotationMatrix();
  const Configuration c = copper_zirconium(Cell(rotation * upright, {true, true, true}, Vector3d(3, 1, 2)));
  const std::vector<AtomColumn> forces{{"forces", c.momenta}};
  const Configuration data = reread_data(c), dump = reread_dump(c);
  for (const Configuration& again : {data, dump}) {
    CHECK((again.cell.lattice() - upright).norm() < 1e-13);
    const Positions expected = rotation.transpose() * (c.positions.colwise() - c.cell.origin());
    CHECK(largest_difference(again.positions.colwise() - c.cell.origin(), expected) < 1e-12);
    CHECK(largest_difference(again.momenta, rotation.transpose() * c.momenta) < 1e-13);
  }
  const std::string text = to_lammps_dump({c, {}, forces});
  const auto last = words(std::string_view(text).substr(text.rfind('\n', text.size() - 2)));
  const Vector3d expected = rotation.transpose() * c.momenta.col(c.atoms() - 1);
  CHECK(to_real(last.back()).value() == Approx(expected[2]));
  CHECK_THROWS_AS(to_lammps_dump({c, {}, {{"stress", Eigen::MatrixXd::Zero(6, c.atoms())}}}), InputError);
}

TEST_CASE("velocities in files are Angstrom per picosecond") {
  const Configuration c = one_frame("Properties=species:S:1:velo:R:3:pos:R:3", "Cu 3 0 4 0 0 0");
  // u (Angstrom/ps)^2 = 1.66053906660e-27 kg * 1e4 m^2/s^2, in eV
  const double expected = 0.5 * 63.546 * 25.0 * units::atomic_mass_kg * 1e4 / units::elementary_charge_C;
  CHECK(0.5 * c.momenta.squaredNorm() / 63.546 == Approx(expected).epsilon(1e-12));
  CHECK(words(split(to_extended_xyz({c}), '\n')[2]).size() == 7);
}

TEST_CASE("LAMMPS data is read with tilts, images, any order of atoms, comments and velocities") {
  const Configuration c = parse_lammps_data(triclinic_data, "memory");
  CHECK(c.cell.lattice() == lattice_of({4, 1, 0.5, 0, 5, -0.25, 0, 0, 6}));
  CHECK(c.cell.origin() == Vector3d(0, -1, 0));
  CHECK(c.cell.all_periodic());
  CHECK(c.species->elements == elements_named({"Cu", "Zr"}));
  CHECK(c.species->element_of == std::vector<int>{0, 1, 1, 0});
  CHECK(c.positions.col(0) == Vector3d(0.5, 0.5, 0.5));
  CHECK(c.positions.col(2) == Vector3d(2 - 4 + 2 * 1, 2 + 2 * 5, 2));
  CHECK(c.positions.col(3) == Vector3d(3.5, -0.25, 11));
  CHECK(c.momenta(2, 1) == Approx(-3.5 * 91.224 * units::time_ps));
  CHECK(c.momenta(1, 3) == Approx(2 * 63.546 * units::time_ps));
}

TEST_CASE("types of LAMMPS data are named by the user, else by comments, else by masses, else by number") {
  const auto names = [](const std::string& masses, const ReadOptions& options) {
    const std::string text = "comment\n2 atoms\n2 atom types\n0 5 xlo xhi\n0 5 ylo yhi\n0 5 zlo zhi\n" +
                             masses + "\nAtoms\n\n1 1 0 0 0\n2 2 2 2 2\n";
    std::string joined;
    const auto species = parse_lammps_data(text, "memory", options).species;
    for (const Element& element : species->elements)
      joined += fmt::format("{}={} ", element.name, element.mass);
    return joined;
  };
  CHECK(names("Masses\n\n1 26.98 # A\n2 2.5 # B\n", {{"Al", "Ti"}}) == "Al=26.98 Ti=2.5 ");
  CHECK(names("Masses\n\n1 26.98 # A\n2 2.5 # B\n", {}) == "A=26.98 B=2.5 ");
  CHECK(names("Masses\n\n1 26.98 # a light metal\n2 2.5\n", {}) == "Al=26.98 2=2.5 ");
  CHECK(names("", {}) == "1=1 2=1 ");
  CHECK(names("", {{"Cu", "Zr"}}) == "Cu=63.546 Zr=91.224 ");
  CHECK_THROWS_AS(names("", {{"Cu"}}), InputError);
}

TEST_CASE("every form of position in a dump is the same place") {
  const auto place = [](const std::string& names, const std::string& numbers) {
    const std::string box = "ITEM: BOX BOUNDS xy xz yz pp pp pp\n-1 4.5 1\n1.75 7 0.5\n0 6 -0.25\n";
    const std::string text = "ITEM: TIMESTEP\n7\nITEM: NUMBER OF ATOMS\n1\n" + box + "ITEM: ATOMS type id " +
                             names + "\n1 9 " + numbers + "\n";
    return Vector3d(parse_lammps_dump(text, "memory").front().positions.col(0));
  };
  // lattice (4,0,0), (1,5,0), (0.5,-0.25,6), origin (-1,2,0), atom at fractions (0.5, 0.25, 1.5)
  const Vector3d expected(-1 + 2 + 0.25 + 0.75, 2 + 1.25 - 0.375, 9);
  CHECK((place("xu yu zu", "2 2.875 9") - expected).norm() < 1e-14);
  CHECK((place("x y z ix iy iz", "1.5 3.125 3 0 0 1") - expected).norm() < 1e-14);
  CHECK((place("xsu ysu zsu", "0.5 0.25 1.5") - expected).norm() < 1e-14);
  CHECK((place("xs ys zs ix iy iz", "0.5 0.25 0.5 0 0 1") - expected).norm() < 1e-14);
  CHECK((place("ix iy iz x y z xu yu zu", "0 0 1 1.5 3.125 3 2 2.875 9") - expected).norm() < 1e-14);
}

TEST_CASE("atoms of a dump are sorted by id and named by element, or by the user's names of types") {
  const std::string frame =
      "ITEM: NUMBER OF ATOMS\n3\nITEM: BOX BOUNDS ff ff ff\n0 9\n0 9\n0 9\n"
      "ITEM: ATOMS id type element x y z\n30 1 C 3 0 0\n10 2 C 1 0 0\n20 1 C 2 0 0\n";
  const Configuration c = parse_lammps_dump(frame, "memory").front();
  CHECK(c.positions.row(0) == Eigen::RowVector3d(1, 2, 3));
  CHECK(!c.cell.any_periodic());
  CHECK(c.species->of(0).name == "C");
  const Configuration named = parse_lammps_dump(frame, "memory", {{"Cu", "Zr"}}).front();
  CHECK(named.species->elements == elements_named({"Cu", "Zr"}));
  CHECK(named.species->element_of == std::vector<int>{1, 0, 0});
  CHECK_THROWS_AS(parse_lammps_dump(frame, "memory", {{"Cu"}}), FormatError);
}

TEST_CASE("species of extended XYZ that are numbers are named by the user, and names are not renamed") {
  const auto parse = [](const std::string& species, const std::vector<std::string>& elements) {
    return parse_extended_xyz("2\n\n" + species + " 0 0 0\n1 2 0 0\n", "s.xyz", {elements}).front();
  };
  CHECK(parse("2", {"Cu", "Zr"}).species->of(0) == elements_named({"Zr"}).front());
  CHECK(parse("2", {"Cu", "Zr"}).species->of(1) == elements_named({"Cu"}).front());
  CHECK(parse("2", {}).species->of(0).name == "2");
  CHECK_THROWS_WITH(parse("3", {"Cu", "Zr"}), "s.xyz:3: species 3 has no name: 2 elements are given");
  CHECK_THROWS_AS(parse("0", {"Cu", "Zr"}), InputError);
  CHECK_THROWS_WITH(parse("Au", {"Cu", "Zr"}), Catch::StartsWith("s.xyz:3: elements are given, but the file names its atoms itself"));
}

TEST_CASE("the comment line of extended XYZ may be written in every way the specification allows") {
  const std::string columns = "Properties=id:I:1:pos:R:3:tag:L:2:species:S:1:masses:R:1";
  const std::string atom = "7 1.5D0 -2.5e-1 +3 T F Zr 90.0";
  for (const char* lattice :
       {"Lattice=\"4 0 0 1 5 0 0.5 -0.25 6\"", "Lattice = \"4 0 0 1 5 0 5d-1 -0.25 6\"",
        "Lattice=[[4, 0, 0], [1, 5, 0], [0.5, -0.25, 6]]", "Lattice={4 0 0 1 5 0 0.5 -0.25 6}"})
    for (const char* others : {"", "bare", "note=\"a \\\"Lattice=\\\" \\\\ in quotes\"",
                               "\"a key\" = [\"]\", \"x\"]", "energy=-1.5 Time=1e3 url=http://a.b/c?d=e"}) {
      const Configuration c =
          one_frame(fmt::format("  {} {}\t{} pbc=\"T F true\"", others, lattice, columns), atom);
      CHECK(c.cell.lattice() == lattice_of({4, 1, 0.5, 0, 5, -0.25, 0, 0, 6}));
      CHECK(c.cell.periodic() == std::array{true, false, true});
      CHECK(c.positions.col(0) == Vector3d(1.5, -0.25, 3));
      CHECK(c.species->of(0) == Element{"Zr", 90.0});
    }
}

TEST_CASE("without Lattice a structure is a cluster, and with it periodic unless pbc says otherwise") {
  CHECK(!one_frame("Properties=species:S:1:pos:R:3").cell.any_periodic());
  CHECK(one_frame("Lattice=\"4 0 0 0 4 0 0 0 4\"").cell.all_periodic());
  const Cell open = one_frame("Lattice=\"4 0 0 0 4 0 0 0 4\" pbc=[F,F,F] Origin=\"1 2 3\"").cell;
  CHECK(!open.any_periodic());
  CHECK(open.lattice() == Matrix3d(4 * Matrix3d::Identity()));
  CHECK(open.origin() == Vector3d(1, 2, 3));
}

TEST_CASE("plain XYZ files with any comment are clusters") {
  for (const char* comment : {"", "LJ38, energy = -173.928427 eps", "\"unbalanced [quote"}) {
    const auto frames =
        parse_extended_xyz(fmt::format("2\r\n{}\r\nAr 0 0 0\r\nAr 0 0 1.1\r\n\r\n \n", comment), "memory");
    REQUIRE(frames.size() == 1);
    CHECK(frames[0].positions(2, 1) == 1.1);
    CHECK(frames[0].species->elements == elements_named({"Ar"}));
  }
}

TEST_CASE(
    "extended XYZ is written with the lattice first, quotes where needed, and the frame's own columns") {
  Configuration c = one_frame("Lattice=\"4 0 0 0.1 5 0 0 0 6\"", "Cu 0.1 2 1e-7");
  Eigen::MatrixXd energy(1, 1);
  energy << -3.5;
  const Frame frame{
      c,
      {{"energy", "-3.5"}, {"note", "a \"b\" \\ c"}, {"list", "[1,2]"}, {"basin", "7"}, {"two\nlines", ""}},
      {{"forces", Vector3d(0, 1, 2)}, {"local_energy", energy}}};
  CHECK(to_extended_xyz(frame) ==
        "1\n"
        "Lattice=\"4 0 0 0.1 5 0 0 0 6\" Properties=species:S:1:pos:R:3:forces:R:3:local_energy:R:1 pbc=\"T "
        "T T\" "
        "energy=-3.5 note=\"a \\\"b\\\" \\\\ c\" list=\"[1,2]\" basin=7 \"two\\nlines\"=\"\"\n"
        "Cu 0.1 2 1e-07 0 1 2 -3.5\n");
  CHECK(parse_extended_xyz(to_extended_xyz(frame), "memory").front().positions == c.positions);
}

TEST_CASE("dumps are written with images, velocities and the frame's own columns") {
  Configuration c =
      one_frame("Lattice=\"4 0 0 -1 5 0 0 0 6\" Properties=species:S:1:pos:R:3:velo:R:3", "Cu 5 1 1 0 0 0");
  const Frame frame{c, {}, {{"forces", Vector3d(0, 1, 2)}, {"q", Eigen::Vector2d(3, 4)}}};
  CHECK(to_lammps_dump(frame, 12) ==
        "ITEM: TIMESTEP\n12\nITEM: NUMBER OF ATOMS\n1\nITEM: BOX BOUNDS xy xz yz pp pp pp\n-1 4 -1\n0 5 0\n0 "
        "6 0\n"
        "ITEM: ATOMS id type element x y z ix iy iz vx vy vz fx fy fz q[1] q[2]\n"
        "1 1 Cu 1 1 1 1 0 0 0 0 0 0 1 2 3 4\n");
}

TEST_CASE("a trajectory is read frame by frame, its last frame alone, and equal species are shared") {
  const TemporaryFolder folder;
  Configuration first = copper_zirconium(Cell(upright)), second = first;
  second.positions.array() += 0.25;
  for (const char* name : {"t.xyz", "t.extxyz", "t.dump", "t.lammpstrj"}) {
    write_frames(folder.file(name), {{first}, {second}});
    const auto frames = read_frames(folder.file(name));
    REQUIRE(frames.size() == 2);
    check_same(frames[0], first);
    check_same(frames[1], second);
    CHECK(frames[0].species == frames[1].species);
    check_same(read_structure(folder.file(name)), second);
  }
}

TEST_CASE("a name without a known extension is read by its content") {
  const TemporaryFolder folder;
  const Configuration c = copper_zirconium(Cell(upright));
  for (const char* name : {"s.xyz", "s.data", "s.lmp", "s.dump"}) {
    write_structure(folder.file(name), {c});
    std::filesystem::rename(folder.file(name), folder.file("POSITIONS"));
    check_same(read_structure(folder.file("POSITIONS")), c);
  }
}

TEST_CASE("what a format cannot hold is refused before anything is written") {
  const TemporaryFolder folder;
  const Configuration c = copper_zirconium(Cell(upright)), open = copper_zirconium(Cell());
  Configuration broken = c;
  broken.positions(1, 3) = std::nan("");
  const std::string file = folder.file("s.xyz"), data = folder.file("s.data");
  CHECK_THROWS_AS(write_structure(folder.file("s.cif"), {c}), InputError);
  CHECK_THROWS_AS(write_structure(data, {open}), InputError);
  CHECK_THROWS_AS(write_frames(data, {{c}, {c}}), InputError);
  CHECK_THROWS_AS(write_frames(file, {}), InputError);
  CHECK_THROWS_AS(write_structure(file, {broken}), FormatError);
  CHECK_THROWS_AS(write_structure(file, {c, {}, {{"forces", Eigen::MatrixXd::Zero(3, 2)}}}), InputError);
  CHECK_THROWS_AS(write_structure(file, {c, {}, {{"pos", Eigen::MatrixXd::Zero(3, 14)}}}), InputError);
  CHECK_THROWS_AS(write_structure(file, {c, {}, {{"a:b", Eigen::MatrixXd::Zero(3, 14)}}}), InputError);
  CHECK_THROWS_AS(write_structure(file, {c, {{"lattice", "1"}}, {}}), InputError);
  CHECK_THROWS_AS(write_structure(file, {c, {{"energy", "1"}, {"energy", "2"}}, {}}), InputError);
  CHECK(std::filesystem::is_empty(std::filesystem::path(file).parent_path()));
}

TEST_CASE("every bad structure file is refused with a message that says where and what") {
  const std::filesystem::path folder = std::filesystem::path(GLASSCAPE_TEST_INPUTS) / "bad" / "structures";
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string path = entry.path().string();
    if (entry.path().extension() == ".expected") continue;
    DYNAMIC_SECTION(entry.path().filename().string()) {
      const std::string expected(trimmed(read_text_file(path + ".expected", "expected message")));
      REQUIRE(!expected.empty());
      CHECK_THROWS_AS(read_structure(path), FormatError);
      CHECK_THAT(message_of([&] { read_structure(path); }), Catch::Contains(expected));
    }
    ++files;
  }
  CHECK(files >= 16);
}

TEST_CASE("a missing file is not found") { CHECK_THROWS_AS(read_structure("/nowhere/s.xyz"), NotFound); }

TEST_CASE("a file cut or damaged at any place is read or refused, never worse") {
  const Configuration c = copper_zirconium(Cell(upright));
  const Frame frame{c, {{"note", "a \"b\" [c]"}}, {}};
  const std::vector<std::pair<std::string, std::function<void(const std::string&)>>> cases{
      {to_extended_xyz(frame), [](const std::string& text) { parse_extended_xyz(text, "memory"); }},
      {triclinic_data, [](const std::string& text) { parse_lammps_data(text, "memory"); }},
      {to_lammps_dump(frame), [](const std::string& text) { parse_lammps_dump(text, "memory"); }},
  };
  Rng rng(11, stream_of("damage"));
  const std::string_view letters = "0123456789.-+eE:\"[]{}= \n\tTFSRx#";
  for (const auto& [good, parse] : cases) {
    REQUIRE_NOTHROW(parse(good));
    std::size_t refused = 0;
    for (std::size_t size = 0; size < good.size(); size += 3)
      refused += message_of([&] { parse(good.substr(0, size)); }) != "accepted";
    CHECK(refused > good.size() / 3 - 20);
    for (int trial = 0; trial < 1500; ++trial) {
      std::string bad = good;
      for (std::uint64_t changes = 1 + rng.below(3); changes > 0; --changes)
        bad[rng.below(bad.size())] = letters[rng.below(letters.size())];
      message_of([&] { parse(bad); });
    }
  }
}

TEST_CASE("overlapping atoms are found wherever and only where an image of one is near another") {
  Rng rng(3, stream_of("overlaps"));
  const Matrix3d skewed = lattice_of({4, 7, -9, 0, 3, 6.5, 0, 0, 2.5});
  int found = 0;
  for (int trial = 0; trial < 300; ++trial) {
    const auto periodic = [&] { return rng.below(4) != 0; };
    const std::array<bool, 3> directions{periodic(), periodic(), periodic()};
    const Matrix3d lattice = trial % 2 == 0 ? skewed : Matrix3d(Vector3d(0.3, 5.5, 3.2).asDiagonal());
    const Cell cell(lattice, directions, Vector3d(0.5, -2, 8));
    Configuration c{nullptr, cell, Positions(3, 16), {}};
    for (int i = 0; i < 16; ++i)
      c.positions.col(i) =
          lattice * Vector3d(4 * rng.uniform() - 2, 4 * rng.uniform() - 2, 4 * rng.uniform() - 2);
    double nearest = 1e9;
    for (int i = 0; i < 16; ++i)
      for (int j = 0; j < i; ++j)
        nearest = std::min(nearest, cell.nearest(c.positions.col(i) - c.positions.col(j)).norm());
    const auto overlap = formats::first_overlap(c, 0.25);
    CHECK(overlap.has_value() == (nearest < 0.25));
    if (!overlap) continue;
    ++found;
    const Vector3d difference = c.positions.col(overlap->first) - c.positions.col(overlap->second);
    CHECK(cell.nearest(difference).norm() == Approx(overlap->distance).epsilon(1e-9));
  }
  CHECK(found > 50);
  CHECK(found < 250);
}
