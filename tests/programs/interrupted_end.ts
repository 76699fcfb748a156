/** What Ctrl-C does to a program, by the name of the case. Blocked, it has printed "blocked". */

import {
  interruptible,
  KeyboardInterrupt,
  MSG_WAITALL,
  socketpair,
} from "../../mod.ts";
import { isInterrupted } from "../../poll/ready.ts";

const [a, b] = socketpair();
const never = new Int32Array(new SharedArrayBuffer(4));
addEventListener("unload", () => console.log("unload"));

function block(): void {
  console.log("blocked");
  a.recv(1);
}

/** Waits until an interrupt has come, with no call that it would end. */
function awaitInterrupt(): void {
  while (!isInterrupted()) Atomics.wait(never, 0, 0, 1);
}

/** Catches a KeyboardInterrupt. */
function interrupted(call: () => void): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof KeyboardInterrupt)) throw error;
    console.log("KeyboardInterrupt");
  }
}

const cases: Record<string, () => void | Promise<void>> = {
  uncaught() {
    using _ = interruptible();
    using __ = { [Symbol.dispose]: () => console.log("using") };
    try {
      block();
    } finally {
      console.log("finally");
    }
  },
  async "uncaught later"() {
    using _ = interruptible();
    await Promise.resolve();
    block();
  },
  caught() {
    interrupted(() => {
      using _ = interruptible();
      block();
    });
  },
  async "prevented"() {
    addEventListener("unhandledrejection", (event) => {
      console.log((event.reason as Error).name);
      event.preventDefault();
    });
    using _ = interruptible();
    await Promise.resolve();
    block();
  },
  "cleanup that blocks"() {
    using _ = interruptible();
    try {
      block();
    } finally {
      block();
    }
  },
  "cleanup that does not end"() {
    using _ = interruptible();
    try {
      block();
    } finally {
      console.log("blocked");
      for (;;);
    }
  },
  "no call of ours"() {
    using _ = interruptible();
    console.log("blocked");
    for (;;) console.log("x".repeat(4096));
  },
  "a listener of its own"() {
    Deno.addSignalListener("SIGINT", () => console.log("listener"));
    using _ = interruptible();
    try {
      block();
    } finally {
      block();
    }
  },
  async "afterwards"() {
    {
      using _ = interruptible();
      using __ = interruptible();
    }
    console.log("blocked");
    await new Promise((resolve) => setTimeout(resolve, 1 << 30));
  },
  async "afterwards, with a listener"() {
    const ended = new Promise<void>((resolve) => {
      Deno.addSignalListener("SIGINT", () => {
        console.log("listener");
        resolve();
      });
    });
    interruptible()[Symbol.dispose]();
    console.log("blocked");
    const timer = setTimeout(() => {}, 1 << 30);
    await ended;
    clearTimeout(timer);
  },
  nested() {
    interrupted(() => {
      using _ = interruptible();
      interrupted(() => {
        using __ = interruptible();
        block();
      });
      block();
    });
    interrupted(() => {
      using _ = interruptible();
      interrupted(block);
      using __ = interruptible();
      block();
    });
    interrupted(() => {
      using _ = interruptible();
      interruptible()[Symbol.dispose]();
      block();
    });
    {
      using _ = interruptible();
      using __ = interruptible();
      interrupted(block);
      interrupted(block);
      block();
    }
  },
  "too late for a call"() {
    interrupted(() => {
      using _ = interruptible();
      using __ = { [Symbol.dispose]: () => console.log("using") };
      console.log("blocked");
      awaitInterrupt();
      console.log("no call");
    });
  },
  "a part of MSG_WAITALL"() {
    b.send(new Uint8Array(4));
    interrupted(() => {
      using _ = interruptible();
      console.log("blocked");
      console.log(a.recv(8, MSG_WAITALL).length);
      a.recv(8);
    });
  },
  "between two calls"() {
    b.send(new Uint8Array(1));
    interrupted(() => {
      using _ = interruptible();
      console.log("blocked");
      awaitInterrupt();
      a.recv(1);
    });
    console.log(a.recv(1).length);
  },
};

await cases[Deno.args[0]]();
console.log("end");
