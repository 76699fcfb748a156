// Opens so many connections, each greeted by the server with a byte, and tells by how many bytes the
// server's process grew for each.
#include "../support/contestant.h"

static int port, pid;

static double resident(void) {
  char command[64];
  double kibibytes = 0;
  snprintf(command, sizeof command, "ps -o rss= -p %d", pid);
  FILE *ps = popen(command, "r");
  if (ps == NULL || fscanf(ps, "%lf", &kibibytes) != 1) fail("ps");
  pclose(ps);
  return kibibytes * 1024;
}

static double work(long count) {
  char byte;
  int *connections = calloc(count, sizeof *connections);
  close(connected(SOCK_STREAM, port)); // what the first one takes is no connection's
  usleep(200000);
  double before = resident();
  for (long i = 0; i < count; i++) {
    connections[i] = connected(SOCK_STREAM, port);
    if (recv(connections[i], &byte, 1, 0) != 1) fail("recv");
  }
  usleep(200000);
  double grown = resident() - before;
  for (long i = 0; i < count; i++) close(connections[i]);
  free(connections);
  return grown / count;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  port = atoi(argv[1]);
  pid = atoi(argv[2]);
  many_descriptors();
  answers(work);
  return 0;
}
