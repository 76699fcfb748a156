#include "../support/contestant.h"
#include <fcntl.h>
#ifdef __linux__
#include <sys/sendfile.h>
#endif

static const char *path;
static int port;

static void send_file(int connection, int file) {
#ifdef __linux__
  while (checked(sendfile(connection, file, NULL, 0x7ffff000), "sendfile") > 0) {
  }
#else
  off_t length = 0;
  checked(sendfile(file, connection, 0, &length, NULL, 0), "sendfile");
#endif
}

static void work(long unused) {
  (void)unused;
  int file = checked(open(path, O_RDONLY), "open");
  int connection = connected(SOCK_STREAM, port);
  send_file(connection, file);
  shutdown(connection, SHUT_WR);
  drain(connection); // the end: all has come
  close(connection);
  close(file);
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  path = argv[1];
  port = atoi(argv[2]);
  add_thread();
  rounds(work);
  return 0;
}
