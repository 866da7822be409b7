/*
 * Reads lines of a type and an element in hexadecimal, and answers each with one line:
 * `ok`, the element as it is encoded again, and what was read as XER; or `no` and how far it got.
 * A line of `xer`, a type and a document is answered with its element; one of `time`, a number, a
 * type and elements with `ns` and how long it takes to read and to write one of them in turn.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <asn_application.h>

extern asn_TYPE_descriptor_t *asn_pdu_collection[];

static char line[1 << 20];
static unsigned char octets[1 << 19];

static int put_hex(const void *buffer, size_t size, void *key) {
  for (size_t at = 0; at < size; at += 1) printf("%02x", ((const unsigned char *)buffer)[at]);
  (void)key;
  return 0;
}

static int put_text(const void *buffer, size_t size, void *key) {
  for (size_t at = 0; at < size; at += 1) {
    int octet = ((const unsigned char *)buffer)[at];
    putchar(octet < 0x20 ? ' ' : octet);
  }
  (void)key;
  return 0;
}

static asn_TYPE_descriptor_t *type_named(const char *name) {
  for (asn_TYPE_descriptor_t **type = asn_pdu_collection; *type != NULL; type += 1) {
    if (strcmp((*type)->name, name) == 0) return *type;
  }
  fprintf(stderr, "no type %s\n", name);
  exit(2);
}

static size_t octets_of(char *text) {
  size_t length = 0;
  for (; sscanf(text, "%2hhx", &octets[length]) == 1; text += 2) length += 1;
  return length;
}

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec * 1e9 + at.tv_nsec;
}

#define ELEMENTS_MAX 4096

static void measure(char *text) {
  static unsigned char written[1 << 16];
  static size_t begins[ELEMENTS_MAX + 1];
  static void *values[ELEMENTS_MAX];
  long times = strtol(text, &text, 10);
  char *name = text + 1;
  text = strchr(name, ' ');
  *text++ = 0;
  asn_TYPE_descriptor_t *type = type_named(name);
  long count = 0;
  size_t total = 0;
  for (char *next = strtok(text, " \n"); next != NULL && count < ELEMENTS_MAX;
       next = strtok(NULL, " \n")) {
    for (; sscanf(next, "%2hhx", &octets[total]) == 1; next += 2) total += 1;
    begins[count += 1] = total;
  }
  double begun = now();
  for (long n = 0; n < times; n += 1) {
    long at = n % count;
    if (values[at] != NULL) type->free_struct(type, values[at], 0);
    values[at] = NULL;
    ber_decode(NULL, type, &values[at], octets + begins[at], begins[at + 1] - begins[at]);
  }
  double read = now();
  for (long n = 0; n < times; n += 1) {
    der_encode_to_buffer(type, values[n % count], written, sizeof written);
  }
  printf("ns %.1f %.1f\n", (read - begun) / times, (now() - read) / times);
  for (long at = 0; at < count; at += 1) {
    if (values[at] != NULL) type->free_struct(type, values[at], 0);
    values[at] = NULL;
  }
}

int main(void) {
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (strncmp(line, "time ", 5) == 0) {
      measure(line + 5);
      continue;
    }
    int xer = strncmp(line, "xer ", 4) == 0;
    char *name = xer ? line + 4 : line;
    char *text = strchr(name, ' ');
    if (text == NULL) return 2;
    *text++ = 0;
    size_t length = 0;
    asn_TYPE_descriptor_t *type = type_named(name);
    void *value = NULL;
    asn_dec_rval_t read;
    if (xer) {
      length = strcspn(text, "\n");
      read = xer_decode(NULL, type, &value, text, length);
    } else {
      length = octets_of(text);
      read = ber_decode(NULL, type, &value, octets, length);
    }
    if (read.code != RC_OK || read.consumed != length) {
      printf("no %d %zu of %zu\n", (int)read.code, read.consumed, length);
    } else {
      printf("ok ");
      asn_enc_rval_t written = der_encode(type, value, put_hex, NULL);
      if (written.encoded < 0) printf("unwritten");
      putchar(' ');
      xer_encode(type, value, XER_F_CANONICAL, put_text, NULL);
      putchar('\n');
    }
    type->free_struct(type, value, 0);
  }
  return 0;
}
