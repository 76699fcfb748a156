// What the server receives, this sends, until the server closes. Of what it sends, this says before how
// many chunks there shall be, as 4 bytes. On Linux this copies nothing, neither way: the server is to be
// the one that has most to do.
#include "../support/contestant.h"
#ifdef __linux__
#include <sys/mman.h>
#include <sys/sendfile.h>
#endif

#define CHUNK 0x10000

static int port, receiving;
static char data[CHUNK];

#ifdef __linux__
static void send_chunk(int connection) {
  static int file = -1;
  if (file < 0) {
    file = checked(memfd_create("chunk", MFD_CLOEXEC), "memfd_create");
    checked(write(file, data, CHUNK), "write");
  }
  for (off_t at = 0; at < CHUNK;) {
    checked(sendfile(connection, file, &at, CHUNK - at), "sendfile");
  }
}
#else
static void send_chunk(int connection) { send_all(connection, data, CHUNK); }
#endif

static void work(long mebibytes) {
  uint32_t chunks = mebibytes * (1 << 20) / CHUNK, order = htonl(chunks);
  int connection = connected(SOCK_STREAM, port);
  if (receiving) {
    for (uint32_t i = 0; i < chunks; i++) send_chunk(connection);
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
  memset(data, 1, CHUNK);
  rounds(work);
  return 0;
}
