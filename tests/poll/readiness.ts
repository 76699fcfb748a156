/** The scenes of `interop/readiness.py` with this library's selectors. */

import { OSError, SHUT_WR, Socket, type UnixAddress } from "../../mod.ts";
import {
  type BaseSelector,
  EVENT_READ as R,
  EVENT_WRITE as W,
  type FileObject,
} from "../../selectors.ts";
import { utf8 } from "../support/bytes.ts";
import { socketPair } from "../support/pairs.ts";

/** A class of selectors. */
export type Class = { new (): BaseSelector };

/** The answers of a selector of this library, by scene. */
export function play(Selector: Class): Record<string, unknown> {
  const answers: Record<string, unknown> = {};
  const outcome = (call: () => unknown): unknown => {
    try {
      return call();
    } catch (error) {
      return error instanceof OSError
        ? `OSError ${error.errno}`
        : (error as Error).name;
    }
  };
  const seen = (
    name: string,
    one: FileObject,
    events: number,
    prepare: () => void = () => {},
    timeout = 0,
  ): void => {
    using selector = new Selector();
    selector.register(one, events);
    prepare();
    answers[name] = outcome(() =>
      selector.select(timeout).reduce((sum, [, found]) => sum + found, 0)
    );
  };
  for (const events of [R, W, R | W]) {
    const scene = (
      name: string,
      prepare: (a: Socket<UnixAddress>, b: Socket<UnixAddress>) => void,
    ): void => {
      using sockets = socketPair();
      const { a, b } = sockets;
      seen(`${name} ${events}`, a, events, () => prepare(a, b));
    };
    scene("idle", () => {});
    scene("data", (_a, b) => void b.send(utf8("x")));
    scene("peer closed", (_a, b) => b.close());
    scene("peer shut", (_a, b) => b.shutdown(SHUT_WR));
    scene("shut", (a) => a.shutdown(SHUT_WR));
    using unconnected = new Socket();
    seen(`unconnected ${events}`, unconnected, events);
    using listener = new Socket();
    listener.bind(["127.0.0.1", 0]);
    listener.listen();
    seen(`listening ${events}`, listener, events);
    using free = new Socket();
    free.bind(["127.0.0.1", 0]);
    using refused = new Socket();
    refused.setblocking(false);
    refused.connect_ex(free.getsockname());
    seen(`refused ${events}`, refused, events, () => {}, 5);
  }

  const register = (fileobj: unknown, events = R): unknown => {
    using selector = new Selector();
    return outcome(() =>
      selector.register(fileobj as FileObject, events) && "ok"
    );
  };
  const file = (answer: unknown): unknown => ({
    fileno(): unknown {
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  using sockets = socketPair();
  const { a, b } = sockets;
  for (const events of [0, 4, 7, -1]) {
    answers[`events ${events}`] = register(a, events);
  }
  answers["text"] = register("x");
  answers["nothing"] = register(null);
  answers["fraction"] = register(file("x"));
  answers["descriptor -1"] = register(-1);
  answers["fileno -1"] = register(file(-1));
  answers["fileno raises ValueError"] = register(file(new RangeError()));
  answers["fileno raises TypeError"] = register(file(new TypeError()));
  const other = Object.assign(new Error(), { name: "SystemError" });
  answers["fileno raises SystemError"] = register(file(other));
  answers["number"] = register(a.fileno());

  const text = "x" as unknown as FileObject;
  using selector = new Selector();
  selector.register(a, R, 1);
  answers["again"] = outcome(() => selector.register(a, W));
  answers["again by number"] = outcome(() => selector.register(a.fileno(), W));
  answers["unregister unknown"] = outcome(() => selector.unregister(b));
  answers["unregister no file"] = outcome(() => selector.unregister(text));
  answers["modify unknown"] = outcome(() => selector.modify(b, R));
  answers["get unknown"] = outcome(() => selector.get_key(b));
  const map = selector.get_map()!;
  answers["map get unknown"] = outcome(() => map.get(b) === undefined);
  answers["map get no file"] = outcome(() => map.get(text));
  answers["map size"] = map.size;
  answers["map lists"] = [...map.keys()].join() === `${a.fileno()}`;
  answers["same key"] = selector.modify(a, R, 1) === selector.get_key(a);
  answers["modified data"] = selector.modify(a, R).data === null;
  answers["timeout nan"] = outcome(() => selector.select(NaN));
  answers["timeout infinite"] = outcome(() => selector.select(Infinity));
  answers["timeout text"] = outcome(() =>
    selector.select("1" as unknown as number)
  );
  const fd = a.fileno();
  a.close();
  answers["closed, by number"] = outcome(() => selector.get_key(fd).fd === fd);
  answers["closed, by object"] = outcome(() =>
    selector.unregister(a).fd === fd
  );
  answers["then again"] = outcome(() => selector.unregister(a));
  const closed = new Selector();
  const ended = closed.get_map()!;
  closed.register(b, R);
  closed.close();
  closed.close();
  answers["closed: get_key"] = outcome(() => closed.get_key(b));
  answers["closed: get_map"] = closed.get_map() === null;
  answers["closed: map"] = ended.size;
  answers["closed: unregister"] = outcome(() => closed.unregister(b));
  return answers;
}
