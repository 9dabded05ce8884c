#!/usr/bin/env python3
"""Makes the faults that machines have while the real program runs a tiny study, and checks what docs/reliability.md promises.

Usage: faults.py [--long] [--only CLASS] [--seed N] [--write docs/reliability.md] build/bin/glasscape
"""
import argparse, os, random, resource, shutil, signal, statistics, subprocess, sys, tempfile, time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from runs import BREAKS, CANNOT_WRITE, DAMAGED, FAILED, GLASS, MISSING, NOT_YET, PLANE, STOPPED, WRITTEN, Campaign, Lost, NotHere, Program, Wrong

KILLED = -signal.SIGKILL


class Faults:
    def __init__(self, program, folder, long, seed):
        self.long, self.random = long, random.Random(seed)
        self.plane = Campaign(program, folder / "plane", PLANE)
        self.glass = Campaign(program, folder / "glass", GLASS)
        self.breaks = Campaign(program, folder / "breaks", BREAKS, code=FAILED)
        self.injections, self.wrong = 0, []

    def some(self, all_of_them, few):
        """All in the long form; in the short one a few that the seed chooses."""
        all_of_them = list(all_of_them)
        return all_of_them if self.long or len(all_of_them) <= few else sorted(self.random.sample(all_of_them, few), key=all_of_them.index)

    def inject(self, campaign, what, act, without=None, expect=(0,), says=()):
        """One fault: `act` has the program run with it. Its exit code must be one of those expected, and its message must say why."""
        self.injections += 1
        before = campaign.prepare(without) if without is not False else campaign.stored()
        try:
            ended = act()
            if ended is not None and ended.code not in expect:
                raise Wrong(f"expected exit code {expect}, got {ended}")
            if ended is not None and ended.code > 0 and ended.code != campaign.code and not any(words in ended.err for words in says or [""]):
                raise Wrong(f"expected a message with one of {says}, got {ended}")
            campaign.recover(before)
        except NotHere as reason:
            self.injections -= 1
            print(f"left out: {what}: {reason}", flush=True)
        except Wrong as wrong:
            self.note(what, wrong)

    def note(self, what, wrong):
        self.wrong.append(wrong)
        print(f"{type(wrong).__name__.upper()} {what}: {wrong}", flush=True)

    def each_call(self, campaign, path, kind, calls, verb="run", without=None, expect=(KILLED,), says=(), **more):
        for n in calls:
            fault = {"PATH": path, "CALL": n, "KIND": kind, **more}
            self.inject(campaign, f"{verb}, {fault}", lambda: campaign.do(verb, fault=fault), without, expect, says)

    def sites(self):
        """What is written, and by which verb: a shard, a journal, a checkpoint, the report, landscape.h5, the record of a failure, the plan."""
        return [(self.plane, r"/run/shards(/modes-000003.*)?$", "run", "modes-000003"), (self.plane, r"/run/checkpoints/", "run", "search-000003|modes"), (self.glass, r"/run/checkpoints/", "run", None), (self.plane, r"/run/report.html", "report", "$^"),
                (self.plane, r"/run/landscape.h5", "merge", "$^"), (self.plane, r"/run/plans", "plan", None),
                (self.breaks, r"/run/failures", "run", None), (self.breaks, r"/run/failures", "retry", "$^")]

    def calls_of(self, campaign, path, verb, without, reads=False):
        campaign.prepare(without)
        return range(1, campaign.count(path, verb, reads) + 2)  # one past the end: no fault

    # --- the classes, one method each; the first line of its text is a row of the table -------------------------------------------

    def kill_at_moments(self):
        """kill -9 at random moments of a run"""
        for k in range(200 if self.long else 8):
            campaign = self.plane if k % 2 else self.glass
            moment = self.random.uniform(0, campaign.seconds)
            self.inject(campaign, f"kill -9 after {moment} s", lambda: campaign.do("run", kill_after=moment), None, (KILLED, 0))

    def kill_at_calls(self):
        """kill -9 before and after each system call of writing a shard, journal, checkpoint, report, landscape.h5, plan, failure record"""
        for campaign, path, verb, without in self.sites():
            calls = self.calls_of(campaign, path, verb, without)
            for kind in ("kill-before", "kill-after"):
                whole = self.long or (kind == "kill-after" and verb in ("run", "merge") and campaign is self.plane)
                self.each_call(campaign, path, kind, calls if whole else self.some(calls, 2), verb, without, (KILLED, campaign.expected(verb)))

    def failing_writes(self):
        """n-th open, write, fsync, rename, close, mkdir fails, for all n, with EIO, ENOSPC (once, and from there on), EDQUOT, EROFS, EMFILE, EACCES"""
        for campaign, path, verb, without in self.sites():
            calls = self.calls_of(campaign, path, verb, without)
            for k, (name, number) in enumerate(WRITTEN.items()):
                whole = self.long or (name == "ENOSPC" and verb in ("run", "merge") and campaign is self.plane)
                for stays in ({}, {"STAYS": 1}) if self.long and name == "ENOSPC" else ({},):
                    self.each_call(campaign, path, number, calls if whole else self.some(calls, 1), verb, without,
                                   (campaign.expected(verb), MISSING, CANNOT_WRITE), [os.strerror(number)], **stays)

    def failing_reads(self):
        """n-th open, read, stat of a file or folder of the run, or listing of one, fails, for all n with EIO, for some with EMFILE, EACCES"""
        path = r"/run/(shards|failures|plans)"
        for verb in ("run", "report", "digest", "status", "merge"):
            without = "modes-000003" if verb == "run" else "$^"
            calls = self.calls_of(self.plane, path, verb, without, reads=True)
            for name in ("EIO", "EMFILE", "EACCES"):
                self.each_call(self.plane, path, WRITTEN[name], calls if self.long and name == "EIO" else self.random.sample(calls, 4), verb, without, (0, MISSING, CANNOT_WRITE), [os.strerror(WRITTEN[name])], READS=1)
        for n in self.some(range(1, 12), 2):
            self.leave_checkpoint()
            fault = {"PATH": r"/run/checkpoints/.*\.A$", "CALL": n, "KIND": WRITTEN["EIO"], "READS": 1}
            self.inject(self.glass, f"run from a checkpoint, {fault}", lambda: self.glass.do("run", fault=fault), False, (0, MISSING, CANNOT_WRITE), [os.strerror(5)])
        for n in self.some(range(1, 6), 2):
            self.leave_journal()
            fault = {"PATH": r"/run/checkpoints/search", "CALL": n, "KIND": WRITTEN["EIO"], "READS": 1}
            self.inject(self.plane, f"run from a journal, {fault}", lambda: self.plane.do("run", fault=fault), False, (0, MISSING, CANNOT_WRITE), [os.strerror(5)])

    def survived_calls(self):
        """n-th call is interrupted (EINTR) or does half of what it was asked: no error"""
        for campaign, path, verb, without in self.sites():
            calls = self.calls_of(campaign, path, verb, without, reads=True)
            for kind in (4, "short"):
                self.each_call(campaign, path, kind, self.some(calls, 2), verb, without, (campaign.expected(verb),), READS=1)

    def no_space(self):
        """disk full: a small file system in memory, and files limited in size"""
        for bytes_ in self.some([0, 100, 1000, 4000, 6000, 8000, 12000, 20000, 30000, 100000, 1000000], 4):
            self.inject(self.plane, f"files of at most {bytes_} bytes", lambda: self.plane.do("run", limits={resource.RLIMIT_FSIZE: bytes_}), None, (CANNOT_WRITE,), [os.strerror(27)])
        for kilobytes in self.some([8, 16, 24, 32, 64, 96, 128, 200, 256, 400, 1000], 3):
            mounted = self.plane.run_folder
            def on_small_disk():
                mounted.mkdir()
                made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "none", mounted], capture_output=True, text=True)
                if made.returncode != 0:
                    mounted.rmdir()
                    raise NotHere(made.stderr.strip())
                try:
                    ended = self.plane.do("run")
                    shutil.copytree(mounted, f"{mounted}.kept")
                finally:
                    subprocess.run(["umount", mounted], check=True)
                mounted.rmdir()
                Path(f"{mounted}.kept").rename(mounted)
                return ended
            self.inject(self.plane, f"a disk of {kilobytes} kB", on_small_disk, None, (CANNOT_WRITE,), [os.strerror(28)])

    def read_only(self):
        """folder mounted read-only"""
        for without in self.some(["$^", "modes", "search|modes", "modes-000003"], 2):
            def mounted():
                folder = str(self.plane.run_folder)
                made = subprocess.run(["mount", "--bind", folder, folder], capture_output=True, text=True)
                if made.returncode != 0:
                    raise NotHere(made.stderr.strip())
                try:
                    subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
                    return self.plane.do("run")
                finally:
                    subprocess.run(["umount", folder], check=True)
            self.inject(self.plane, f"read-only mount, without {without}", mounted, without, (CANNOT_WRITE,), [os.strerror(30)])

    def few_files(self):
        """too many open files: at most 3, 4, ... at once"""
        for most in self.some(range(3, 25), 6):
            self.inject(self.plane, f"at most {most} open files", lambda: self.plane.do("run", limits={resource.RLIMIT_NOFILE: most}), "modes", (0, MISSING, CANNOT_WRITE, 127), ["Too many open files", "shared"])

    def damaged(self, whole, cuts, changes):
        for size in self.some(range(0, len(whole), 512), cuts):
            yield f"cut at {size}", whole[:size]
        for k in sorted(self.random.sample(range(len(whole)), min(changes, len(whole)))):
            yield f"byte {k} changed", whole[:k] + bytes([whole[k] ^ 1 << self.random.randrange(8)]) + whole[k + 1:]

    def must_refuse(self, campaign, file, what, content, verbs):
        self.injections += 1
        file.write_bytes(content)
        for verb in verbs:
            ended = campaign.do(verb)
            if ended.code != DAMAGED or file.name not in ended.err or "delete" not in ended.err:
                self.note(f"{file.name} {what}, {verb}", Wrong(str(ended)))

    def damage(self):
        """shard cut at every 512 bytes, each of its bytes changed: refused by name, run again; so a checkpoint and a journal, at 500 bytes: what is sound in them counts"""
        name = min(self.plane.shards, key=lambda name: len(self.plane.shards[name]))
        self.plane.prepare("$^")
        file = self.plane.run_folder / "shards" / name
        for k, (what, content) in enumerate(self.damaged(self.plane.shards[name], 6, 10**6 if self.long else 40)):
            self.must_refuse(self.plane, file, what, content, ("digest", "report", "merge", "run") if k % 97 == 0 else ("digest",))
        file.unlink()
        self.inject(self.plane, "damaged shard deleted", lambda: None, False)
        for what, content in self.damaged(self.leave_checkpoint().read_bytes(), 3, 500 if self.long else 6):
            def with_damaged():
                self.leave_checkpoint().write_bytes(content)
                return self.glass.do("run")
            self.inject(self.glass, f"checkpoint {what}", with_damaged)
        for what, content in self.damaged(self.leave_journal().read_bytes(), 3, 500 if self.long else 6):
            def with_damaged_journal():
                self.leave_journal().write_bytes(content)
                return self.plane.do("run")
            self.inject(self.plane, f"journal {what}", with_damaged_journal)

    def leave_checkpoint(self):
        """A run of the glass that was killed after it had written its checkpoint."""
        self.glass.prepare(None)
        self.glass.do("run", fault={"PATH": r"/run/checkpoints/[^/]*\.A$", "CALL": 1, "KIND": "kill-after"})  # its rename
        return next((self.glass.run_folder / "checkpoints").glob("*.A"))

    def leave_journal(self):
        """A run of the last searches that was killed after it had written a step of them."""
        self.plane.prepare("search-000003|modes")
        self.plane.do("run", fault={"PATH": r"/run/checkpoints/", "CALL": 9, "KIND": "kill-after"})
        return next((self.plane.run_folder / "checkpoints").glob("*.journal.*"))

    def together(self):
        """two runners at once, also blind to each other and with shuffled tasks; two mergers; merge, status, digest during a run"""
        blind = {"PATH": r"/run/runners", "CALL": 1, "KIND": 5, "STAYS": 1}
        for k in range(30 if self.long else 2):
            for fault in (None, blind):
                def two():
                    runners = [self.plane.start("run", fault=fault) for _ in range(2)]
                    self.all_end(runners, (0,))
                self.inject(self.plane, f"two runners, {'blind' if fault else 'seeing'}", two)
            def shuffled():
                tasks = self.plane.do("plan", "--tasks").out.split()
                runners, given = [], []
                for _ in range(2):
                    given.append("\n".join(self.random.sample(tasks, len(tasks))))
                    runners.append(self.plane.start("run", "--stdin", fault=blind, given=True))
                self.all_end(runners, (0, STOPPED), given)
            self.inject(self.plane, "two runners with shuffled tasks", shuffled)
            self.inject(self.plane, "two mergers", lambda: self.all_end([self.plane.start("merge") for _ in range(2)], (0,)), "$^")
            self.inject(self.plane, "merge during a run", self.look_during_run)

    def all_end(self, processes, expect, given=(None, None)):
        for process, text in zip(processes, given):
            ended = Program.wait(process, text)
            if ended.code not in expect:
                raise Wrong(f"expected exit code {expect}, got {ended}")

    def look_during_run(self):
        runner = self.plane.start("run")
        while runner.poll() is None:
            for verb, expect in (("merge", (0, MISSING)), ("status", (0,)), ("digest", (0, MISSING))):
                ended = self.plane.do(verb)
                if ended.code not in expect:
                    raise Wrong(f"{verb} during a run: {ended}")
        self.all_end([runner], (0,))

    def vanishing(self):
        """shards taken away and put back while digest, status, merge read"""
        for k in range(40 if self.long else 3):
            def act():
                processes = [self.plane.start(verb) for verb in ("digest", "status", "merge", "report")]
                while any(process.poll() is None for process in processes):
                    for name, content in self.plane.shards.items():
                        file = self.plane.run_folder / "shards" / name
                        file.rename(f"{self.plane.folder}/aside")
                        Path(f"{self.plane.folder}/aside").rename(file)
                self.all_end(processes, (0, MISSING, NOT_YET), (None,) * 4)
            self.inject(self.plane, "shards vanish", act, "$^")

    def clocks(self):
        """calendar a day off, a day back between runs, running backwards"""
        for shift, step in self.some([(86400, 0), (-86400, 0), (0, -1), (-10**9, 0), (10**9, -3600)], 3):
            for campaign in (self.plane, self.glass):
                fault = {"CLOCK": shift, "CLOCK_STEP": step}
                self.inject(campaign, f"{fault}", lambda: campaign.do("run", fault=fault))
                self.inject(campaign, f"{fault} at first", lambda: campaign.do("run", fault=fault, kill_after=campaign.seconds / 2), None, (0, KILLED))

    def little_memory(self):
        """address space limited to 40, 60, ... 1000 MB: an error or success"""
        for megabytes in self.some([40, 60, 80, 100, 120, 140, 160, 170, 180, 190, 200, 210, 220, 230, 240, 250, 260, 270, 280, 290, 300, 310, 320, 330, 340, 360, 400, 500, 700, 1000], 6):
            def act():
                ended = self.plane.do("run", limits={resource.RLIMIT_AS: megabytes << 20})
                if ended.code in (DAMAGED, MISSING, CANNOT_WRITE):
                    raise Wrong(f"a wrong reason is given: {ended}")
                return ended
            self.inject(self.plane, f"{megabytes} MB", act, "modes", (0, FAILED, 127))  # 127: the libraries do not fit

    def elsewhere(self):
        """each verb writes in the run folder alone: all calls that open a file to write, write, rename or make a folder are on paths in it"""
        for campaign, verb, without in [(self.plane, "plan", None), (self.plane, "run", None), (self.glass, "run", None), (self.breaks, "run", None), (self.breaks, "retry", "$^"),
                                        (self.plane, "merge", "$^"), (self.plane, "report", "$^"), (self.plane, "status", "$^"), (self.plane, "digest", "$^"), (self.plane, "check", "$^")]:
            def act():
                inside, all_calls = [], []
                for path, found in ((str(campaign.run_folder), inside), ("/", all_calls)):
                    campaign.prepare(without)
                    (campaign.run_folder / "shards").mkdir(parents=True, exist_ok=True)  # else a new run folder's parent is synced, too
                    found.append(campaign.count(path, verb, EXCEPT=f"^{campaign.run_folder}/runners"))  # which is looked into every so often
                if inside != all_calls:
                    raise Wrong(f"{verb} makes {all_calls[0]} calls that write, and {inside[0]} of them in the run folder")
            self.inject(campaign, f"{verb} writes elsewhere", act, without)

    def signals(self):
        """SIGTERM, SIGINT, SIGUSR1, SIGHUP, or two of them, at random moments of a run: it stops with 75 within 5 s, if it was not over"""
        kinds = [(signal.SIGTERM,), (signal.SIGINT,), (signal.SIGUSR1,), (signal.SIGHUP,), (signal.SIGTERM, signal.SIGTERM), (signal.SIGUSR1, signal.SIGTERM), (signal.SIGHUP, signal.SIGINT)]
        for k in range(10 if self.long else 1):
            for kind in kinds:
                campaign = self.plane if k % 2 else self.glass
                moment = self.random.uniform(0, 0.8) * campaign.seconds
                def act():
                    process = campaign.start("run")
                    while process.poll() is None and not list((campaign.run_folder / "runners").glob("*")):
                        time.sleep(0.001)
                    time.sleep(moment)
                    for number in kind:
                        process.send_signal(number)
                    sent = time.monotonic()
                    ended = Program.wait(process)
                    if time.monotonic() - sent > 5:
                        raise Wrong(f"it took {time.monotonic() - sent:.1f} s to stop")
                    return ended
                self.inject(campaign, f"{', '.join(number.name for number in kind)} after {moment} s", act, None, (0, STOPPED))


