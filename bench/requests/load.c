// Asks on so many connections at once, each again as soon as it is answered, until as many requests as
// the round has are answered. It is cheap, so that the server is what is measured. Prints how long the
// round took, or with "wait" how many microseconds 99 of 100 requests waited at most.
#include "../support/contestant.h"
#include <sys/epoll.h>

#define SIZE 64
#define BATCH 1024

static int connections, port, epoll, *sockets;
static char request[SIZE];
static double *asked_at, *waits; // by descriptor, and by order of the answers

static void open_connections(void) {
  sockets = calloc(connections, sizeof *sockets);
  epoll = checked(epoll_create1(0), "epoll_create1");
  for (int i = 0; i < connections; i++) {
    struct epoll_event event = {.events = EPOLLIN};
    event.data.fd = sockets[i] = connected(SOCK_STREAM, port);
    checked(epoll_ctl(epoll, EPOLL_CTL_ADD, sockets[i], &event), "epoll_ctl");
  }
}

static void ask(int fd) {
  if (waits != NULL) asked_at[fd] = now();
  if (send(fd, request, SIZE, 0) != SIZE) fail("send");
}

static void work(long count) {
  static struct epoll_event events[BATCH];
  long asked = 0, answered = 0;
  char response[SIZE];
  if (sockets == NULL) open_connections();
  for (; asked < connections && asked < count; asked++) ask(sockets[asked]);
  while (answered < count) {
    int ready = checked(epoll_wait(epoll, events, BATCH, -1), "epoll_wait");
    for (int i = 0; i < ready; i++) {
      int fd = events[i].data.fd;
      if (recv(fd, response, SIZE, MSG_WAITALL) != SIZE) fail("recv");
      if (waits != NULL) waits[answered] = now() - asked_at[fd];
      answered++;
      if (asked < count) {
        asked++;
        ask(fd);
      }
    }
  }
}

static int by_length(const void *a, const void *b) {
  double difference = *(const double *)a - *(const double *)b;
  return difference > 0 ? 1 : difference < 0 ? -1 : 0;
}

static double percentile(long count) {
  if (asked_at == NULL) asked_at = calloc(0x10000, sizeof *asked_at);
  waits = calloc(count, sizeof *waits);
  work(count);
  qsort(waits, count, sizeof *waits, by_length);
  double longest = waits[count * 99 / 100];
  free(waits);
  waits = NULL;
  return longest / 1e3;
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  connections = atoi(argv[1]);
  port = atoi(argv[3]);
  many_descriptors();
  if (strcmp(argv[2], "wait") == 0) answers(percentile);
  else rounds(work);
  return 0;
}
