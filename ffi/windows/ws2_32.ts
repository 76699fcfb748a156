/**
 * `ws2_32.dll`: Windows Sockets. The functions it shares with POSIX have the same declarations: a
 * `SOCKET` is a handle, and only the low 32 bits of a handle are significant.
 */

import {
  address,
  buf,
  int,
  netdb,
  netdb_async,
  select,
  sys_socket,
  unistd,
} from "../declarations.ts";

/** `SOCKET`; `INVALID_SOCKET` is -1. */
const SOCKET = int;
/** `DWORD` and `GROUP`. */
const DWORD = "u32";

/** The declarations of functions that only Winsock has. */
export const winsock = {
  WSAStartup: {
    parameters: [/* wVersionRequested */ DWORD, /* lpWSAData */ buf],
    result: int,
  },
  WSAGetLastError: { parameters: [], result: int },
  WSASetLastError: { parameters: [/* iError */ int], result: "void" },
  WSASocketW: {
    parameters: [
      /* af */ int,
      /* type */ int,
      /* protocol */ int,
      /* lpProtocolInfo */ buf,
      /* g */ DWORD,
      /* dwFlags */ DWORD,
    ],
    result: SOCKET,
  },
  WSADuplicateSocketW: {
    parameters: [
      /* s */ SOCKET,
      /* dwProcessId */ DWORD,
      /* lpProtocolInfo */ buf,
    ],
    result: int,
  },
  WSAIoctl: {
    parameters: [
      /* s */ SOCKET,
      /* dwIoControlCode */ DWORD,
      /* lpvInBuffer */ buf,
      /* cbInBuffer */ DWORD,
      /* lpvOutBuffer */ buf,
      /* cbOutBuffer */ DWORD,
      /* lpcbBytesReturned */ buf,
      /* lpOverlapped */ buf,
      /* lpCompletionRoutine */ buf,
    ],
    result: int,
  },
  WSASend: {
    parameters: [
      /* s */ SOCKET,
      /* lpBuffers */ address,
      /* dwBufferCount */ DWORD,
      /* lpNumberOfBytesSent */ buf,
      /* dwFlags */ DWORD,
      /* lpOverlapped */ buf,
      /* lpCompletionRoutine */ buf,
    ],
    result: int,
  },
  WSARecv: {
    parameters: [
      /* s */ SOCKET,
      /* lpBuffers */ address,
      /* dwBufferCount */ DWORD,
      /* lpNumberOfBytesRecvd */ buf,
      /* lpFlags */ buf,
      /* lpOverlapped */ buf,
      /* lpCompletionRoutine */ buf,
    ],
    result: int,
  },
  WSASendMsg: {
    parameters: [
      /* s */ SOCKET,
      /* lpMsg */ buf,
      /* dwFlags */ DWORD,
      /* lpNumberOfBytesSent */ buf,
      /* lpOverlapped */ buf,
      /* lpCompletionRoutine */ buf,
    ],
    result: int,
  },
  inet_addr: { parameters: [/* cp */ buf], result: "u32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** `WSARecvMsg`, which no library exports: the socket's provider returns its address. */
export const WSARecvMsg = {
  parameters: [
    /* s */ SOCKET,
    /* lpMsg */ buf,
    /* lpdwNumberOfBytesRecvd */ buf,
    /* lpOverlapped */ buf,
    /* lpCompletionRoutine */ buf,
  ],
  result: int,
} as const satisfies Deno.ForeignFunction;

/** The declarations of functions with the same signature as in C, under C's names. */
export const berkeley = {
  accept: sys_socket.accept,
  bind: sys_socket.bind,
  connect: sys_socket.connect,
  freeaddrinfo: netdb.freeaddrinfo,
  getaddrinfo: netdb.getaddrinfo,
  gethostbyaddr: netdb.gethostbyaddr,
  gethostbyname: netdb.gethostbyname,
  getnameinfo: netdb.getnameinfo,
  ...netdb_async,
  getpeername: sys_socket.getpeername,
  getprotobyname: netdb.getprotobyname,
  getservbyname: netdb.getservbyname,
  getservbyport: netdb.getservbyport,
  getsockname: sys_socket.getsockname,
  getsockopt: sys_socket.getsockopt,
  listen: sys_socket.listen,
  recv: sys_socket.recv,
  recv_at: sys_socket.recv_at,
  recvfrom: sys_socket.recvfrom,
  send: sys_socket.send,
  send_at: sys_socket.send_at,
  sendto: sys_socket.sendto,
  setsockopt: sys_socket.setsockopt,
  shutdown: sys_socket.shutdown,
  close: { ...unistd.close, name: "closesocket" },
  ioctl: {
    name: "ioctlsocket",
    parameters: [/* s */ SOCKET, /* cmd */ "u32", /* argp */ buf],
    result: int,
  },
  select: select.select,
  poll: { ...unistd.poll, name: "WSAPoll" },
  // Runs on another thread, so its error number is lost.
  poll_async: { ...unistd.poll, name: "WSAPoll", nonblocking: true },
} as const satisfies Deno.ForeignLibraryInterface;
