/** `<netdb.h>` and `<arpa/inet.h>`: name resolution. */

import { address, buf, int, size_t, socklen_t } from "./c.ts";

const getaddrinfo = [
  buf, /* node */
  buf, /* service */
  buf, /* hints */
  buf, /* res */
] as const;
const getnameinfo = [
  buf, /* sa */
  socklen_t, /* salen */
  buf, /* host */
  socklen_t, /* hostlen */
  buf, /* serv */
  socklen_t, /* servlen */
  int, /* flags */
] as const;

/**
 * The declarations of `<netdb.h>`. The forms without `_r` answer from static storage: per thread on
 * macOS, FreeBSD and Windows, but shared by all threads (all Workers) in glibc, where the `_r` forms
 * are used instead.
 */
export const netdb = {
  getaddrinfo: { parameters: getaddrinfo, result: int },
  freeaddrinfo: { parameters: [address /* res */], result: "void" },
  gai_strerror: {
    parameters: [int /* errcode */],
    result: address,
    optional: true,
  },
  getnameinfo: { parameters: getnameinfo, result: int },
  hstrerror: { parameters: [int /* err */], result: address, optional: true },
  gethostbyname: { parameters: [buf /* name */], result: address },
  gethostbyaddr: {
    parameters: [buf, socklen_t, int /* type */],
    result: address,
  },
  getservbyname: {
    parameters: [buf, /* name */ buf /* proto */],
    result: address,
  },
  getservbyport: {
    parameters: [int, /* port */ buf /* proto */],
    result: address,
  },
  getprotobyname: { parameters: [buf /* name */], result: address },
  gethostbyname_r: {
    parameters: [
      buf, /* name */
      buf, /* ret */
      buf,
      size_t,
      buf, /* result */
      buf, /* h_errno */
    ],
    result: int,
    optional: true,
  },
  gethostbyaddr_r: {
    parameters: [
      buf, /* addr */
      socklen_t, /* len */
      int, /* type */
      buf, /* ret */
      buf,
      size_t,
      buf, /* result */
      buf, /* h_errno */
    ],
    result: int,
    optional: true,
  },
  getservbyname_r: {
    parameters: [
      buf, /* name */
      buf, /* proto */
      buf, /* ret */
      buf,
      size_t,
      buf, /* result */
    ],
    result: int,
    optional: true,
  },
  getservbyport_r: {
    parameters: [
      int, /* port */
      buf, /* proto */
      buf, /* ret */
      buf,
      size_t,
      buf, /* result */
    ],
    result: int,
    optional: true,
  },
  getprotobyname_r: {
    parameters: [buf, /* name */ buf, /* ret */ buf, size_t, buf /* result */],
    result: int,
    optional: true,
  },
  inet_aton: { parameters: [buf, /* cp */ buf /* inp */], result: int },
} as const satisfies Deno.ForeignLibraryInterface;
