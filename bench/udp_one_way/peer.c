// As server: counts what comes, and tells after each step. With a port: sends so many datagrams.
#include "../support/contestant.h"
#include <stdint.h>

#define WINDOW 128
#define STEP (WINDOW / 2)
#define ROOM 2048

#ifndef __linux__
#error "sendmmsg is Linux's"
#endif

static int udp, size;
static uint32_t total, sent;
static char data[WINDOW][ROOM];
static struct sockaddr_in names[WINDOW];
static struct iovec vectors[WINDOW];
static struct mmsghdr messages[WINDOW];

static void prepare(size_t length) {
  for (int i = 0; i < WINDOW; i++) {
    vectors[i] = (struct iovec){.iov_base = data[i], .iov_len = length};
    messages[i].msg_hdr.msg_iov = &vectors[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
}

static void receive(void) {
  udp = bound(SOCK_DGRAM);
  announce(udp);
  prepare(ROOM);
  for (;;) {
    uint32_t before = total;
    for (int i = 0; i < WINDOW; i++) {
      messages[i].msg_hdr.msg_name = &names[i];
      messages[i].msg_hdr.msg_namelen = sizeof names[i];
    }
    total += checked(recvmmsg(udp, messages, WINDOW, MSG_WAITFORONE, NULL), "recvmmsg");
    if (before / STEP < total / STEP) {
      checked(sendto(udp, &total, sizeof total, 0, (struct sockaddr *)names, sizeof names[0]), "sendto");
    }
  }
}

static void send_datagrams(long count) {
  uint32_t end = sent + count;
  while (total < end) {
    uint32_t until = total + WINDOW < end ? total + WINDOW : end;
    if (sent < until) sent += checked(sendmmsg(udp, messages, until - sent, 0), "sendmmsg");
    else checked(recv(udp, &total, sizeof total, 0), "recv");
  }
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "receive") == 0) receive();
  if (argc < 4) return 2;
  size = atoi(argv[2]);
  udp = connected(SOCK_DGRAM, atoi(argv[3]));
  prepare(size);
  add_thread();
  rounds(send_datagrams);
  return 0;
}
