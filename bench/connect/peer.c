#include "../support/contestant.h"

static int listening;
static struct sockaddr_in address;

static void work(long count) {
  for (long i = 0; i < count; i++) {
    struct sockaddr_in from;
    socklen_t length = sizeof from;
    int client = checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    checked(connect(client, (struct sockaddr *)&address, sizeof address), "connect");
    int connection = checked(
        accept4(listening, (struct sockaddr *)&from, &length, SOCK_CLOEXEC), "accept");
    close(client);
    close(connection);
  }
}

int main(void) {
  socklen_t length = sizeof address;
  listening = listener();
  checked(getsockname(listening, (struct sockaddr *)&address, &length), "getsockname");
  add_thread();
  rounds(work);
  return 0;
}
