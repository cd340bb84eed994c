/* Loaded into the edge before libc (LD_PRELOAD), for facts about disks and clocks:
 *
 * - It records what is done to the SQLite files in a folder, in order: what a loss of power would leave of them can be
 *   worked out for each moment.
 * - It has reads, writes and syncs of these files fail, as a disk does that is full, broken or read-only.
 * - It shifts the time of day.
 *
 * FAULTS_FOLDER names the folder, FAULTS_CONTROL a file with the struct below, which the suite writes while the edge runs,
 * FAULTS_RECORD the file to record to; without it nothing is recorded. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* The suite's side of it is in suite/servers/faults.rs. */
struct control {
    /* How far the time of day is ahead, milliseconds. */
    _Atomic int64_t clock_ahead;
    /* How many operations were recorded. */
    _Atomic int64_t recorded;
    /* The error that reads, writes and syncs fail with; 0: none. */
    _Atomic int64_t read_error, write_error, sync_error;
    /* How many operations have failed by order. */
    _Atomic int64_t failed;
};

enum kind { WRITE = 1, TRUNCATE = 2, SYNC = 3, UNLINK = 4 };

/* One record, followed by the name of the file in the folder and by what was written. */
struct record {
    uint8_t kind;
    uint8_t name_length;
    uint16_t unused;
    uint32_t data_length;
    /* Of a write where in the file; of a truncation the length; of a sync how many operations were recorded when it
     * began: it covers these, and maybe none that came after. */
    uint64_t position;
};

#define FDS 65536
#define NAME_MAX_LENGTH 200

static struct control none, *control = &none;
static char folder[4096];
static size_t folder_length;
static int record_fd = -1;
static char *names[FDS];
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void begin(void)
{
    const char *path = getenv("FAULTS_FOLDER"), *control_path = getenv("FAULTS_CONTROL"), *record = getenv("FAULTS_RECORD");
    if (control_path) {
        int fd = syscall(SYS_openat, AT_FDCWD, control_path, O_RDWR | O_CLOEXEC, 0);
        void *page = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (page == MAP_FAILED)
            abort();
        control = page;
    }
    if (record && (record_fd = syscall(SYS_openat, AT_FDCWD, record, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) < 0)
        abort();
    if (path && strlen(path) + 2 < sizeof folder) {
        strcpy(folder, path);
        strcat(folder, "/");
        folder_length = strlen(folder);
    }
}

/* The name of a SQLite file or its journal; NULL: it is something else. The index of the journal is in shared memory and is
 * made anew after a loss of power. */
static const char *name_of(const char *path)
{
    pthread_once(&once, begin);
    if (!folder_length || !path || strncmp(path, folder, folder_length))
        return NULL;
    const char *name = path + folder_length;
    size_t length = strlen(name);
    int is_index = length > 4 && !strcmp(name + length - 4, "-shm");
    return strstr(name, ".db") && !strchr(name, '/') && !is_index && length < NAME_MAX_LENGTH ? name : NULL;
}

static const char *name_of_fd(int fd)
{
    return fd >= 0 && fd < FDS ? __atomic_load_n(&names[fd], __ATOMIC_ACQUIRE) : NULL;
}

static void write_all(const void *bytes, size_t length)
{
    const char *from = bytes;
    while (length) {
        ssize_t written = syscall(SYS_write, record_fd, from, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            abort();
        from += written;
        length -= written;
    }
}

/* To be called in turn. */
static void note(enum kind kind, const char *name, uint64_t position, const void *data, uint32_t length)
{
    if (record_fd < 0)
        return;
    int before = errno;
    struct record record = { kind, strlen(name), 0, length, position };
    write_all(&record, sizeof record);
    write_all(name, record.name_length);
    if (length)
        write_all(data, length);
    atomic_fetch_add(&control->recorded, 1);
    errno = before;
}

static int fails(_Atomic int64_t *with)
{
    int64_t error = atomic_load(with);
    if (!error)
        return 0;
    atomic_fetch_add(&control->failed, 1);
    errno = error;
    return 1;
}

static int open_any(int at, const char *path, int flags, mode_t mode)
{
    const char *name = name_of(path);
    /* A file system that is read-only or full refuses to make files; one that is read-only also to open them to write. */
    int writes = (flags & O_ACCMODE) != O_RDONLY;
    int64_t error = atomic_load(&control->write_error);
    if (name && writes && error == EROFS && fails(&control->write_error))
        return -1;
    if (name && (flags & O_CREAT) && error && syscall(SYS_faccessat, at, path, F_OK) && fails(&control->write_error))
        return -1;
    int fd = syscall(SYS_openat, at, path, flags, mode);
    if (fd >= 0 && fd < FDS) {
        char *copy = name ? strdup(name) : NULL;
        /* The old name, if the descriptor was closed behind our back, is not freed: somebody may be reading it. */
        __atomic_store_n(&names[fd], copy, __ATOMIC_RELEASE);
    }
    return fd;
}

#define MODE(flags, last) ({ mode_t mode = 0; if ((flags) & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, last); \
    mode = va_arg(rest, mode_t); va_end(rest); } mode; })

