// With a third argument, a thread sleeps beside the work: the kernel and the C library have shortcuts
// for processes of a single thread, which no process of Deno's is.
#include "../support/contestant.h"

static size_t size;
static int pair[2];
static char *data, *buffer;

static void *sleeper(void *unused) {
  for (;;) pause();
  return unused;
}

static void work(long count) {
  for (long i = 0; i < count; i++) {
    send_all(pair[0], data, size);
    for (size_t received = 0; received < size;) {
      ssize_t n = recv(pair[1], buffer, size, 0);
      if (n <= 0) fail("recv");
      received += n;
    }
  }
}

int main(int argc, char **argv) {
  pthread_t thread;
  size = atoi(argv[1]);
  data = calloc(1, size);
  buffer = calloc(1, size);
  if (argc > 3) pthread_create(&thread, NULL, sleeper, NULL);
  checked(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
  rounds(work);
  return 0;
}
