// Makes system calls fail: a library for LD_PRELOAD that counts the calls which a program makes on the files of a run and, at the n-th,
// kills the process, lets the call fail, or lets it do less than it was asked. Clocks can be shifted too. Told by the environment:
//   FAULT_PATH   regular expression of the absolute paths that count
//   FAULT_EXCEPT regular expression of those among them that do not
//   FAULT_READS  if set, opening for reading, reading, listing and asking what is there count as well as what writes
//   FAULT_CALL   n, from 1; without it calls are counted alone
//   FAULT_KIND   kill-before, kill-after, short, or the number of an errno
//   FAULT_STAYS  if set, the calls after the n-th fail too
//   FAULT_COUNT  file that is given the number of calls at the end
//   FAULT_CLOCK  seconds by which the calendar is off; each reading is FAULT_CLOCK_STEP seconds (0) further on than the clock
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <regex.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

std::string from_environment(const char* name) {
  const char* text = std::getenv(name);
  return text ? text : "";
}

struct Fault {
  regex_t paths{}, except{};
  bool active = false, excepts = false, reads = false, stays = false;
  long at = 0;
  std::string kind, count_file;
  std::atomic<long> calls = 0;
  std::array<std::atomic<bool>, 4096> counts{};  // files that are open, by number

  Fault() {
    const std::string path = from_environment("FAULT_PATH");
    active = !path.empty() && ::regcomp(&paths, path.c_str(), REG_EXTENDED | REG_NOSUB) == 0;
    const std::string left_out = from_environment("FAULT_EXCEPT");
    excepts = !left_out.empty() && ::regcomp(&except, left_out.c_str(), REG_EXTENDED | REG_NOSUB) == 0;
    reads = !from_environment("FAULT_READS").empty();
    stays = !from_environment("FAULT_STAYS").empty();
    at = std::atol(from_environment("FAULT_CALL").c_str());
    kind = from_environment("FAULT_KIND");
    count_file = from_environment("FAULT_COUNT");
  }
  ~Fault() {
    if (count_file.empty()) return;
    const int file = next<int(const char*, int, ...)>("open")(count_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    ::dprintf(file, "%ld\n", calls.load());
  }
  bool concerns(const char* path, int folder = AT_FDCWD) const {
    if (!active || path == nullptr) return false;
    char here[PATH_MAX] = "";
    const std::string link = folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/" + std::to_string(folder);
    const bool relative = path[0] != '/' && ::readlink(link.c_str(), here, sizeof here - 1) > 0;
    const std::string whole = relative ? std::string(here) + "/" + path : path;
    return ::regexec(&paths, whole.c_str(), 0, nullptr, 0) == 0 && (!excepts || ::regexec(&except, whole.c_str(), 0, nullptr, 0) != 0);
  }
  bool concerns(int file) const { return active && file >= 0 && file < static_cast<int>(counts.size()) && counts[static_cast<std::size_t>(file)]; }
  void opened(int file, bool counted) {
    if (file >= 0 && file < static_cast<int>(counts.size())) counts[static_cast<std::size_t>(file)] = counted;
  }
};

Fault& fault() {
  static Fault only;
  return only;
}
[[maybe_unused]] Fault& made_at_start = fault();  // and so gone at the very end

/// Counts a call and makes it, or has it fail. `failed` is what it returns then. Signals interrupt some calls, and not those that rename,
/// make or remove a name or open a folder (POSIX).
enum class Signals { interrupt, do_not };
template <Signals signals = Signals::interrupt, typename Call, typename Result = decltype(std::declval<Call>()())>
Result at_call(bool counts, Result failed, Call call) {
  if (!counts) return call();
  const long now = ++fault().calls;
  const bool hit = fault().at > 0 && (now == fault().at || (fault().stays && now > fault().at));
  if (!hit || fault().kind == "short" || (signals == Signals::do_not && std::atoi(fault().kind.c_str()) == EINTR)) return call();
  if (fault().kind == "kill-before") ::kill(::getpid(), SIGKILL);
  if (fault().kind == "kill-after") {
    call();
    ::kill(::getpid(), SIGKILL);
  }
  errno = std::atoi(fault().kind.c_str());
  return failed;
}

/// What a write or read is asked for at most: half of it, at the n-th call, in a short one.
std::size_t portion(bool counts, std::size_t bytes) {
  const bool hit = counts && fault().kind == "short" && fault().calls + 1 == fault().at;
  return hit && bytes > 1 ? bytes / 2 : bytes;
}

int open_file(const char* name, int folder, const char* path, int flags, mode_t mode) {
  const bool matters = fault().concerns(path, folder);
  const bool writes = (flags & (O_WRONLY | O_RDWR | O_DIRECTORY)) != 0;  // a folder is opened to sync it or to list it
  const bool counts = matters && (writes || fault().reads);
  const auto call = [&] {
    if (folder != AT_FDCWD) return next<int(int, const char*, int, ...)>("openat")(folder, path, flags, mode);
    return next<int(const char*, int, ...)>(name)(path, flags, mode);
  };
  const int file = (flags & O_DIRECTORY) != 0 ? at_call<Signals::do_not>(counts, -1, call) : at_call(counts, -1, call);
  fault().opened(file, counts);
  return file;
}

mode_t mode_of(int flags, va_list arguments) { return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0; }

FILE* open_stream(const char* name, const char* path, const char* mode) {
  const bool counts = fault().concerns(path) && (fault().reads || mode[0] != 'r');
  FILE* stream = at_call(counts, static_cast<FILE*>(nullptr), [&] { return next<FILE*(const char*, const char*)>(name)(path, mode); });
  if (stream != nullptr) fault().opened(::fileno(stream), counts);
  return stream;
}

int shifted(int result, clockid_t clock, timespec* time) {
  static const long shift = std::atol(from_environment("FAULT_CLOCK").c_str()), step = std::atol(from_environment("FAULT_CLOCK_STEP").c_str());
  static std::atomic<long> readings = 0;
  if (result == 0 && clock == CLOCK_REALTIME && time != nullptr) time->tv_sec += shift + step * readings++;
  return result;
}

}  // namespace

