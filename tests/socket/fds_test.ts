/** Descriptors are passed between processes, and never leak. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { assertSpyCalls, stub } from "@std/testing/mock";
import {
  AF_UNIX,
  errno,
  IPPROTO_IP,
  MSG_CTRUNC,
  MSG_DONTWAIT,
  SCM_RIGHTS,
  SO_PASSPIDFD,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../constants/mod.ts";
import {
  type AncillaryItem,
  buildControl,
  closeBeyond,
  CMSG_LEN,
  CMSG_SPACE,
  controlLength,
} from "../../socket/operations/ancillary.ts";
import * as awaiting from "../../async.ts";
import { hasattr } from "../../constants/lookup.ts";
import { close, dup, recv_fds, send_fds } from "../../socket/descriptors.ts";
import { BlockingIOError, OSError } from "../../errors/errors.ts";
import { handleOf } from "../../socket/operations/attempt.ts";
import { Socket } from "../../socket/constructor.ts";
import { layout } from "../../ffi/layout/mod.ts";
import { int32, text, utf8 } from "../support/bytes.ts";
import { need, needs, requires, succeeds } from "../support/requires.ts";
import {
  asyncSocketPair as awaitingPair,
  socketPair,
} from "../support/pairs.ts";
import type { UnixAddress } from "../../socket/address/types.ts";
import { temporaryFolder } from "../support/files.ts";
import { descriptorsTo, targetOf } from "../support/descriptors.ts";

/** How many descriptors of this process refer to the same socket. */
function descriptorsOf(socket: Socket<UnixAddress>): number {
  const wanted = targetOf(socket.fileno());
  return descriptorsTo((target) => target === wanted).length;
}

function isCloseOnExec(fd: number): boolean {
  const info = Deno.readTextFileSync(`/proc/self/fdinfo/${fd}`);
  return (parseInt(/flags:\s*(\d+)/.exec(info)![1], 8) & 0o2000000) !== 0;
}

Deno.test({
  ...requires(
    "descriptors pass, closed on exec, and refer to the same file",
    needs.posix,
  ),
  fn() {
    using pair = socketPair();
    const { a, b } = pair;
    const sent = [a.fileno(), b.fileno()];
    assertEquals(send_fds(a, [utf8("x"), utf8("y")], new Set(sent)), 2);
    const [data, fds, flags, address] = recv_fds(b, 10, 2);
    try {
      assertEquals([text(data), flags, address], ["xy", 0, null as never]);
      assertEquals(fds.map(targetOf), sent.map(targetOf));
      assertEquals(fds.map(isCloseOnExec), [true, true]);
      assertEquals(fds.filter((fd) => sent.includes(fd)), []);
    } finally {
      fds.forEach(close);
    }
    // The raw form.
    a.sendmsg([utf8("z")], [[SOL_SOCKET, SCM_RIGHTS, int32(a.fileno())]]);
    const [, [[level, type, bytes]]] = b.recvmsg(1, CMSG_SPACE(4));
    assertEquals([level, type, bytes.length], [SOL_SOCKET, SCM_RIGHTS, 4]);
    close(new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true));
    assertEquals([a, b].map(descriptorsOf), [1, 1]);
  },
});

