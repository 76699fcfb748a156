/** Descriptors passed between processes, and never leaked. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  AF_UNIX,
  errno,
  IPPROTO_IP,
  MSG_CTRUNC,
  MSG_DONTWAIT,
  SCM_RIGHTS,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../constants/mod.ts";
import {
  type AncillaryItem,
  buildControl,
  CMSG_LEN,
  CMSG_SPACE,
  controlLength,
} from "../../socket/operations/ancillary.ts";
import { close, dup, socketpair } from "../../socket/descriptors.ts";
import { BlockingIOError, OSError } from "../../errors/errors.ts";
import { recv_fds, send_fds } from "../../socket/fds.ts";
import { closeBeyond } from "../../socket/operations/rights.ts";
import { handleOf } from "../../socket/operations/handle.ts";
import { Socket } from "../../socket/socket.ts";
import { layout } from "../../ffi/layout/mod.ts";
import { needing, noPosix, noPython } from "../support/helpers.ts";
import type { UnixAddress } from "../../socket/address/types.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const int = (value: number) => new Uint8Array(new Int32Array([value]).buffer);

/** What a descriptor refers to: `socket:[4242]`, unlike any other socket's. */
function target(fd: number | string): string | undefined {
  try {
    return Deno.readLinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return undefined; // closed meanwhile, by another test of this process
  }
}

/** How many descriptors of this process refer to the same socket. */
function descriptorsOf(socket: Socket<UnixAddress>): number {
  const wanted = target(socket.fileno());
  let count = 0;
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    if (target(name) === wanted) count++;
  }
  return count;
}

function isCloseOnExec(fd: number): boolean {
  const info = Deno.readTextFileSync(`/proc/self/fdinfo/${fd}`);
  return (parseInt(/flags:\s*(\d+)/.exec(info)![1], 8) & 0o2000000) !== 0;
}

Deno.test({
  ...needing(
    "descriptors pass, closed on exec, and refer to the same file",
    noPosix,
  ),
  fn() {
    const [a, b] = socketpair();
    using _a = a, _b = b;
    const sent = [a.fileno(), b.fileno()];
    assertEquals(send_fds(a, [encode("x"), encode("y")], new Set(sent)), 2);
    const [data, fds, flags, address] = recv_fds(b, 10, 2);
    try {
      assertEquals([decode(data), flags, address], ["xy", 0, null as never]);
      assertEquals(fds.map(target), sent.map(target));
      assertEquals(fds.map(isCloseOnExec), [true, true]);
      assertEquals(fds.filter((fd) => sent.includes(fd)), []);
    } finally {
      fds.forEach(close);
    }
    // The raw form.
    a.sendmsg([encode("z")], [[SOL_SOCKET, SCM_RIGHTS, int(a.fileno())]]);
    const [, [[level, type, bytes]]] = b.recvmsg(1, CMSG_SPACE(4));
    assertEquals([level, type, bytes.length], [SOL_SOCKET, SCM_RIGHTS, 4]);
    close(new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true));
    assertEquals([a, b].map(descriptorsOf), [1, 1]);
  },
});

Deno.test({
  ...needing(
    "descriptors that do not fit are closed, and MSG_CTRUNC tells",
    noPosix,
  ),
  fn() {
    const [a, b] = socketpair();
    using _a = a, _b = b;
    const send = () => send_fds(a, [encode("x")], Array(4).fill(a.fileno()));
    send();
    const [, fds, flags] = recv_fds(b, 1, 2);
    assertEquals([fds.length, flags & MSG_CTRUNC], [2, MSG_CTRUNC]);
    assertEquals(descriptorsOf(a), 3);
    fds.forEach(close);
    send();
    assertEquals(recv_fds(b, 1, 0).slice(1, 3), [[], MSG_CTRUNC]);
    send();
    assertEquals(b.recvmsg(1).slice(1, 3), [[], MSG_CTRUNC]);
    send();
    b.recv(1);
    send();
    assertEquals(b.recvmsg(1, CMSG_LEN(0) - 1)[2], MSG_CTRUNC);
    assertEquals(descriptorsOf(a), 1);
  },
});

Deno.test({
  ...needing(
    "descriptors of a message whose handling fails are closed",
    noPosix,
  ),
  fn() {
    const directory = Deno.makeTempDirSync();
    using receiver = new Socket(AF_UNIX, SOCK_DGRAM);
    using sender = new Socket(AF_UNIX, SOCK_DGRAM);
    const { codec } = handleOf(receiver);
    const { decode } = codec;
    try {
      receiver.bind(`${directory}/receiver`);
      sender.bind(`${directory}/sender`); // so that there is an address to decode
      sender.connect(`${directory}/receiver`);
      send_fds(sender, [encode("x")], [sender.fileno(), sender.fileno()]);
      codec.decode = () => {
        assertEquals(descriptorsOf(sender), 3);
        throw new SyntaxError("an address that cannot be read");
      };
      assertThrows(() => receiver.recvmsg(1, 100), SyntaxError);
      assertEquals(descriptorsOf(sender), 1);
    } finally {
      codec.decode = decode;
      Deno.removeSync(directory, { recursive: true });
    }
  },
});

