/**
 * Every call of the doors with every kind of bad argument. The calls are those that `deno doc` lists,
 * so that a new export is covered by itself. Whatever comes in, the process goes on, no descriptor
 * stays open, and an error is the library's and names the argument.
 */

import { descriptorsTo, targetOf } from "../../support/descriptors.ts";
import { badValue, mischievous, spoiled } from "../support/bad_values.ts";
import { type PartOptions, rounds } from "../support/part.ts";
import { Random } from "../support/random.ts";
import { modules, optionNames, quietly, Scene } from "../support/scene.ts";
import {
  type Callable,
  callables,
  type Parameter,
} from "../support/signatures.ts";
import { faultOf } from "../support/verdict.ts";

/** How many calls have one seed. */
const CALLS = 50;
/** How long a promise may take to settle, in milliseconds. */
const SETTLED = 20_000;

/** Calls that would change the machine or this process, with the reason. */
const leftOut: Record<string, string> = {
  sethostname: "would rename the machine",
  "SocketBase.share": "needs the id of another process",
  enforceNetPermissions: "would have each later address ask for permission",
  interruptible: "would listen for signals until the end",
  setdefaulttimeout: "would let the next calls wait",
  wait_readable: "waits for as long as it is asked to, which may be for ever",
  wait_writable: "waits for as long as it is asked to, which may be for ever",
};

/** What else the errors of a door may speak of: parts of what is passed. */
const subjects: Record<string, readonly string[]> = {
  "netlink.ts": [
    ...["message at", "struct", "attribute", "payload", "type", "seq", "pid"],
    ...["error", "IFLA_", "IFA_", "NDA_", "RTA_", "CTRL_ATTR_", "NLMSGERR_"],
    "data",
  ],
};

/** Parameters whose number the call owns, reads or closes: no number but a scene's own. */
const descriptors = /^(fd|fds|fileno|fileobj|file)$/;

/** Calls whose result is a descriptor that the caller must close. */
const makesDescriptor = /^(dup|\w+\.(take|takeAll|detach)) of/;

/** Whether a value may stand for a descriptor of this process. */
const isNumber = (value: unknown): boolean =>
  typeof value === "number" || typeof value === "boolean" ||
  typeof value === "bigint" ||
  (Array.isArray(value) && value.some(isNumber)) || value instanceof Set;

/** Whether a value may stand for a timeout that is too long to wait for. */
const isLong = (value: unknown): boolean =>
  value === null || value === undefined ||
  (isNumber(value) && Number(value) > 0);

/** Parameters that are called later, or whose methods are. */
const isCalled = /^(handlers|listener|callback|rest)$/;

/** Whether calling it, or its method `close()`, ends this process: a class, or the global object. */
const isDangerous = (value: unknown): boolean =>
  typeof value === "function" || value === globalThis;

/** What differs between two sets of open descriptors, by what they refer to. */
function openTargets(): Map<number, string> {
  return new Map(
    descriptorsTo().map((fd) => [fd, targetOf(fd) ?? ""]),
  );
}

function show(value: unknown): string {
  try {
    if (typeof value === "function") return "function";
    const text = Deno.inspect(value, { depth: 1, iterableLimit: 5 });
    return text.length > 200 ? `${text.slice(0, 200)}…` : text;
  } catch {
    return "what cannot be shown";
  }
}

/** Chooses an argument: good, bad, or one that makes mischief. */
function argument(
  scene: Scene,
  { door, kind }: Callable,
  parameter: Parameter,
): unknown {
  const { random } = scene;
  const choice = random.number();
  const { name } = parameter;
  // The name of a value is for messages.
  if (choice < 0.45 || (kind === "object" && name === "name")) {
    return scene.good(parameter, door);
  }
  if (choice >= 0.8) {
    return mischievous(random, scene.good(parameter, door), scene.mischief());
  }
  const bad = () =>
    random.chance(0.3) && !isCalled.test(name)
      ? spoiled(random, scene.good(parameter, door))
      : badValue(random);
  let value: unknown;
  do value = bad(); while (
    (descriptors.test(name) && isNumber(value)) ||
    (name === "timeout" && door !== "node.ts" && isLong(value)) ||
    (isCalled.test(name) && isDangerous(value)) ||
    (door === "node.ts" && typeof value === "string") // the name of a host
  );
  return value;
}

