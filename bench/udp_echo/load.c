// Keeps so many datagrams on their way, each sent again as soon as it is back. As many find room in the
// sockets' buffers, so that none is lost; if one is all the same, this fails. Prints how long a round
// took, or with "cpu" how many microseconds of the processor's time the server took for a datagram.
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

static clockid_t server;

static double used(void) {
  struct timespec t;
  checked(clock_gettime(server, &t), "clock_gettime");
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static double processor_time(long count) {
  double before = used();
  work(count);
  return (used() - before) / count;
}

int main(int argc, char **argv) {
  struct timeval patience = {.tv_sec = 5};
  if (argc < 4) return 2;
  udp = connected(SOCK_DGRAM, atoi(argv[2]));
  if (clock_getcpuclockid(atoi(argv[3]), &server) != 0) fail("clock_getcpuclockid");
  checked(setsockopt(udp, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), "setsockopt");
  if (strcmp(argv[1], "cpu") == 0) answers(processor_time);
  else rounds(work);
  return 0;
}
