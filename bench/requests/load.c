// Asks on so many connections at once, each again as soon as it is answered, until as many requests as
// the round has are answered. It is cheap, so that the server is what is measured.
#include "../support/contestant.h"
#include <sys/epoll.h>

#define SIZE 64
#define BATCH 1024

static int connections, port, epoll, *sockets;
static char request[SIZE];

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
      answered++;
      if (asked < count) {
        asked++;
        ask(fd);
      }
    }
  }
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  connections = atoi(argv[1]);
  port = atoi(argv[2]);
  many_descriptors();
  rounds(work);
  return 0;
}
