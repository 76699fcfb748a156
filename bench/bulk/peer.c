// As server: takes connections one by one, all that comes. With a port: sends so many MiB.
#include "../support/contestant.h"

#define CHUNK 0x10000

static int port;
static char data[CHUNK];

static void receive(void) {
  int listening = listener();
  announce(listening);
  for (;;) {
    ssize_t n;
    int connection = checked(accept(listening, NULL, NULL), "accept");
    while ((n = recv(connection, data, CHUNK, 0)) > 0) {
    }
    if (n < 0) fail("recv");
    close(connection);
  }
}

static void send_mebibytes(long mebibytes) {
  int connection = connected(SOCK_STREAM, port);
  for (long i = 0; i < mebibytes * (1 << 20) / CHUNK; i++) send_all(connection, data, CHUNK);
  shutdown(connection, SHUT_WR);
  drain(connection); // the end: all has come
  close(connection);
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "receive") == 0) receive();
  port = atoi(argv[1]);
  memset(data, 1, sizeof data);
  add_thread();
  rounds(send_mebibytes);
  return 0;
}