/** Makes one call. Returns what is wrong, or `undefined`. */
async function call(
  callable: Callable,
  seed: number,
): Promise<string | undefined> {
  const scene = new Scene(new Random(seed));
  const { random } = scene;
  const { door, kind, owner, member, parameters } = callable;
  const args: unknown[] = [];
  let receiver: unknown;
  try {
    for (const parameter of parameters) {
      const isWait = parameter.name === "timeout";
      if (parameter.isOptional && !isWait && random.chance(0.3)) break;
      args.push(argument(scene, callable, parameter));
      if (parameter.isRest && random.chance(0.5)) {
        args.push(argument(scene, callable, parameter));
      }
    }
    if (random.chance(0.05)) args.push(badValue(random));
    const Class = modules[door][owner] as new (...args: unknown[]) => unknown;
    // The checks of one overload may name the parameters of another.
    const names = all.filter(({ title }) => title === callable.title)
      .flatMap(({ parameters }) => parameters.map(({ name }) => name))
      .concat(optionNames, "timeout", subjects[door] ?? [], ...args.map(keysOf))
      .concat(
        args.filter((arg): arg is string =>
          typeof arg === "string" && arg.length > 2
        ),
      );
    let f: (...args: unknown[]) => unknown;
    if (kind === "function") {
      f = modules[door][owner] as typeof f;
    } else if (kind === "constructor") {
      f = (...args) => new Class(...args);
    } else {
      try {
        receiver = kind === "static" || kind === "object"
          ? Class
          : await instanceOf(scene, owner, door);
      } catch (error) {
        // Not every platform has every class.
        if (/not available/.test(String(error))) return undefined;
        throw error;
      }
      const key = /^\[Symbol\.(for\("(.*)"\)|(\w+))\]$/.exec(member);
      const name = key === null
        ? member
        : key[2] !== undefined
        ? Symbol.for(key[2])
        : Symbol[key[3] as "iterator"];
      f = (...args) =>
        (receiver as Record<PropertyKey, typeof f>)[name](...args);
    }
    try {
      let result = f(...args);
      if (result instanceof Promise) {
        result = await settled(result, () => scene.end());
      }
      if (makesDescriptor.test(callable.title)) {
        for (const fd of [result].flat()) {
          if (typeof fd === "number") scene.ownDescriptor(fd);
        }
      }
      scene.own(result);
    } catch (error) {
      if (error instanceof Unsettled) return error.message;
      const fault = faultOf(error, names);
      if (fault === undefined) return undefined;
      return `${fault}\n  called as (${args.map(show).join(", ")})\n  ` +
        (error instanceof Error ? error.stack : String(error));
    }
  } finally {
    await scene.end();
  }
}

/** The names of an object's properties, which an error may say. */
function keysOf(value: unknown): string[] {
  return typeof value === "object" && value !== null &&
      !ArrayBuffer.isView(value)
    ? quietly(() => Object.keys(value).filter((key) => /[a-z]/.test(key))) ?? []
    : [];
}

class Unsettled extends Error {}

/** Waits for a promise; if it does not settle, closes the sockets, which must settle it. */
async function settled(
  promise: Promise<unknown>,
  close: () => Promise<void>,
): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = (message: string) =>
    new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Unsettled(message)), SETTLED);
    });
  try {
    return await Promise.race([promise, late("did not settle")]);
  } catch (error) {
    if (error instanceof Unsettled) {
      promise.catch(() => {});
      await close();
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** An instance of a class: made as the scene knows, or constructed with good values. */
async function instanceOf(
  scene: Scene,
  owner: string,
  door: string,
): Promise<unknown> {
  const made = await scene.instance(owner, door);
  if (made !== undefined) return scene.own(made);
  const constructor = all.find((each) =>
    each.kind === "constructor" && each.owner === owner && each.door === door
  );
  const Class = modules[door][owner] as new (...args: unknown[]) => unknown;
  return scene.own(
    new Class(
      ...(constructor?.parameters ?? []).map((each) => scene.good(each, door)),
    ),
  );
}

let all: readonly Callable[] = [];

/** What a call runs; the same function is the same call, whatever the door. */
function target({ door, kind, owner, member }: Callable): unknown {
  const value = modules[door][owner] as { prototype: object };
  if (kind === "function" || kind === "constructor") return value;
  return `${member} ${
    String(
      Object.entries(modules).find(([, module]) => module[owner] === value)
        ?.[0],
    )
  } ${owner}`;
}

/** Runs the part. */
export async function run(options: PartOptions): Promise<void> {
  const { log } = options;
  const begun = performance.now();
  const known = new Map<unknown, string>();
  all = (await callables()).filter((callable) => {
    // What async.ts exports of mod.ts is the same.
    const it = target(callable);
    const door = known.get(it) ?? callable.door;
    known.set(it, door);
    return door === callable.door;
  });
  const tried = all.filter(({ door, owner, member }) =>
    // Of some classes, a door exports the type alone.
    (member !== "" || typeof modules[door][owner] === "function") &&
    leftOut[member === "" ? owner : `${owner}.${member}`] === undefined &&
    !/inspect/i.test(member) && // only the runtime calls these,
    !(door === "node.ts" && member.startsWith("_")) // and these
  );
  log(`${tried.length} exports; left out: ${Object.keys(leftOut).join(", ")}`);
  const counts = new Map<Callable, number>(tried.map((each) => [each, 0]));
  // `deno doc` takes a part of the time.
  const seconds = options.seconds - (performance.now() - begun) / 1000;
  const count = await rounds({ ...options, seconds }, async (random) => {
    // In a row, so that few rounds call each of them.
    const begin = random.below(tried.length);
    for (let i = 0; i < CALLS; i++) {
      const callable = tried[(begin + i) % tried.length];
      counts.set(callable, counts.get(callable)! + 1);
      await check(callable, random.below(2 ** 32));
    }
  });
  const least = Math.min(...counts.values());
  log(`${count * CALLS} calls, each export at least ${least} times`);
}

/** Makes one call, and throws if something is wrong. */
async function check(callable: Callable, seed: number): Promise<void> {
  const before = openTargets();
  const fault = await call(callable, seed);
  if (fault !== undefined) throw new Error(`${callable.title} ${fault}`);
  let after = openTargets();
  // The first use of something may open what stays open. More of the same may not.
  for (let again = 0; after.size > before.size; again++) {
    if (again === 3) {
      // Nor may something stay that nobody waits for, such as the lookup of a name.
      const end = performance.now() + SETTLED;
      while (performance.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (openTargets().size <= before.size) return;
      }
      const left = [...after].filter(([fd]) => !before.has(fd));
      throw new Error(`${callable.title} leaves open ${left.join("; ")}`);
    }
    const { size } = after;
    await call(callable, seed);
    after = openTargets();
    if (after.size <= size) return;
  }
}
