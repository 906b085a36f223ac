/*
 * For LD_PRELOAD: kills the process (SIGKILL) just before its n-th file operation below a folder, or only counts them.
 *
 * KILL_BELOW    operations on paths that begin so are counted
 * KILL_CONTROL  file of four 32-bit numbers, mapped: [0] 1 while counting, [1] the operation to die at (0: none),
 *               [2] operations so far, [3] 1 to count nothing but renames of parts (tmp_insert_...). The test writes
 *               them while the process runs and reads the third after.
 * KILL_LOG      a line for each operation counted: number, name, path
 *
 * Everything that changes what is on disk is an operation: files made or emptied, written, renamed, cut, linked, synced
 * and removed, folders made and removed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static volatile uint32_t *control;
static const char *below;
static int log_fd = -1;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("KILL_CONTROL"), *log = getenv("KILL_LOG");
  below = getenv("KILL_BELOW");
  if (!path || !below) return;
  int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
  if (fd < 0) return;
  void *map = mmap(0, 16, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map != MAP_FAILED) control = map;
  if (log) log_fd = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

static void count(const char *what, const char *path) {
  if (!control || !control[0] || !path || strncmp(path, below, strlen(below)) != 0) return;
  if (control[3] && !(strncmp(what, "rename", 6) == 0 && strstr(path, "/tmp_insert_"))) return;
  uint32_t number = __sync_add_and_fetch(&control[2], 1);
  if (log_fd >= 0) {
    char line[1200];
    int length = snprintf(line, sizeof line, "%u %s %s\n", number, what, path + strlen(below));
    syscall(SYS_write, log_fd, line, length < (int)sizeof line ? length : (int)sizeof line);
  }
  if (control[1] != number) return;
  syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
  /* The operation must not happen, not even in the moment before the signal arrives. */
  for (;;) pause();
}

static void count_fd(const char *what, int fd) {
  if (!control || !control[0]) return;
  char link[64], path[1024];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
  if (length <= 0) return;
  path[length] = 0;
  count(what, path);
}

#define REAL(name) \
  static __typeof__(&name) real; \
  if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define OPEN(name, declared, given) \
  int name declared { \
    mode_t mode = 0; \
    if (flags & O_CREAT) { \
      va_list list; \
      va_start(list, flags); \
      mode = va_arg(list, mode_t); \
      va_end(list); \
    } \
    if (flags & (O_CREAT | O_TRUNC)) count("open", path); \
    REAL(name); \
    return real given; \
  }
OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
OPEN(openat, (int at, const char *path, int flags, ...), (at, path, flags, mode))
OPEN(openat64, (int at, const char *path, int flags, ...), (at, path, flags, mode))

#define BY_PATH(type, name, declared, given) \
  type name declared { \
    count(#name, path); \
    REAL(name); \
    return real given; \
  }
BY_PATH(int, creat, (const char *path, mode_t mode), (path, mode))
BY_PATH(int, rename, (const char *path, const char *to), (path, to))
BY_PATH(int, renameat, (int at, const char *path, int to_at, const char *to), (at, path, to_at, to))
BY_PATH(int, renameat2, (int at, const char *path, int to_at, const char *to, unsigned flags), (at, path, to_at, to, flags))
BY_PATH(int, link, (const char *path, const char *to), (path, to))
BY_PATH(int, unlink, (const char *path), (path))
BY_PATH(int, unlinkat, (int at, const char *path, int flags), (at, path, flags))
BY_PATH(int, remove, (const char *path), (path))
BY_PATH(int, rmdir, (const char *path), (path))
BY_PATH(int, mkdir, (const char *path, mode_t mode), (path, mode))
BY_PATH(int, mkdirat, (int at, const char *path, mode_t mode), (at, path, mode))
BY_PATH(int, truncate, (const char *path, off_t length), (path, length))

#define BY_FD(type, name, declared, given) \
  type name declared { \
    count_fd(#name, fd); \
    REAL(name); \
    return real given; \
  }
BY_FD(ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size))
BY_FD(ssize_t, writev, (int fd, const struct iovec *data, int parts), (fd, data, parts))
BY_FD(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
BY_FD(ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at))
BY_FD(int, ftruncate, (int fd, off_t length), (fd, length))
BY_FD(int, ftruncate64, (int fd, off64_t length), (fd, length))
BY_FD(int, fsync, (int fd), (fd))
BY_FD(int, fdatasync, (int fd), (fd))

/* The engine renames parts by the number of the system call. */
long syscall(long number, ...) {
  va_list list;
  long a[6];
  va_start(list, number);
  for (int i = 0; i < 6; i++) a[i] = va_arg(list, long);
  va_end(list);
  static long (*real)(long, ...);
  if (!real) real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  if (number == SYS_renameat2) count("renameat2", (const char *)a[1]);
  return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
