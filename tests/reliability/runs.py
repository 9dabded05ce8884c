"""A tiny study run by the real program, with faults, and what must hold of its run folder afterwards."""
import hashlib, json, os, re, resource, shutil, signal, subprocess, time
from pathlib import Path

PLANE = """[study]
seed = 3
[potential]
type = "mueller-brown"
scale = 0.01
[[stage]]
type = "structure"
name = "start"
file = "start.xyz"
fmax = "1e-8 eV/A"
[[stage]]
type = "art"
name = "search"
searches = 12
steps_per_task = 3
soft_radius = "1 A"
softening = 1000
push = "0.05 A"
increment = "0.05 A"
same = "0.02 A"
pushes = 60
radius = "1 A"
[[stage]]
type = "normal-modes"
name = "modes"
"""
GLASS = """[study]
seed = 5
[potential]
type = "lj"
epsilon = "0.0104 eV"
sigma = "3.4 A"
cutoff = "5 A"
[[stage]]
type = "melt-quench"
name = "glass"
atoms = 32
composition = { Ar = 1 }
timestep = "4 fs"
schedule = [{ at = "150 K", time = "20 ps" }, { to = "20 K", time = "25 ps" }]
record_every = 500
"""
BREAKS = GLASS.replace('"4 fs"', '"900 fs"')  # so long a step that the dynamics breaks down: a failed task
WRITTEN = {"EIO": 5, "ENOSPC": 28, "EDQUOT": 122, "EROFS": 30, "EMFILE": 24, "EACCES": 13}
DAMAGED, MISSING, FAILED, CANNOT_WRITE, STOPPED, NOT_YET = 65, 66, 70, 74, 75, 78  # NOT_YET: a stage starts from one that has not run


class Wrong(Exception):
    """What must hold does not."""


class Lost(Wrong):
    """A finished task has to be run again."""


class NotHere(Exception):
    """This machine does not let us make the fault."""


class Ended:
    def __init__(self, code, out, err, seconds):
        self.code, self.out, self.err, self.seconds = code, out, err, seconds

    def __str__(self):
        return f"exit code {self.code}: {self.err.strip() or self.out.strip()[-300:]}"


