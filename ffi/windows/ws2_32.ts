/**
 * `ws2_32.dll`: Windows Sockets. What it shares with POSIX has the same declarations, as a `SOCKET` is
 * a handle, and only the low 32 bits of a handle are significant.
 */

import { address, buf, int } from "../c.ts";
import { netdb, netdb_async } from "../netdb.ts";
import { select } from "../select.ts";
import { sys_socket } from "../sys_socket.ts";
import { unistd } from "../unistd.ts";

/** `SOCKET`; `INVALID_SOCKET` is -1. */
const SOCKET = int;
/** `DWORD` and `GROUP`. */
const DWORD = "u32";

/** The declarations that are Winsock's own. */
export const winsock = {
  WSAStartup: {
    parameters: [DWORD, /* wVersionRequested */ buf /* lpWSAData */],
    result: int,
  },
  WSAGetLastError: { parameters: [], result: int },
  WSASetLastError: { parameters: [int /* iError */], result: "void" },
  WSASocketW: {
    parameters: [
      int, /* af */
      int, /* type */
      int, /* protocol */
      buf, /* lpProtocolInfo */
      DWORD, /* g */
      DWORD, /* dwFlags */
    ],
    result: SOCKET,
  },
  WSADuplicateSocketW: {
    parameters: [SOCKET, DWORD, /* dwProcessId */ buf /* lpProtocolInfo */],
    result: int,
  },
  WSAIoctl: {
    parameters: [
      SOCKET,
      DWORD, /* dwIoControlCode */
      buf, /* lpvInBuffer */
      DWORD, /* cbInBuffer */
      buf, /* lpvOutBuffer */
      DWORD, /* cbOutBuffer */
      buf, /* lpcbBytesReturned */
      buf, /* lpOverlapped */
      buf, /* lpCompletionRoutine */
    ],
    result: int,
  },
  WSASend: {
    parameters: [
      SOCKET,
      address, /* lpBuffers */
      DWORD, /* dwBufferCount */
      buf, /* lpNumberOfBytesSent */
      DWORD, /* dwFlags */
      buf, /* lpOverlapped */
      buf, /* lpCompletionRoutine */
    ],
    result: int,
  },
  WSARecv: {
    parameters: [
      SOCKET,
      address, /* lpBuffers */
      DWORD, /* dwBufferCount */
      buf, /* lpNumberOfBytesRecvd */
      buf, /* lpFlags */
      buf, /* lpOverlapped */
      buf, /* lpCompletionRoutine */
    ],
    result: int,
  },
  WSASendMsg: {
    parameters: [
      SOCKET,
      buf, /* lpMsg */
      DWORD, /* dwFlags */
      buf, /* lpNumberOfBytesSent */
      buf, /* lpOverlapped */
      buf, /* lpCompletionRoutine */
    ],
    result: int,
  },
  inet_addr: { parameters: [buf /* cp */], result: "u32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** `WSARecvMsg`, which no library exports: the socket's driver tells its address. */
export const WSARecvMsg = {
  parameters: [
    SOCKET,
    buf, /* lpMsg */
    buf, /* lpdwNumberOfBytesRecvd */
    buf, /* lpOverlapped */
    buf, /* lpCompletionRoutine */
  ],
  result: int,
} as const satisfies Deno.ForeignFunction;

/** The declarations that serve as C's of the same shape, by C's names. */
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
    parameters: [SOCKET, "u32", /* cmd */ buf /* argp */],
    result: int,
  },
  select: select.select,
  poll: { ...unistd.poll, name: "WSAPoll" },
  // On another thread: its error number is lost.
  poll_async: { ...unistd.poll, name: "WSAPoll", nonblocking: true },
} as const satisfies Deno.ForeignLibraryInterface;
