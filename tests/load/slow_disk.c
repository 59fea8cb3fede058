/* A disk that needs at least 5 ms to make a write sure, as hard disks and network volumes do: loaded before the
   C library (LD_PRELOAD) into PostgreSQL, it lets fsync and fdatasync return no sooner. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <time.h>

#define LEAST 5000000L /* nanoseconds */

static void no_sooner(const struct timespec *began)
{
    struct timespec until = *began;
    int kept = errno;

    until.tv_nsec += LEAST;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {
    }
    errno = kept;
}

static int slowly(const char *name, int file)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    struct timespec began;
    int result;

    clock_gettime(CLOCK_MONOTONIC, &began);
    result = real(file);
    no_sooner(&began);
    return result;
}

int fsync(int file)
{
    return slowly("fsync", file);
}

int fdatasync(int file)
{
    return slowly("fdatasync", file);
}
