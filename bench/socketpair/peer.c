// With a third argument, as a process of two threads.
#include "../support/contestant.h"

static size_t size;
static int pair[2];
static char *data, *buffer;

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
  size = atoi(argv[1]);
  data = malloc(size);
  memset(data, 1, size);
  buffer = calloc(1, size);
  if (argc > 3) add_thread();
  checked(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
  rounds(work);
  return 0;
}
