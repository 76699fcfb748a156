/* Preloaded into the oracle: shows the addresses that Python encodes, and has it decode ours. */

#include <string.h>
#include <sys/socket.h>

unsigned char oracle_address[256];
unsigned int oracle_length;

/* Keeps the address in place of connecting. */
int connect(int fd, const struct sockaddr *address, socklen_t length) {
  (void)fd;
  oracle_length = length;
  memcpy(oracle_address, address, length < 256 ? length : 256);
  return 0;
}

/* Returns the address that was put there. */
int getsockname(int fd, struct sockaddr *address, socklen_t *length) {
  (void)fd;
  memcpy(address, oracle_address, oracle_length < *length ? oracle_length : *length);
  *length = oracle_length;
  return 0;
}
