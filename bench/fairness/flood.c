// A server that sends without end.
#include "../support/contestant.h"

int main(void) {
  static char data[0x10000];
  int listening = listener();
  announce(listening);
  int connection = checked(accept(listening, NULL, NULL), "accept");
  while (send(connection, data, sizeof data, MSG_NOSIGNAL) > 0) {
  }
  return 0;
}
