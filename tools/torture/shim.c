/* Preloaded into an import: sees every write, sync, cut and removal below one folder, notes it, and can make one fail.
 *
 * TORTURE_FOLDER  the folder that is watched; nothing else is touched
 * TORTURE_LOG     where to note what was done, in order (see recording.py)
 * TORTURE_AT      the number of the call that goes wrong, from 1; 0: none
 * TORTURE_HOW     kill: before it is done; torn: half of it is written, then killed; eio: this one call fails;
 *                 enospc: this and every later write fails, as on a full disk
 * TORTURE_LOCKS   refused: there are no locks, as on a network drive without its lock server;
 *                 granted: everybody gets every lock, as where nobody keeps them
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static const char *folder, *how, *locks;
static long at, calls;
static int note = -1;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_fcntl)(int, int, ...);
static int (*real_ftruncate)(int, off_t), (*real_fsync)(int), (*real_fdatasync)(int), (*real_unlink)(const char *);

__attribute__((constructor)) static void begin(void) {
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_fcntl = dlsym(RTLD_NEXT, "fcntl64");
    folder = getenv("TORTURE_FOLDER");
    locks = getenv("TORTURE_LOCKS");
    how = getenv("TORTURE_HOW");
    at = getenv("TORTURE_AT") ? atol(getenv("TORTURE_AT")) : 0;
    if (getenv("TORTURE_LOG")) note = open(getenv("TORTURE_LOG"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static int below(const char *path) {
    size_t length = folder ? strlen(folder) : 0;
    return length && !strncmp(path, folder, length) && (path[length] == '/' || !path[length]);
}

static int watched(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = folder ? readlink(link, path, 4095) : -1;
    if (length < 0) return 0;
    path[length] = 0;
    return below(path);
}

static void tell(const char *what, const char *path, long long offset, size_t length, const void *data) {
    char head[4300];
    if (note < 0) return;
    int size = snprintf(head, sizeof head, "%s\t%s\t%lld\t%zu\n", what, path, offset, length);
    if (real_write(note, head, size) < 0 || (data && real_write(note, data, length) < 0)) abort();
}

/* Whether this call is to go wrong: 0 no, else the error to give; it may not return at all. */
static int fails(int writes, int fd, const void *data, size_t length, off_t offset) {
    long call = ++calls;
    if (!at || !how || call < at) return 0;
    if (!strcmp(how, "enospc")) return writes ? ENOSPC : 0;
    if (call > at) return 0;
    if (!strcmp(how, "eio")) return EIO;
    if (!strcmp(how, "torn") && data && length > 1) {
        if (offset < 0) real_write(fd, data, length / 2);
        else real_pwrite(fd, data, length / 2, offset);
    }
    kill(getpid(), SIGKILL);
    return EIO;
}

#define GO_WRONG(...) do { int error = fails(__VA_ARGS__); if (error) { errno = error; return -1; } } while (0)

ssize_t write(int fd, const void *data, size_t length) {
    char path[4096];
    if (fd == 1) tell("said", "-", 0, length, data);
    else if (fd != note && watched(fd, path)) {
        GO_WRONG(1, fd, data, length, -1);
        tell("write", path, lseek(fd, 0, SEEK_CUR), length, data);
    }
    return real_write(fd, data, length);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off_t offset) {
    char path[4096];
    if (watched(fd, path)) {
        GO_WRONG(1, fd, data, length, offset);
        tell("write", path, offset, length, data);
    }
    return real_pwrite(fd, data, length, offset);
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return pwrite64(fd, data, length, offset); }

int ftruncate64(int fd, off_t length) {
    char path[4096];
    if (watched(fd, path)) {
        GO_WRONG(0, fd, NULL, 0, 0);
        tell("cut", path, length, 0, NULL);
    }
    return real_ftruncate(fd, length);
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int synced(int fd, int (*real)(int)) {
    char path[4096];
    if (watched(fd, path)) {
        GO_WRONG(0, fd, NULL, 0, 0);
        tell("sync", path, 0, 0, NULL);
    }
    return real(fd);
}

int fsync(int fd) { return synced(fd, real_fsync); }

int fdatasync(int fd) { return synced(fd, real_fdatasync); }

int unlink(const char *path) {
    if (below(path)) {
        GO_WRONG(0, -1, NULL, 0, 0);
        tell("remove", path, 0, 0, NULL);
    }
    return real_unlink(path);
}

static int locked(int fd, int command, void *argument) {
    char path[4096];
    int asks = command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK || command == F_OFD_SETLKW;
    if (locks && asks && watched(fd, path)) {
        if (!strcmp(locks, "granted")) return 0;
        errno = ENOLCK;
        return -1;
    }
    return real_fcntl(fd, command, argument);
}

#define LOCKED(fd, command) \
    va_list rest; \
    va_start(rest, command); \
    void *argument = va_arg(rest, void *); \
    va_end(rest); \
    return locked(fd, command, argument);

int fcntl64(int fd, int command, ...) { LOCKED(fd, command) }

int fcntl(int fd, int command, ...) { LOCKED(fd, command) }
