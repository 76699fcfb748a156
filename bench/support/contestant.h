// What every program in C shares: rounds of work as the harness asks for them, and a server's port.
#ifndef CONTESTANT_H
#define CONTESTANT_H

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static inline void fail(const char *what) {
  perror(what);
  exit(1);
}

static inline int checked(int result, const char *what) {
  if (result < 0) fail(what);
  return result;
}

static inline double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

// Does a round of work for each line that comes, and prints what it gives, until the harness ends.
static inline void answers(double (*work)(long count)) {
  char line[64];
  while (fgets(line, sizeof line, stdin)) {
    printf("%f\n", work(atol(line)));
    fflush(stdout);
  }
}

static void (*timed_work)(long count);

static inline double timed(long count) {
  double began = now();
  timed_work(count);
  return now() - began;
}

// The same, and prints how many nanoseconds each round took.
static inline void rounds(void (*work)(long count)) {
  timed_work = work;
  answers(timed);
}

static inline void *await_end(void *unused) {
  char byte;
  while (read(0, &byte, 1) > 0) {
  }
  exit(0);
  return unused;
}

// Says where a server listens; a thread of its own ends the process with the harness.
static inline void announce(int fd) {
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  pthread_t thread;
  checked(getsockname(fd, (struct sockaddr *)&address, &length), "getsockname");
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  if (pthread_create(&thread, NULL, await_end, NULL) != 0) fail("pthread_create");
}

static inline struct sockaddr_in loopback(int port) {
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static inline int bound(int type) {
  struct sockaddr_in address = loopback(0);
  int fd = checked(socket(AF_INET, type, 0), "socket");
  checked(bind(fd, (struct sockaddr *)&address, sizeof address), "bind");
  return fd;
}

static inline int listener(void) {
  int fd = bound(SOCK_STREAM);
  checked(listen(fd, 4096), "listen");
  return fd;
}

static inline int connected(int type, int port) {
  struct sockaddr_in address = loopback(port);
  int fd = checked(socket(AF_INET, type, 0), "socket");
  checked(connect(fd, (struct sockaddr *)&address, sizeof address), "connect");
  return fd;
}

static inline void send_all(int fd, const char *data, size_t size) {
  while (size > 0) {
    ssize_t n = send(fd, data, size, 0);
    if (n < 0) fail("send");
    data += n;
    size -= n;
  }
}

// Takes what comes until the other end closes. On Linux nothing is copied: whoever sends is measured.
static inline void drain(int fd) {
  static char buffer[1 << 20];
#ifdef __linux__
  int flags = MSG_TRUNC;
#else
  int flags = 0;
#endif
  for (;;) {
    ssize_t n = recv(fd, buffer, sizeof buffer, flags);
    if (n < 0) fail("recv");
    if (n == 0) return;
  }
}

static inline void *asleep(void *unused) {
  for (;;) pause();
  return unused;
}

// Has a thread sleep beside the work: the kernel and the C library have shortcuts for processes of a
// single thread, which no process of Deno's is.
static inline void add_thread(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, asleep, NULL) != 0) fail("pthread_create");
}

// Allows as many descriptors as may be allowed.
static inline void many_descriptors(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

#endif
