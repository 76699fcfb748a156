// What the server receives, this sends, until the server closes. Of what it sends, this says before how
// many chunks there shall be, as 4 bytes.
#include "../support/contestant.h"

#define CHUNK 0x10000

static int port, receiving;

static void work(long mebibytes) {
  static char data[CHUNK];
  uint32_t chunks = mebibytes * (1 << 20) / CHUNK, order = htonl(chunks);
  int connection = connected(SOCK_STREAM, port);
  if (receiving) {
    for (uint32_t i = 0; i < chunks; i++) send_all(connection, data, CHUNK);
    shutdown(connection, SHUT_WR);
  } else {
    send_all(connection, (char *)&order, sizeof order);
  }
  drain(connection);
  close(connection);
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  receiving = strcmp(argv[1], "receiving") == 0;
  port = atoi(argv[2]);
  rounds(work);
  return 0;
}