class Program:
    def __init__(self, program, faulty_calls):
        self.program, self.faulty_calls = Path(program).resolve(), Path(faulty_calls).resolve()

    def start(self, *words, fault=None, limits=None, given=None):
        """fault: values of the variables FAULT_*, see faulty_calls.cpp; limits: of resources, see setrlimit(2)."""
        environment = {**os.environ, "OMP_WAIT_POLICY": "passive"}
        if fault is not None:
            environment.update({f"FAULT_{name}": str(value) for name, value in fault.items()}, LD_PRELOAD=str(self.faulty_calls))
        set_limits = (lambda: [resource.setrlimit(what, (most, most)) for what, most in limits.items()]) if limits else None
        process = subprocess.Popen([self.program, *map(str, words)], env=environment, preexec_fn=set_limits, text=True,
                                   stdin=subprocess.PIPE if given else subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.began = time.monotonic()
        return process

    @staticmethod
    def wait(process, given=None, kill_after=None):
        try:
            out, err = process.communicate(given, timeout=kill_after if kill_after is not None else 120)
        except subprocess.TimeoutExpired:
            if kill_after is None:
                process.kill()
                raise Wrong("the program hangs")
            process.kill()
            out, err = process.communicate()
        return Ended(process.returncode, out, err, time.monotonic() - process.began)

    def __call__(self, *words, given=None, kill_after=None, **how):
        return self.wait(self.start(*words, given=given, **how), given, kill_after)


def is_sealed(content):
    return hashlib.sha256(content[512:]).hexdigest().encode() in content[:512]


class Campaign:
    """A study, its run without faults to compare with, and run folders that faults are made in."""

    def __init__(self, program, folder, text, code=0):
        self.program, self.folder, self.code = program, Path(folder), code
        self.folder.mkdir(parents=True)
        (self.folder / "start.xyz").write_text("1\nProperties=species:S:1:pos:R:3\nX -0.05 0.47 0\n")
        self.study = self.folder / "study.toml"
        self.study.write_text(text)
        self.reference, self.run_folder = self.folder / "reference", self.folder / "run"
        self.known, self.recoveries = set(), []
        ended = self.do("run", at=self.reference)
        if ended.code != code:
            raise Wrong(f"without a fault: {ended}")
        self.seconds = ended.seconds
        self.shards = {file.name: file.read_bytes() for file in sorted((self.reference / "shards").glob("*.h5"))}
        self.digest = self.digest_of(self.reference)
        if self.shards:
            self.do("merge", at=self.reference)
            self.landscape = (self.reference / "landscape.h5").read_bytes()

    def words(self, verb, *more, at=None):
        quiet = {"run": ["--quiet", "--threads", "2"], "retry": ["--failed", "--threads", "2"]}.get(verb, [])
        return [verb, self.study, "--folder", at or self.run_folder, *quiet, *more]

    def expected(self, verb):
        """The exit code of a verb without a fault."""
        return self.code if verb in ("run", "retry") else 0

    def do(self, verb, *more, at=None, **how):
        return self.program(*self.words(verb, *more, at=at), **how)

    def start(self, verb, *more, **how):
        return self.program.start(*self.words(verb, *more), **how)

    def digest_of(self, folder):
        ended = self.do("digest", "--json", at=folder)
        if ended.code != 0:
            raise Wrong(f"digest: {ended}")
        return json.loads(ended.out)["sha256"]

    def prepare(self, without=None):
        """A run folder as a run leaves it that ended before the shards whose names match `without`; None: before all."""
        shutil.rmtree(self.run_folder, ignore_errors=True)
        if without is None:
            return {}
        shutil.copytree(self.reference, self.run_folder)
        (self.run_folder / "landscape.h5").unlink(missing_ok=True)
        (self.run_folder / "report.html").unlink(missing_ok=True)
        for file in (self.run_folder / "shards").glob("*.h5"):
            if re.search(without, file.name):
                file.unlink()
        return self.stored()

    def stored(self):
        """Names and bytes of the shards, each of which must be one of the run without faults."""
        found = {}
        folder = self.run_folder / "shards"
        for file in sorted(folder.iterdir()) if folder.is_dir() else []:
            if ".tmp." in file.name:
                continue
            content = found[file.name] = file.read_bytes()
            if file.name not in self.shards:
                raise Wrong(f"a file that does not belong there: {file}")
            if content != self.shards[file.name] and hashlib.sha256(content).digest() not in self.known:
                self.compare(file)
                self.known.add(hashlib.sha256(content).digest())
        return found

    def compare(self, file):
        """By other programs than our own: the seal, then every value but the circumstances (host, times)."""
        content = file.read_bytes()
        if not is_sealed(content):
            raise Wrong(f"the seal of {file} does not match")
        same = subprocess.run(["h5diff", "--exclude-path", "/circumstances", file, self.reference / "shards" / file.name], capture_output=True, text=True)
        if same.returncode != 0:
            raise Wrong(f"{file} has other facts: {same.stdout}{same.stderr}")

    def check_store(self, before):
        """Old or new, never a third thing. Returns what is stored."""
        after = self.stored()
        for name, content in before.items():
            if after.get(name) != content:
                raise Lost(f"the shard {name} {'was written again' if name in after else 'is gone'}")
        merged, report = self.run_folder / "landscape.h5", self.run_folder / "report.html"
        if merged.exists() and not is_sealed(merged.read_bytes()):
            raise Wrong("landscape.h5 is neither absent nor whole")
        if report.exists() and not report.read_text().endswith("</html>\n"):
            raise Wrong("report.html is neither absent nor whole")
        for failure in (self.run_folder / "failures").glob("*.json"):
            json.loads(failure.read_text())
            if self.code == 0:
                raise Wrong(f"a fault of the machine became a failure of a task: {failure.read_text()}")
        return after

    def recover(self, before):
        """The cause is gone: running again gives the result of a run without faults, loses nothing and leaves nothing behind."""
        stored = self.check_store(before)
        ended = self.do("run")
        if ended.code != self.code:
            raise Wrong(f"running again: {ended}")
        self.recoveries.append(ended.seconds)
        stored = self.check_store(stored)
        if len(stored) != len(self.shards) or self.digest_of(self.run_folder) != self.digest:
            raise Wrong("running again gives another result")
        if self.shards:
            ended = self.do("merge")
            if ended.code != 0 or (self.run_folder / "landscape.h5").read_bytes() != self.landscape:
                raise Wrong(f"merging again gives another landscape.h5: {ended}")
        left = [str(file.relative_to(self.run_folder)) for file in self.run_folder.rglob("*") if ".tmp." in file.name]
        if left:
            raise Wrong(f"left behind: {', '.join(left)}")

    def count(self, path, verb="run", reads=False, **more):
        """How many calls a run without faults makes on these paths."""
        file = self.folder / "count"
        self.do(verb, fault={"PATH": path, "COUNT": file, **({"READS": 1} if reads else {}), **more})
        return int(file.read_text())
