/** Sequences of operations on a selector and four pairs of sockets. */

import {
  AF_UNIX,
  BlockingIOError,
  SHUT_WR,
  SO_SNDBUF,
  type Socket,
  socketpair,
  SOL_SOCKET,
  type UnixAddress,
} from "../../../mod.ts";
import * as selectors from "../../../selectors.ts";
import { type Kind, type Outcome, outcome } from "./outcome.ts";

const kinds = ["EpollSelector", "PollSelector", "SelectSelector"] as const;
const names = [
  ...["register", "register", "modify", "unregister", "select", "select"],
  ...["select", "send", "receive", "fill", "drain", "close", "closePeer"],
  ...["get_key", "size", "has", "shutdown"],
];

type Operation = [name: string, index: number, argument: number];
type Case = [kind: typeof kinds[number], operations: Operation[]];

const rare = /^close/;

/** Sequences of register, modify, unregister, close, and what is ready then. */
export const selecting: Kind<Case> = {
  make(random) {
    const operations = Array.from(
      { length: 5 + random.below(25) },
      (): Operation => {
        let name = random.pick(names);
        if (rare.test(name) && random.chance(0.7)) name = "select";
        return [
          name,
          random.below(4),
          /register|modify/.test(name)
            ? random.chance(0.95) ? 1 + random.below(3) : random.below(9)
            : 1 + random.below(20),
        ];
      },
    );
    return [random.pick(kinds), operations];
  },
  run([kind, operations]) {
    using selector: selectors.BaseSelector<number> = new selectors[kind]<
      number
    >();
    const pairs = Array.from({ length: 4 }, () => socketpair(AF_UNIX));
    for (const pair of pairs) {
      for (const each of pair) each.setblocking(false);
      pair[0].setsockopt(SOL_SOCKET, SO_SNDBUF, 4096);
    }
    try {
      return operations.map(([name, index, argument]): Outcome =>
        outcome(() => operate(selector, pairs[index], name, index, argument))
      );
    } finally {
      pairs.flat().forEach((each) => each.close());
    }
  },
};

function operate(
  selector: selectors.BaseSelector<number>,
  [near, far]: readonly Socket<UnixAddress>[],
  name: string,
  index: number,
  argument: number,
): unknown {
  switch (name) {
    case "register":
      return selector.register(near, argument, index).events;
    case "modify":
      return selector.modify(near, argument, index).events;
    case "unregister":
      return selector.unregister(near).events;
    case "get_key":
      return selector.get_key(near).events;
    case "size":
      return selector.get_map()!.size;
    case "has":
      return selector.get_map()!.has(near);
    case "select":
      return selector.select(0).map(([key, mask]) => [key.data, mask])
        .sort(([a], [b]) => a - b);
    case "close":
      return near.close();
    case "closePeer":
      return far.close();
    case "shutdown":
      return far.shutdown(SHUT_WR);
    case "send":
      return far.send(new Uint8Array(argument).fill(120));
    case "receive":
      return near.recv(argument).length;
    case "fill":
      return untilBlocked(() => near.send(new Uint8Array(4096)));
    case "drain":
      return untilBlocked(() => far.recv(65536).length);
  }
}

/** Repeats a call until it would block, or returns 0. */
function untilBlocked(call: () => number): void {
  try {
    while (call() > 0);
  } catch (error) {
    if (!(error instanceof BlockingIOError)) throw error;
  }
}
