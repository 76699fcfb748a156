// An echo server on io_uring, by raw system calls: accepting and receiving go on by themselves, into
// buffers that the kernel chooses, and all answers of a round leave with one entry to the kernel.
#include "../support/contestant.h"
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#ifndef IORING_SETUP_NO_SQARRAY // of Linux 6.6
#define IORING_SETUP_NO_SQARRAY (1u << 16)
#endif

#define CALLS 1024
#define BUFFERS 1024
#define SIZE 4096
#define STRIDE (SIZE + 64) // multiples of a page would compete for the same lines of the cache
enum { RECEIVE = 1, ACCEPT, SEND };

static struct io_uring_params params = {
    .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE |
             IORING_SETUP_SUBMIT_ALL | IORING_SETUP_NO_SQARRAY,
    .cq_entries = 4096};
static struct io_uring_sqe *calls;
static unsigned *tail_of_calls, tail, queued;
static int ring;

static void enter(unsigned wanted, unsigned flags) {
  __atomic_store_n(tail_of_calls, tail, __ATOMIC_RELEASE);
  syscall(__NR_io_uring_enter, ring, queued, wanted, flags, NULL, 0);
  queued = 0;
}

static struct io_uring_sqe *call(int opcode, int fd, unsigned long kind) {
  if (queued == CALLS) enter(0, 0);
  struct io_uring_sqe *entry = &calls[tail++ & (CALLS - 1)];
  memset(entry, 0, sizeof *entry);
  entry->opcode = opcode;
  entry->fd = fd;
  entry->user_data = kind << 32 | fd;
  queued++;
  return entry;
}

static void receive(int fd) {
  struct io_uring_sqe *entry = call(IORING_OP_RECV, fd, RECEIVE);
  entry->ioprio = IORING_RECV_MULTISHOT;
  entry->flags = IOSQE_BUFFER_SELECT;
}

static void *anonymous(size_t size) {
  return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
}

int main(int argc, char **argv) {
  static char answer[0x10000];
  static int used[4096];
  int answer_size = argc > 1 ? atoi(argv[1]) : 0, listening = listener(), returned = 0;
  many_descriptors();
  ring = checked(syscall(__NR_io_uring_setup, CALLS, &params), "io_uring_setup");
  announce(listening);
  char *rings = mmap(NULL, params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe),
                     PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQ_RING);
  calls = mmap(NULL, CALLS * sizeof *calls, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring,
               IORING_OFF_SQES);
  tail_of_calls = (unsigned *)(rings + params.sq_off.tail);
  unsigned *head_at = (unsigned *)(rings + params.cq_off.head),
           *end_at = (unsigned *)(rings + params.cq_off.tail);
  struct io_uring_cqe *results = (struct io_uring_cqe *)(rings + params.cq_off.cqes);
  struct io_uring_buf_ring *provided = anonymous(BUFFERS * sizeof(struct io_uring_buf));
  char *buffers = anonymous(BUFFERS * STRIDE);
  struct io_uring_buf_reg registration = {.ring_addr = (unsigned long)provided,
                                          .ring_entries = BUFFERS};
  checked(syscall(__NR_io_uring_register, ring, IORING_REGISTER_PBUF_RING, &registration, 1),
          "io_uring_register");
  unsigned short end = 0;
  for (; returned < BUFFERS; returned++) used[returned] = returned;
  call(IORING_OP_ACCEPT, listening, ACCEPT)->ioprio = IORING_ACCEPT_MULTISHOT;
  for (;;) {
    for (int i = 0; i < returned; i++, end++) {
      struct io_uring_buf *buffer = &provided->bufs[end & (BUFFERS - 1)];
      buffer->addr = (unsigned long)(buffers + used[i] * STRIDE);
      buffer->len = SIZE;
      buffer->bid = used[i];
    }
    returned = 0;
    // The kernel receives into them only after it has sent the answers that are queued.
    __atomic_store_n(&provided->tail, end, __ATOMIC_RELEASE);
    enter(1, IORING_ENTER_GETEVENTS);
    unsigned head = *head_at, last = __atomic_load_n(end_at, __ATOMIC_ACQUIRE);
    for (; head != last; head++) {
      struct io_uring_cqe *result = &results[head & (params.cq_entries - 1)];
      int kind = result->user_data >> 32, fd = (int)result->user_data, count = result->res;
      if (kind == ACCEPT) receive(checked(count, "accept"));
      if (kind == SEND) fail("send");
      if (kind != RECEIVE) continue;
      if (count > 0) {
        int buffer = result->flags >> IORING_CQE_BUFFER_SHIFT;
        struct io_uring_sqe *entry = call(IORING_OP_SEND, fd, SEND);
        entry->addr = (unsigned long)(answer_size ? answer : buffers + buffer * STRIDE);
        entry->len = answer_size ? answer_size : count;
        entry->msg_flags = MSG_DONTWAIT | MSG_WAITALL | MSG_NOSIGNAL;
        entry->flags = IOSQE_CQE_SKIP_SUCCESS;
        used[returned++] = buffer;
      }
      if (result->flags & IORING_CQE_F_MORE) continue;
      if (count == 0 || count == -ECONNRESET) close(fd);
      else receive(fd);
    }
    __atomic_store_n(head_at, head, __ATOMIC_RELEASE);
  }
}