Deno.test({
  ...needing(
    "where the system would lose descriptors that do not fit, they are closed",
    noPosix,
  ),
  fn() {
    using socket = new Socket(AF_UNIX, SOCK_STREAM);
    const fds = [1, 2, 3].map(() => dup(socket.fileno()));
    const items: AncillaryItem[] = [
      [SOL_SOCKET, SCM_RIGHTS, new Uint8Array(new Int32Array(fds).buffer)],
      [IPPROTO_IP, 1, int(0)],
    ];
    const length = controlLength(items, layout);
    const control = new Uint8Array(length);
    buildControl(items, control, layout);
    assertEquals(closeBeyond(control, length, length), false);
    assertEquals(closeBeyond(control, length, length - 8), true);
    assertEquals(descriptorsOf(socket), 4);
    assertEquals(closeBeyond(control, length, CMSG_LEN(0) + 5), true);
    assertEquals(descriptorsOf(socket), 2);
    assertEquals(target(fds[0]), target(socket.fileno()));
    close(fds[0]);
  },
});

Deno.test({
  ...needing("descriptors pass to Python and back", noPosix, noPython),
  async fn() {
    const directory = Deno.makeTempDirSync();
    try {
      using listener = new Socket(AF_UNIX, SOCK_STREAM);
      listener.bind(`${directory}/socket`);
      listener.listen();
      listener.settimeout(20);
      const python = new Deno.Command("python3", {
        args: [
          "-c",
          `import os, socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
data, fds, flags, address = socket.recv_fds(s, 100, 4)
assert len(fds) == 2 and flags == 0, (fds, flags)
os.write(fds[1], b"written by Python")
r, w = os.pipe()
os.write(w, b"from its pipe")
os.close(w)
socket.send_fds(s, [b"re:", data], [r])
assert s.recv(1) == b""
`,
          `${directory}/socket`,
        ],
        stderr: "inherit",
      }).spawn();
      const [connection] = listener.accept();
      const [ours, theirs] = socketpair();
      {
        using _ = connection;
        using _ours = ours;
        connection.settimeout(20);
        ours.settimeout(20);
        send_fds(connection, [encode("hello")], [0, theirs.fileno()]);
        theirs.close();
        assertEquals(decode(ours.recv(100)), "written by Python");
        const [data, fds] = recv_fds(connection, 100, 4);
        assertEquals([decode(data), fds.length], ["re:hello", 1]);
        assertEquals(isCloseOnExec(fds[0]), true);
        assertEquals(
          Deno.readTextFileSync(`/proc/self/fd/${fds[0]}`),
          "from its pipe",
        );
        close(fds[0]);
      }
      assertEquals((await python.status).code, 0);
    } finally {
      Deno.removeSync(directory, { recursive: true });
    }
  },
});

Deno.test({
  ...needing(
    "sendmsg() with descriptors that are none, or too many, leaves nothing sent",
    noPosix,
  ),
  fn() {
    const [a, b] = socketpair();
    using _a = a, _b = b;
    assertEquals(
      assertThrows(() => send_fds(a, [encode("x")], [-1]), OSError).errno,
      errno.EBADF,
    );
    const many = Array(300).fill(0);
    assertEquals(
      assertThrows(() => send_fds(a, [encode("x")], many), OSError).errno,
      errno.EINVAL,
    );
    assertThrows(() => b.recvmsg(1, 4096, MSG_DONTWAIT), BlockingIOError);
  },
});

Deno.test({
  ...needing(
    "sendmsg() with more descriptors than a message ever has room for sends nothing",
    noPosix,
  ),
  fn() {
    const [a, b] = socketpair();
    using _a = a, _b = b;
    const oversized = new Uint8Array(1 << 22);
    const error = assertThrows(
      () => a.sendmsg([encode("x")], [[SOL_SOCKET, SCM_RIGHTS, oversized]]),
      OSError,
    );
    assert(
      error.errno === errno.ENOBUFS || error.errno === errno.EINVAL,
      error.message,
    );
    assertThrows(() => b.recvmsg(1, 1 << 22, MSG_DONTWAIT), BlockingIOError);
  },
});
