// Two connections to a proxy that joins them: what is sent into the one comes out of the other, where
// it is counted and thrown away.
#include "../support/contestant.h"

#define CHUNK 0x10000

static int port;
static long drained;

static void *drain_all(void *end) {
  static char buffer[1 << 20];
  for (;;) {
    ssize_t n = recv(*(int *)end, buffer, sizeof buffer, MSG_TRUNC);
    if (n < 0) fail("recv");
    if (n == 0) return NULL;
    drained += n;
  }
}

static void send_mebibytes(long mebibytes) {
  static char data[CHUNK];
  long bytes = mebibytes << 20;
  pthread_t thread;
  int into = connected(SOCK_STREAM, port);
  int out = connected(SOCK_STREAM, port);
  drained = 0;
  if (pthread_create(&thread, NULL, drain_all, &out) != 0) fail("pthread_create");
  for (long at = 0; at < bytes; at += CHUNK) send_all(into, data, CHUNK);
  shutdown(into, SHUT_WR);
  pthread_join(thread, NULL);
  if (drained != bytes) exit(1);
  close(out);
  close(into);
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  port = atoi(argv[1]);
  rounds(send_mebibytes);
  return 0;
}
