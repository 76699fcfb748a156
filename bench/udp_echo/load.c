// Keeps so many datagrams on their way, each sent again as soon as it is back. As many find room in the
// sockets' buffers, so that none is lost; if one is all the same, this fails.
#include "../support/contestant.h"

#define SIZE 64
#define WINDOW 64

static int udp;

static void work(long count) {
  char data[SIZE] = {0};
  long sent = 0;
  for (; sent < WINDOW && sent < count; sent++) {
    if (send(udp, data, SIZE, 0) != SIZE) fail("send");
  }
  for (long received = 0; received < count; received++) {
    if (recv(udp, data, SIZE, 0) != SIZE) fail("recv");
    if (sent++ < count && send(udp, data, SIZE, 0) != SIZE) fail("send");
  }
}

int main(int argc, char **argv) {
  struct timeval patience = {.tv_sec = 5};
  if (argc < 2) return 2;
  udp = connected(SOCK_DGRAM, atoi(argv[1]));
  checked(setsockopt(udp, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), "setsockopt");
  rounds(work);
  return 0;
}
