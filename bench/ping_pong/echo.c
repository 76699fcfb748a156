// A server that echoes on one connection.
#include "../support/contestant.h"

int main(void) {
  char buffer[64];
  int listening = listener();
  announce(listening);
  int connection = checked(accept(listening, NULL, NULL), "accept");
  for (;;) {
    ssize_t n = recv(connection, buffer, sizeof buffer, 0);
    if (n <= 0) return 0;
    send_all(connection, buffer, n);
  }
}
