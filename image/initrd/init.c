/*
 * First program of the unit: loads the modules that the initrd carries, finds the root slot whose
 * dm-verity tree has the root hash of the signed command line, and hands over to systemd in it.
 * No shell is needed, nor anything that could be told to do something else.
 *
 * Of the command line: jackfield.verity=BLOCKS,HASH_START,ROOT_HASH,SALT (blocks of 4 KiB), and
 * jackfield.index=N, the rollback index: what is below the floor in the TPM does not start.
 * Left behind: /run/jackfield/slot ("a" or "b", and as a variable for RAUC), /run/jackfield/floor
 * (below it nothing may be installed), a machine id made from the board's own.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <linux/if_alg.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { blockBytes = 4096, textMax = 4096, searchMsMax = 20000, searchStepMs = 100,
  failureSeconds = 10 };
static const char slotLabel[] = "PARTNAME=jackfield-root-";
/* An application's salt: what stands in logs does not give the board's own number away. */
static const char machineSalt[] = "jackfield machine id 1 ";

static int console = -1;

static void say(const char *format, ...) {
  char text[textMax];
  va_list given;
  va_start(given, format);
  int length = vsnprintf(text, sizeof text - 1, format, given);
  va_end(given);
  if (length < 0) return;
  if (length > (int)sizeof text - 2) length = sizeof text - 2;
  text[length] = '\n';
  if (console >= 0 && write(console, text, length + 1) < 0) console = -1;
}

/* The boot loader has counted this attempt: after a few it takes the other slot. */
static void fail(const char *what) {
  say("jackfield: %s (%s); starting again in %d s", what, strerror(errno), failureSeconds);
  sleep(failureSeconds);
  reboot(RB_AUTOBOOT);
  for (;;) pause();
}

static int readText(const char *path, char *text, size_t size) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  ssize_t length = read(file, text, size - 1);
  close(file);
  if (length < 0) return -1;
  while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == ' ')) length--;
  text[length] = 0;
  return 0;
}

static void writeText(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0444);
  if (file < 0) fail(path);
  if (write(file, text, strlen(text)) < 0) fail(path);
  close(file);
}

/*
 * /modules/list names the files in the order of dependence. Hardware that is absent is no fault:
 * its module finds no device, and one behind it does not find that one's symbols.
 */
static void loadModules(void) {
  char list[1 << 14];
  if (readText("/modules/list", list, sizeof list) != 0) fail("/modules/list");
  for (char *rest, *name = strtok_r(list, "\n", &rest); name; name = strtok_r(NULL, "\n", &rest)) {
    char path[256];
    snprintf(path, sizeof path, "/modules/%s", name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) fail(path);
    if (syscall(SYS_finit_module, file, "", 0) != 0 && errno != EEXIST && errno != ENODEV
        && errno != ENOENT)
      say("jackfield: %s: %s", name, strerror(errno));
    close(file);
  }
}

/* The same as unit/rollback-floor.ts. */
enum { nvIndex = 0x01804a46, indexMax = 63 };

/*
 * The lowest rollback index that this board still starts, from its TPM (NV index of bits). 0: no
 * TPM, or none was ever set. Whoever takes the TPM away has lost the data that are sealed to it.
 */
static int readFloor(void) {
  static const unsigned char command[] = { 0x80, 2, 0, 0, 0, 0x23, 0, 0, 1, 0x4e,
    nvIndex >> 24, nvIndex >> 16 & 255, nvIndex >> 8 & 255, nvIndex & 255,
    nvIndex >> 24, nvIndex >> 16 & 255, nvIndex >> 8 & 255, nvIndex & 255,
    0, 0, 0, 9, 0x40, 0, 0, 9, 0, 0, 0, 0, 0, 0, 8, 0, 0 };
  unsigned char answer[256];
  int file = open("/dev/tpmrm0", O_RDWR | O_CLOEXEC);
  if (file < 0) return 0;
  ssize_t length = write(file, command, sizeof command) == sizeof command
    ? read(file, answer, sizeof answer) : -1;
  close(file);
  if (length < 10) { say("jackfield: the TPM does not answer"); return 0; }
  unsigned code = (unsigned)answer[6] << 24 | answer[7] << 16 | answer[8] << 8 | answer[9];
  if (code != 0 || length < 24) {
    /* No such index; no bit was ever set. */
    if (code != 0x18b && code != 0x14a) say("jackfield: the TPM answers 0x%x", code);
    return 0;
  }
  int floor = 0;
  for (int bit = 0; bit <= indexMax; bit++)
    if (answer[23 - bit / 8] >> bit % 8 & 1) floor = bit + 1;
  return floor;
}