int open(const char *path, int flags, ...) { return open_any(AT_FDCWD, path, flags, MODE(flags, flags)); }
int open64(const char *path, int flags, ...) { return open_any(AT_FDCWD, path, flags, MODE(flags, flags)); }
int openat(int at, const char *path, int flags, ...) { return open_any(at, path, flags, MODE(flags, flags)); }
int openat64(int at, const char *path, int flags, ...) { return open_any(at, path, flags, MODE(flags, flags)); }

int close(int fd)
{
    if (name_of_fd(fd))
        __atomic_store_n(&names[fd], NULL, __ATOMIC_RELEASE);
    return syscall(SYS_close, fd);
}

static ssize_t write_at(int fd, const char *name, const void *bytes, size_t count, off64_t at, int moves)
{
    if (fails(&control->write_error))
        return -1;
    pthread_mutex_lock(&turn);
    if (moves)
        at = syscall(SYS_lseek, fd, 0, SEEK_CUR);
    ssize_t written = moves ? syscall(SYS_write, fd, bytes, count) : syscall(SYS_pwrite64, fd, bytes, count, at);
    if (written > 0)
        note(WRITE, name, at, bytes, written);
    pthread_mutex_unlock(&turn);
    return written;
}

ssize_t write(int fd, const void *bytes, size_t count)
{
    const char *name = name_of_fd(fd);
    return name ? write_at(fd, name, bytes, count, 0, 1) : syscall(SYS_write, fd, bytes, count);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at)
{
    const char *name = name_of_fd(fd);
    return name ? write_at(fd, name, bytes, count, at, 0) : syscall(SYS_pwrite64, fd, bytes, count, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) { return pwrite64(fd, bytes, count, at); }

ssize_t read(int fd, void *bytes, size_t count)
{
    if (name_of_fd(fd) && fails(&control->read_error))
        return -1;
    return syscall(SYS_read, fd, bytes, count);
}

ssize_t pread64(int fd, void *bytes, size_t count, off64_t at)
{
    if (name_of_fd(fd) && fails(&control->read_error))
        return -1;
    return syscall(SYS_pread64, fd, bytes, count, at);
}

ssize_t pread(int fd, void *bytes, size_t count, off_t at) { return pread64(fd, bytes, count, at); }

int ftruncate64(int fd, off64_t length)
{
    const char *name = name_of_fd(fd);
    if (!name)
        return syscall(SYS_ftruncate, fd, length);
    if (fails(&control->write_error))
        return -1;
    pthread_mutex_lock(&turn);
    int result = syscall(SYS_ftruncate, fd, length);
    if (!result)
        note(TRUNCATE, name, length, NULL, 0);
    pthread_mutex_unlock(&turn);
    return result;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int sync_any(long call, int fd)
{
    const char *name = name_of_fd(fd);
    if (!name)
        return syscall(call, fd);
    if (fails(&control->sync_error))
        return -1;
    uint64_t began = atomic_load(&control->recorded);
    int result = syscall(call, fd);
    if (!result) {
        pthread_mutex_lock(&turn);
        note(SYNC, name, began, NULL, 0);
        pthread_mutex_unlock(&turn);
    }
    return result;
}

int fsync(int fd) { return sync_any(SYS_fsync, fd); }
int fdatasync(int fd) { return sync_any(SYS_fdatasync, fd); }

int unlink(const char *path)
{
    const char *name = name_of(path);
    if (!name)
        return syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (fails(&control->write_error))
        return -1;
    pthread_mutex_lock(&turn);
    int result = syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (!result)
        note(UNLINK, name, 0, NULL, 0);
    pthread_mutex_unlock(&turn);
    return result;
}

int clock_gettime(clockid_t clock, struct timespec *at)
{
    pthread_once(&once, begin);
    int result = syscall(SYS_clock_gettime, clock, at);
    int64_t ahead = atomic_load(&control->clock_ahead);
    if (!result && ahead && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        int64_t nanos = (int64_t)at->tv_sec * 1000000000 + at->tv_nsec + ahead * 1000000;
        at->tv_sec = nanos / 1000000000;
        at->tv_nsec = nanos % 1000000000;
    }
    return result;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now))
        return -1;
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *at)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at)
        *at = now.tv_sec;
    return now.tv_sec;
}
