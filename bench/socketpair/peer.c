// With a second argument, a thread sleeps beside the work: the kernel and the C library have shortcuts
// for processes of a single thread, which no process of Deno's is.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static void *sleeper(void *unused) {
  for (;;) pause();
  return unused;
}

int main(int argc, char **argv) {
  int size = argc > 1 ? atoi(argv[1]) : 64, pair[2];
  char line[64], *data = calloc(1, size), *buffer = calloc(1, size);
  pthread_t thread;
  if (argc > 2) pthread_create(&thread, NULL, sleeper, NULL);
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0) return 1;
  while (fgets(line, sizeof line, stdin)) {
    int count = atoi(line);
    double began = now();
    for (int i = 0; i < count; i++) {
      for (int sent = 0; sent < size;) {
        ssize_t n = send(pair[0], data + sent, size - sent, 0);
        if (n < 0) return 1;
        sent += n;
      }
      for (int received = 0; received < size;) {
        ssize_t n = recv(pair[1], buffer, size, 0);
        if (n <= 0) return 1;
        received += n;
      }
    }
    printf("%f\n", (now() - began) / count);
    fflush(stdout);
  }
  return 0;
}
