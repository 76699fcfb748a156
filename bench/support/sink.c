// A server that takes connections one by one and throws away all that comes.
#include "contestant.h"

int main(void) {
  int listening = listener();
  announce(listening);
  for (;;) {
    int connection = checked(accept(listening, NULL, NULL), "accept");
    drain(connection);
    close(connection);
  }
}