Deno.test({
  ...requires(
    "descriptors that do not fit are closed, and MSG_CTRUNC tells",
    needs.posix,
  ),
  fn() {
    using pair = socketPair();
    const { a, b } = pair;
    const send = () => send_fds(a, [utf8("x")], Array(4).fill(a.fileno()));
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
  ...requires(
    "descriptors of a message whose handling fails are closed",
    needs.posix,
  ),
  fn() {
    using folder = temporaryFolder();
    using receiver = new Socket(AF_UNIX, SOCK_DGRAM);
    using sender = new Socket(AF_UNIX, SOCK_DGRAM);
    const { codec } = handleOf(receiver);
    receiver.bind(`${folder.path}/receiver`);
    sender.bind(`${folder.path}/sender`); // so that there is an address to decode
    sender.connect(`${folder.path}/receiver`);
    send_fds(sender, [utf8("x")], [sender.fileno(), sender.fileno()]);
    using decoding = stub(codec, "decode", () => {
      assertEquals(descriptorsOf(sender), 3);
      throw new SyntaxError("an address that cannot be read");
    });
    assertThrows(() => receiver.recvmsg(1, 100), SyntaxError);
    assertEquals(descriptorsOf(sender), 1);
    assertSpyCalls(decoding, 1);
  },
});

Deno.test({
  ...requires(
    "where the system would lose descriptors that do not fit, they are closed",
    needs.posix,
  ),
  fn() {
    using socket = new Socket(AF_UNIX, SOCK_STREAM);
    const fds = [1, 2, 3].map(() => dup(socket.fileno()));
    const items: AncillaryItem[] = [
      [SOL_SOCKET, SCM_RIGHTS, new Uint8Array(new Int32Array(fds).buffer)],
      [IPPROTO_IP, 1, int32(0)],
    ];
    const length = controlLength(items, layout);
    const control = new Uint8Array(length);
    buildControl(items, control, layout);
    assertEquals(closeBeyond(control, length, length), false);
    assertEquals(closeBeyond(control, length, length - 8), true);
    assertEquals(descriptorsOf(socket), 4);
    assertEquals(closeBeyond(control, length, CMSG_LEN(0) + 5), true);
    assertEquals(descriptorsOf(socket), 2);
    assertEquals(targetOf(fds[0]), targetOf(socket.fileno()));
    close(fds[0]);
  },
});

/** Since Linux 6.5. */
const pidfds = need(
  "SO_PASSPIDFD",
  hasattr("SO_PASSPIDFD") && succeeds(() => {
    using socket = new Socket(AF_UNIX, SOCK_STREAM);
    socket.setsockopt(SOL_SOCKET, SO_PASSPIDFD, 1);
  }),
);

/** How many descriptors of this process are pidfds. */
const countPidfds = (): number =>
  descriptorsTo((target) => target.includes("pidfd")).length;

Deno.test({
  ...requires("a pidfd that recv_fds() does not return is closed", pidfds),
  async fn() {
    const before = countPidfds();
    using pair = socketPair();
    const { a, b } = pair;
    b.setsockopt(SOL_SOCKET, SO_PASSPIDFD, 1);
    for (const count of [0, 1, 2]) {
      const sent = Array(count).fill(a.fileno());
      for (let room = 0; room < 12; room++) {
        if (count > 0) send_fds(a, [utf8("x")], sent);
        else a.send(utf8("x"));
        const [data, fds] = recv_fds(b, 1, room);
        assertEquals([text(data), fds.length], ["x", Math.min(count, room)]);
        assertEquals(countPidfds(), before);
        fds.forEach(close);
      }
    }
    using later = awaitingPair();
    later.b.setsockopt(SOL_SOCKET, SO_PASSPIDFD, 1);
    await later.a.send(utf8("x"));
    assertEquals((await awaiting.recv_fds(later.b, 1, 4))[1], []);
    assertEquals(countPidfds(), before);
  },
});

Deno.test({
  ...requires("descriptors pass to Python and back", needs.posix, needs.python),
  async fn() {
    using folder = temporaryFolder();
    using listener = new Socket(AF_UNIX, SOCK_STREAM);
    listener.bind(`${folder.path}/socket`);
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
        `${folder.path}/socket`,
      ],
      stderr: "inherit",
    }).spawn();
    {
      using connection = listener.accept()[0];
      using pair = socketPair();
      const { a: ours, b: theirs } = pair;
      connection.settimeout(20);
      ours.settimeout(20);
      send_fds(connection, [utf8("hello")], [0, theirs.fileno()]);
      theirs.close();
      assertEquals(text(ours.recv(100)), "written by Python");
      const [data, fds] = recv_fds(connection, 100, 4);
      assertEquals([text(data), fds.length], ["re:hello", 1]);
      assertEquals(isCloseOnExec(fds[0]), true);
      assertEquals(
        Deno.readTextFileSync(`/proc/self/fd/${fds[0]}`),
        "from its pipe",
      );
      close(fds[0]);
    }
    assertEquals((await python.status).code, 0);
  },
});

Deno.test({
  ...requires(
    "sendmsg() with descriptors that are none, or too many, leaves nothing sent",
    needs.posix,
  ),
  fn() {
    using pair = socketPair();
    const { a, b } = pair;
    assertEquals(
      assertThrows(() => send_fds(a, [utf8("x")], [-1]), OSError).errno,
      errno.EBADF,
    );
    const many = Array(300).fill(0);
    assertEquals(
      assertThrows(() => send_fds(a, [utf8("x")], many), OSError).errno,
      errno.EINVAL,
    );
    assertThrows(() => b.recvmsg(1, 4096, MSG_DONTWAIT), BlockingIOError);
  },
});

Deno.test({
  ...requires(
    "sendmsg() with more descriptors than a message ever has room for sends nothing",
    needs.posix,
  ),
  fn() {
    using pair = socketPair();
    const { a, b } = pair;
    const oversized = new Uint8Array(1 << 22);
    const error = assertThrows(
      () => a.sendmsg([utf8("x")], [[SOL_SOCKET, SCM_RIGHTS, oversized]]),
      OSError,
    );
    assert(
      error.errno === errno.ENOBUFS || error.errno === errno.EINVAL,
      error.message,
    );
    assertThrows(() => b.recvmsg(1, 1 << 22, MSG_DONTWAIT), BlockingIOError);
  },
});
