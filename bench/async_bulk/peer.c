// The server in C: it tries each call, and polls where the socket has nothing or no room.
#include "../support/contestant.h"
#include <fcntl.h>
#include <poll.h>

static char buffer[0x10000];

static void await_ready(int fd, short events) {
  struct pollfd waiting = {.fd = fd, .events = events};
  if (errno != EAGAIN) fail("recv or send");
  checked(poll(&waiting, 1, -1), "poll");
}

static void receive(int connection) {
  ssize_t n;
  while ((n = recv(connection, buffer, sizeof buffer, 0)) != 0) {
    if (n < 0) await_ready(connection, POLLIN);
  }
}

static void send_ordered(int connection) {
  uint32_t order;
  while (recv(connection, &order, sizeof order, 0) < 0) await_ready(connection, POLLIN);
  for (uint32_t chunks = ntohl(order); chunks > 0; chunks--) {
    for (size_t sent = 0; sent < sizeof buffer;) {
      ssize_t n = send(connection, buffer + sent, sizeof buffer - sent, 0);
      if (n < 0) await_ready(connection, POLLOUT);
      else sent += n;
    }
  }
}

int main(int argc, char **argv) {
  int listening = listener();
  if (argc < 2) return 2;
  memset(buffer, 1, sizeof buffer);
  announce(listening);
  for (;;) {
    int connection = checked(accept(listening, NULL, NULL), "accept");
    checked(fcntl(connection, F_SETFL, O_NONBLOCK), "fcntl");
    if (strcmp(argv[1], "receiving") == 0) receive(connection);
    else send_ordered(connection);
    close(connection);
  }
}
