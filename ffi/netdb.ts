/** `<netdb.h>` and `<arpa/inet.h>`: name resolution. */

import { address, buf, int, size_t, socklen_t } from "./c.ts";

const getaddrinfo = {
  parameters: [
    /* node */ buf,
    /* service */ buf,
    /* hints */ buf,
    /* res */ buf,
  ],
  result: int,
} as const;

const getnameinfo = {
  parameters: [
    /* sa */ buf,
    /* salen */ socklen_t,
    /* host */ buf,
    /* hostlen */ socklen_t,
    /* serv */ buf,
    /* servlen */ socklen_t,
    /* flags */ int,
  ],
  result: int,
} as const;

const gethostbyname_r = {
  parameters: [
    /* name */ buf,
    /* ret */ buf,
    /* buf */ buf,
    /* buflen */ size_t,
    /* result */ buf,
    /* h_errnop */ buf,
  ],
  result: int,
  optional: true,
} as const;

const gethostbyaddr_r = {
  parameters: [
    /* addr */ buf,
    /* len */ socklen_t,
    /* type */ int,
    /* ret */ buf,
    /* buf */ buf,
    /* buflen */ size_t,
    /* result */ buf,
    /* h_errnop */ buf,
  ],
  result: int,
  optional: true,
} as const;

/**
 * `getaddrinfo` and `getnameinfo` on another thread, as they may block for long. Their `errno` is
 * lost, but their results suffice.
 */
export const netdb_async = {
  getaddrinfo_async: {
    ...getaddrinfo,
    name: "getaddrinfo",
    nonblocking: true,
  },
  getnameinfo_async: {
    ...getnameinfo,
    name: "getnameinfo",
    nonblocking: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

/**
 * The declarations of `<netdb.h>` and `<arpa/inet.h>`. The functions that have an `_r` form return
 * static storage. It belongs to one thread on macOS, FreeBSD and Windows, but in glibc all threads
 * (all Workers) share it, so the `_r` forms are used there.
 */
export const netdb = {
  ...netdb_async,
  getaddrinfo,
  freeaddrinfo: { parameters: [/* res */ address], result: "void" },
  gai_strerror: {
    parameters: [/* errcode */ int],
    result: address,
    optional: true,
  },
  getnameinfo,
  hstrerror: { parameters: [/* err */ int], result: address, optional: true },
  gethostbyname: { parameters: [/* name */ buf], result: address },
  gethostbyaddr: {
    parameters: [/* addr */ buf, /* len */ socklen_t, /* type */ int],
    result: address,
  },
  getservbyname: {
    parameters: [/* name */ buf, /* proto */ buf],
    result: address,
  },
  getservbyport: {
    parameters: [/* port */ int, /* proto */ buf],
    result: address,
  },
  getprotobyname: { parameters: [/* name */ buf], result: address },
  gethostbyname_r,
  gethostbyname_r_async: {
    ...gethostbyname_r,
    name: "gethostbyname_r",
    nonblocking: true,
  },
  gethostbyaddr_r,
  gethostbyaddr_r_async: {
    ...gethostbyaddr_r,
    name: "gethostbyaddr_r",
    nonblocking: true,
  },
  getservbyname_r: {
    parameters: [
      /* name */ buf,
      /* proto */ buf,
      /* ret */ buf,
      /* buf */ buf,
      /* buflen */ size_t,
      /* result */ buf,
    ],
    result: int,
    optional: true,
  },
  getservbyport_r: {
    parameters: [
      /* port */ int,
      /* proto */ buf,
      /* ret */ buf,
      /* buf */ buf,
      /* buflen */ size_t,
      /* result */ buf,
    ],
    result: int,
    optional: true,
  },
  getprotobyname_r: {
    parameters: [
      /* name */ buf,
      /* ret */ buf,
      /* buf */ buf,
      /* buflen */ size_t,
      /* result */ buf,
    ],
    result: int,
    optional: true,
  },
  // glibc 2.34 and later; before, these were in a library of their own.
  getaddrinfo_a: {
    parameters: [
      /* mode */ int,
      /* list */ buf,
      /* nitems */ int,
      /* sevp */ buf,
    ],
    result: int,
    optional: true,
  },
  gai_error: { parameters: [/* req */ address], result: int, optional: true },
  gai_cancel: { parameters: [/* req */ address], result: int, optional: true },
  inet_aton: { parameters: [/* cp */ buf, /* inp */ buf], result: int },
} as const satisfies Deno.ForeignLibraryInterface;
