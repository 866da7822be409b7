/*
 * Loaded into QEMU (LD_PRELOAD): gives a pseudo terminal the modem lines of a real serial port, so
 * that QEMU's 16550, which asks its backend for them, has some. MODEM_TTY is the terminal,
 * MODEM_LINES a file of two words in Linux's TIOCM_ bits: what the other end drives, written by the
 * test, and what the UART drives, written here.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static dev_t tty;
static int lines = -1;

__attribute__((constructor)) static void prepare(void)
{
    struct stat found;
    const char *path = getenv("MODEM_TTY"), *file = getenv("MODEM_LINES");
    if (path && file && stat(path, &found) == 0) {
        tty = found.st_rdev;
        lines = open(file, O_RDWR | O_CLOEXEC);
    }
}

static int is_modem(int descriptor)
{
    struct stat found;
    return lines >= 0 && fstat(descriptor, &found) == 0 && found.st_rdev == tty;
}

int ioctl(int descriptor, unsigned long request, ...)
{
    static int (*next)(int, unsigned long, ...);
    va_list arguments;
    int word[2];
    void *argument;

    va_start(arguments, request);
    argument = va_arg(arguments, void *);
    va_end(arguments);
    if ((request == TIOCMGET || request == TIOCMSET) && is_modem(descriptor)) {
        if (request == TIOCMSET) {
            word[1] = *(int *)argument & (TIOCM_DTR | TIOCM_RTS);
            return pwrite(lines, &word[1], sizeof word[1], sizeof word[0]) < 0 ? -1 : 0;
        }
        if (pread(lines, word, sizeof word, 0) != sizeof word) return -1;
        *(int *)argument = word[0] | word[1];
        return 0;
    }
    if (!next) next = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
    return next(descriptor, request, argument);
}