CLASSES = ["kill_at_moments", "kill_at_calls", "failing_writes", "failing_reads", "survived_calls", "no_space", "read_only", "few_files", "damage", "together", "vanishing", "clocks",
           "little_memory", "elsewhere", "signals"]


def row_of(fault_class, given):
    """Makes the faults of a class; its row of the table, and whether all is well."""
    library = given.faulty_calls or Path(given.program).resolve().parent.parent / "tests" / "faulty_calls.so"
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        faults = Faults(Program(given.program, library), Path(folder), given.long, f"{given.seed} {fault_class}")
        getattr(faults, fault_class)()
    seconds = [s for campaign in (faults.plane, faults.glass, faults.breaks) for s in campaign.recoveries] or [0]
    lost = sum(isinstance(wrong, Lost) for wrong in faults.wrong)
    title = getattr(Faults, fault_class).__doc__
    row = f"| {title} | {faults.injections} | {lost} | {len(faults.wrong) - lost} | {statistics.median(seconds):.2f} | {max(seconds):.2f} |"
    print(f"{fault_class}, {time.monotonic() - began:.0f} s: {row}", flush=True)
    return row, not faults.wrong


def write_table(page, rows):
    begin, end = "<!-- table: made by faults.py -->\n", "<!-- end of table -->"
    text = Path(page).read_text()
    head = "| Fault | Injections | Lost results | Wrong results | Median time to recover, s | Longest, s |\n|---|---|---|---|---|---|\n"
    before, after = text.split(begin)[0], text.split(end)[1]
    Path(page).write_text(before + begin + head + "\n".join(rows) + "\n" + end + after)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("program")
    arguments.add_argument("--faulty-calls", help="the library that makes calls fail; where the build puts it if not given")
    arguments.add_argument("--long", action="store_true", help="every fault instead of a few of each class")
    arguments.add_argument("--only", choices=CLASSES, help="one class")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--write", help="page whose table is replaced")
    given = arguments.parse_args()
    print(f"seed {given.seed}", flush=True)
    classes = [c for c in CLASSES if given.only in (None, c)]
    with ProcessPoolExecutor(2) as at_once:
        results = list(at_once.map(row_of, classes, [given] * len(classes)))
    if given.write:
        write_table(given.write, [row for row, _ in results])
    return 0 if results and all(well for _, well in results) else 1


if __name__ == "__main__":
    sys.exit(main())