struct verity { unsigned long long blocks, hashStart; char rootHash[129], salt[129]; int index; };

static void readCommandLine(struct verity *verity) {
  char line[textMax];
  if (readText("/proc/cmdline", line, sizeof line) != 0) fail("/proc/cmdline");
  const char *found = strstr(line, "jackfield.verity=");
  if (!found || sscanf(found, "jackfield.verity=%llu,%llu,%128[0-9a-f],%128[0-9a-f]",
      &verity->blocks, &verity->hashStart, verity->rootHash, verity->salt) != 4) {
    errno = EINVAL;
    fail("the command line names no root hash");
  }
  verity->index = 0;
  if ((found = strstr(line, "jackfield.index="))) sscanf(found, "jackfield.index=%d",
    &verity->index);
}

struct request { struct dm_ioctl header; char body[2048]; };

static void prepare(struct request *request) {
  memset(request, 0, sizeof *request);
  request->header.version[0] = DM_VERSION_MAJOR;
  request->header.data_size = sizeof *request;
  request->header.data_start = sizeof request->header;
  strcpy(request->header.name, "root");
}

static int deviceMapper(int control, unsigned long command, struct request *request) {
  return ioctl(control, command, request);
}

/* Makes or changes the device "root"; with `strict` a damaged block stops the kernel. */
static int mapVerity(int control, const struct verity *verity, const char *device, int strict) {
  struct request request;
  if (!strict) {
    prepare(&request);
    if (deviceMapper(control, DM_DEV_CREATE, &request) != 0) return -1;
  }
  prepare(&request);
  request.header.target_count = 1;
  request.header.flags = DM_READONLY_FLAG;
  struct dm_target_spec *target = (struct dm_target_spec *)request.body;
  target->length = verity->blocks * (blockBytes / 512);
  strcpy(target->target_type, "verity");
  char *parameters = request.body + sizeof *target;
  snprintf(parameters, sizeof request.body - sizeof *target,
    "1 %s %s %d %d %llu %llu sha256 %s %s%s", device, device, blockBytes, blockBytes,
    verity->blocks, verity->hashStart, verity->rootHash, verity->salt,
    strict ? " 1 panic_on_corruption" : "");
  if (deviceMapper(control, DM_TABLE_LOAD, &request) != 0) return -1;
  /* The command that suspends resumes when it does not say "suspend". */
  prepare(&request);
  if (deviceMapper(control, DM_DEV_SUSPEND, &request) != 0) return -1;
  return 0;
}

static void unmap(int control) {
  struct request request;
  prepare(&request);
  deviceMapper(control, DM_DEV_REMOVE, &request);
}

