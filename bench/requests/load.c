// Asks on so many connections at once, each again as soon as it is answered, until as many requests as
// the round has are answered. It is cheap, so that the server is what is measured. Prints how long the
// round took; with "wait" how many microseconds 99 of 100 requests waited at most; with "cpu" how many
// microseconds of the processor's time the server took for a request.
#include "../support/contestant.h"
#include <sys/epoll.h>

#define SIZE 64
#define BATCH 1024

static int connections, port, epoll, *sockets, *missing; // how much of each answer, by descriptor
static size_t answer;
static clockid_t server;
static char request[SIZE + 1] = // of HTTP, as some servers want one
    "GET / HTTP/1.1\r\nHost: localhost\r\nX-Filler: xxxxxxxxxxxxxxxxx\r\n\r\n";
static double *asked_at, *waits; // by descriptor, and by order of the answers

static void open_connections(void) {
  sockets = calloc(connections, sizeof *sockets);
  missing = calloc(0x10000, sizeof *missing);
  epoll = checked(epoll_create1(0), "epoll_create1");
  for (int i = 0; i < connections; i++) {
    struct epoll_event event = {.events = EPOLLIN};
    event.data.fd = sockets[i] = connected(SOCK_STREAM, port);
    checked(epoll_ctl(epoll, EPOLL_CTL_ADD, sockets[i], &event), "epoll_ctl");
  }
}

// How long a server's answer is: it says so in the head.
static size_t http_length(void) {
  char text[0x4000], *end = NULL, *length = NULL;
  size_t came = 0;
  int fd = connected(SOCK_STREAM, port);
  if (send(fd, request, SIZE, 0) != SIZE) fail("send");
  while (end == NULL) {
    ssize_t n = recv(fd, text + came, sizeof text - 1 - came, 0);
    if (n <= 0) fail("recv");
    text[came += n] = 0;
    end = strstr(text, "\r\n\r\n");
  }
  for (char *at = text; at < end && length == NULL; at++) {
    if (strncasecmp(at, "\ncontent-length:", 16) == 0) length = at + 16;
  }
  if (length == NULL) fail("content-length");
  close(fd);
  return end + 4 - text + atoi(length);
}

static void ask(int fd) {
  if (waits != NULL) asked_at[fd] = now();
  missing[fd] = answer;
  if (send(fd, request, SIZE, 0) != SIZE) fail("send");
}

static void work(long count) {
  static struct epoll_event events[BATCH];
  long asked = 0, answered = 0;
  static char response[0x10000];
  if (sockets == NULL) open_connections();
  for (; asked < connections && asked < count; asked++) ask(sockets[asked]);
  while (answered < count) {
    int ready = checked(epoll_wait(epoll, events, BATCH, -1), "epoll_wait");
    for (int i = 0; i < ready; i++) {
      int fd = events[i].data.fd;
      ssize_t came = recv(fd, response, missing[fd], 0);
      if (came <= 0) fail("recv");
      if ((missing[fd] -= came) > 0) continue;
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
  if (argc < 6) return 2;
  connections = atoi(argv[1]);
  port = atoi(argv[4]);
  answer = strcmp(argv[3], "http") == 0 ? http_length() : (size_t)atoi(argv[3]);
  if (clock_getcpuclockid(atoi(argv[5]), &server) != 0) fail("clock_getcpuclockid");
  many_descriptors();
  if (strcmp(argv[2], "wait") == 0) answers(percentile);
  else if (strcmp(argv[2], "cpu") == 0) answers(processor_time);
  else rounds(work);
  return 0;
}