extern "C" {

#define OPEN(NAME)                                               \
  int NAME(const char* path, int flags, ...) {                   \
    va_list arguments;                                           \
    va_start(arguments, flags);                                  \
    const mode_t mode = mode_of(flags, arguments);               \
    va_end(arguments);                                           \
    return open_file(#NAME, AT_FDCWD, path, flags, mode);        \
  }
OPEN(open)
OPEN(open64)
#define OPENAT(NAME)                                             \
  int NAME(int folder, const char* path, int flags, ...) {       \
    va_list arguments;                                           \
    va_start(arguments, flags);                                  \
    const mode_t mode = mode_of(flags, arguments);               \
    va_end(arguments);                                           \
    return folder == AT_FDCWD ? open_file("open", AT_FDCWD, path, flags, mode) : open_file("openat", folder, path, flags, mode); \
  }
OPENAT(openat)
OPENAT(openat64)
int creat(const char* path, mode_t mode) { return open_file("open", AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char* path, mode_t mode) { return creat(path, mode); }
FILE* fopen(const char* path, const char* mode) { return open_stream("fopen", path, mode); }
FILE* fopen64(const char* path, const char* mode) { return open_stream("fopen64", path, mode); }

ssize_t write(int file, const void* bytes, size_t count) {
  const bool counts = fault().concerns(file);
  const size_t part = portion(counts, count);
  return at_call(counts, ssize_t{-1}, [&] { return next<ssize_t(int, const void*, size_t)>("write")(file, bytes, part); });
}
ssize_t read(int file, void* bytes, size_t count) {
  const bool counts = fault().reads && fault().concerns(file);
  const size_t part = portion(counts, count);
  return at_call(counts, ssize_t{-1}, [&] { return next<ssize_t(int, void*, size_t)>("read")(file, bytes, part); });
}
#define POSITIONED(NAME, BYTES, COUNTS)                                                               \
  ssize_t NAME(int file, BYTES bytes, size_t count, off_t from) {                                     \
    const bool counts = COUNTS && fault().concerns(file);                                             \
    const size_t part = portion(counts, count);                                                       \
    return at_call(counts, ssize_t{-1}, [&] { return next<ssize_t(int, BYTES, size_t, off_t)>(#NAME)(file, bytes, part, from); }); \
  }
POSITIONED(pwrite, const void*, true)
POSITIONED(pwrite64, const void*, true)
POSITIONED(pread, void*, fault().reads)
POSITIONED(pread64, void*, fault().reads)

#define ON_FILE(NAME)                                                                                 \
  int NAME(int file) {                                                                                \
    return at_call(fault().concerns(file), -1, [&] { return next<int(int)>(#NAME)(file); });          \
  }
ON_FILE(fsync)
ON_FILE(fdatasync)
int close(int file) {
  const bool counts = fault().concerns(file);
  fault().opened(file, false);
  // Linux closes a file even when it says that this failed
  const int done = at_call(counts, -2, [&] { return next<int(int)>("close")(file); });
  if (done != -2) return done;
  const int reason = errno;
  next<int(int)>("close")(file);
  errno = reason;
  return -1;
}
#define ON_LENGTH(NAME)                                                                               \
  int NAME(int file, off_t length) {                                                                  \
    return at_call(fault().concerns(file), -1, [&] { return next<int(int, off_t)>(#NAME)(file, length); }); \
  }
ON_LENGTH(ftruncate)
ON_LENGTH(ftruncate64)

#define LOOKING(NAME)                                                                                 \
  int NAME(const char* path, struct stat* found) {                                                    \
    return at_call<Signals::do_not>(fault().reads && fault().concerns(path), -1, [&] { return next<int(const char*, struct stat*)>(#NAME)(path, found); }); \
  }
LOOKING(stat)
LOOKING(lstat)
int fstat(int file, struct stat* found) {
  return at_call<Signals::do_not>(fault().reads && fault().concerns(file), -1, [&] { return next<int(int, struct stat*)>("fstat")(file, found); });
}
DIR* opendir(const char* path) {
  return at_call<Signals::do_not>(fault().reads && fault().concerns(path), static_cast<DIR*>(nullptr), [&] { return next<DIR*(const char*)>("opendir")(path); });
}

int rename(const char* from, const char* to) {
  return at_call<Signals::do_not>(fault().concerns(to), -1, [&] { return next<int(const char*, const char*)>("rename")(from, to); });
}
int renameat(int a, const char* from, int b, const char* to) {
  return at_call<Signals::do_not>(fault().concerns(to, b), -1, [&] { return next<int(int, const char*, int, const char*)>("renameat")(a, from, b, to); });
}
int mkdir(const char* path, mode_t mode) {
  return at_call<Signals::do_not>(fault().concerns(path), -1, [&] { return next<int(const char*, mode_t)>("mkdir")(path, mode); });
}
#define ON_PATH(NAME)                                                                                 \
  int NAME(const char* path) {                                                                        \
    return at_call<Signals::do_not>(fault().concerns(path), -1, [&] { return next<int(const char*)>(#NAME)(path); });  \
  }
ON_PATH(unlink)
ON_PATH(remove)
ON_PATH(rmdir)

int clock_gettime(clockid_t clock, timespec* time) {
  return shifted(next<int(clockid_t, timespec*)>("clock_gettime")(clock, time), clock, time);
}
time_t time(time_t* where) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  if (where != nullptr) *where = now.tv_sec;
  return now.tv_sec;
}

}  // extern "C"