/* Reads the first and the last block: another release's tree cannot have this root hash. */
static int isWhole(const struct verity *verity) {
  char block[blockBytes];
  int file = open("/dev/dm-0", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  int whole = pread(file, block, blockBytes, 0) == blockBytes
    && pread(file, block, blockBytes, (verity->blocks - 1) * blockBytes) == blockBytes;
  close(file);
  return whole;
}

/* Tries each partition with a slot's label; gives the slot's letter, or 0. */
static char findSlot(int control, const struct verity *verity) {
  DIR *folder = opendir("/sys/class/block");
  char slot = 0;
  for (struct dirent *entry; folder && !slot && (entry = readdir(folder));) {
    char path[512], text[textMax], device[300];
    snprintf(path, sizeof path, "/sys/class/block/%s/uevent", entry->d_name);
    if (readText(path, text, sizeof text) != 0) continue;
    const char *label = strstr(text, slotLabel);
    if (!label) continue;
    char letter = label[sizeof slotLabel - 1];
    snprintf(device, sizeof device, "/dev/%s", entry->d_name);
    if (mapVerity(control, verity, device, 0) == 0 && isWhole(verity)
        && mapVerity(control, verity, device, 1) == 0) slot = letter;
    else {
      say("jackfield: slot %c has not the root that was signed", letter);
      unmap(control);
    }
  }
  if (folder) closedir(folder);
  return slot;
}

/* Stable, or the journal of each start would stand in a folder of its own. */
static void makeMachineId(void) {
  char text[sizeof machineSalt + 256], id[34];
  strcpy(text, machineSalt);
  char *board = text + strlen(text);
  if (readText("/sys/class/dmi/id/product_uuid", board, 128) != 0 || strlen(board) < 32) return;
  struct sockaddr_alg address = { .salg_family = AF_ALG, .salg_type = "hash",
    .salg_name = "sha256" };
  unsigned char digest[32];
  int listening = socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (listening < 0 || bind(listening, (struct sockaddr *)&address, sizeof address) != 0) return;
  int hash = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
  if (hash < 0 || write(hash, text, strlen(text)) < 0
      || read(hash, digest, sizeof digest) != sizeof digest) return;
  /* As systemd makes its own: a random UUID, version 4. */
  digest[6] = (digest[6] & 0x0f) | 0x40;
  digest[8] = (digest[8] & 0x3f) | 0x80;
  for (int index = 0; index < 16; index++) sprintf(id + 2 * index, "%02x", digest[index]);
  strcat(id, "\n");
  writeText("/run/machine-id", id);
  if (mount("/run/machine-id", "/root/etc/machine-id", NULL, MS_BIND, NULL) != 0)
    say("jackfield: machine id: %s", strerror(errno));
  close(hash);
  close(listening);
}

static void enterRoot(void) {
  static const char *const moved[] = { "/dev", "/proc", "/sys", "/run" };
  for (unsigned index = 0; index < sizeof moved / sizeof *moved; index++) {
    char to[32];
    snprintf(to, sizeof to, "/root%s", moved[index]);
    if (mount(moved[index], to, NULL, MS_MOVE, NULL) != 0) fail(to);
  }
  if (chdir("/root") != 0 || mount(".", "/", NULL, MS_MOVE, NULL) != 0 || chroot(".") != 0
      || chdir("/") != 0) fail("the root cannot be entered");
  char *const arguments[] = { "/usr/lib/systemd/systemd", NULL };
  char *const environment[] = { NULL };
  execve(arguments[0], arguments, environment);
  fail(arguments[0]);
}

int main(void) {
  mkdir("/dev", 0755);
  mkdir("/proc", 0555);
  mkdir("/sys", 0555);
  mkdir("/run", 0755);
  mkdir("/root", 0755);
  mount("dev", "/dev", "devtmpfs", MS_NOSUID, "mode=0755");
  mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  mount("sys", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  mount("run", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755");
  console = open("/dev/console", O_WRONLY | O_CLOEXEC | O_NOCTTY);
  struct verity verity;
  readCommandLine(&verity);
  loadModules();
  int floor = readFloor();
  if (verity.index < floor) {
    say("jackfield: rollback index %d is below %d, which this board keeps", verity.index, floor);
    errno = EPERM;
    fail("this release is too old");
  }
  char number[32];
  unsigned major, minor;
  if (readText("/sys/class/misc/device-mapper/dev", number, sizeof number) != 0
      || sscanf(number, "%u:%u", &major, &minor) != 2) fail("no device mapper");
  mkdir("/dev/mapper", 0755);
  mknod("/dev/mapper/control", S_IFCHR | 0600, makedev(major, minor));
  int control = open("/dev/mapper/control", O_RDWR | O_CLOEXEC);
  if (control < 0) fail("/dev/mapper/control");
  char slot = 0;
  /* Disks come when they like. */
  for (int waited = 0; !slot && waited < searchMsMax; waited += searchStepMs) {
    slot = findSlot(control, &verity);
    if (!slot) usleep(searchStepMs * 1000);
  }
  if (!slot) { errno = ENODEV; fail("no slot has the root that was signed"); }
  close(control);
  if (mount("/dev/dm-0", "/root", "squashfs", MS_RDONLY, NULL) != 0) fail("the root");
  mkdir("/run/jackfield", 0755);
  char letter[] = { slot, '\n', 0 }, environment[] = "JACKFIELD_SLOT=x\n";
  environment[sizeof environment - 3] = slot;
  writeText("/run/jackfield/slot", letter);
  writeText("/run/jackfield/slot.environment", environment);
  snprintf(number, sizeof number, "%d\n", verity.index);
  writeText("/run/jackfield/floor", number);
  makeMachineId();
  say("jackfield: slot %c", slot);
  enterRoot();
}
