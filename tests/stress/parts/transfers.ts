/**
 * Large transfers in every form, with Python at the other end, signals that rain on this process,
 * random stalls and sizes, and peers that are killed: what arrives is what was sent, or a prefix.
 */

import { assert, assertEquals } from "@std/assert";
import * as async from "../../../async.ts";
import * as socket from "../../../mod.ts";
import { beside, temporaryFolder } from "../../support/files.ts";
import { needs } from "../../support/requires.ts";
import { isError } from "../model/world.ts";
import {
  asyncReceiving,
  asyncSending,
  Content,
  receiving,
  sending,
  type Transfer,
} from "../support/forms.ts";
import { byHandlers } from "../support/handler_form.ts";
import { type PartOptions, rounds, SEED_LINE } from "../support/part.ts";
import { Random } from "../support/random.ts";

/** How many bytes a transfer has at most … */
const MAX = 24 << 20;
/** … and each of those that a long run begins with, one in each form. */
const LARGE = 1 << 30;
/** How long a run must be for that, in seconds. */
const LONG = 240;

/** Sends and receives by a socket; returns what failed. */
type Form = (
  socket: socket.Socket<socket.InetAddress>,
  how: Transfer,
  sink: (data: Uint8Array) => void,
) => Promise<unknown[]>;

/**
 * All forms, by their names. Each way of sending is among them, and each of receiving.
 *
 * @param shift which way of receiving goes with which one of sending
 */
function* forms(shift = 0): Generator<[name: string, form: Form]> {
  const each = <T>(of: Record<string, T>, i: number): [string, T] => {
    const all = Object.entries(of);
    return all[i % all.length];
  };
  for (let i = 0; i < Object.keys(sending).length; i++) {
    const [send, sends] = each(sending, i);
    const [receive, receives] = each(receiving, i + shift);
    yield [`blocking ${send}, ${receive}`, (open, how, sink) => {
      const failures: unknown[] = [];
      const attempt = (step: () => void) => {
        try {
          step();
        } catch (error) {
          failures.push(error);
        }
      };
      attempt(() => {
        sends(open, how);
        open.shutdown(socket.SHUT_WR);
      });
      attempt(() => receives(open, sink, how.random));
      return Promise.resolve(failures);
    }];
  }
  for (let i = 0; i < Object.keys(asyncSending).length; i++) {
    const [send, sends] = each(asyncSending, i);
    const [receive, receives] = each(asyncReceiving, i + shift);
    yield [`awaiting ${send}, ${receive}`, async (open, how, sink) => {
      using both = async.AsyncSocket.from(open);
      both.settimeout(120);
      const outcomes = await Promise.allSettled([
        sends(both, how).then(() => both.shutdown(socket.SHUT_WR)),
        receives(both, sink, how.random),
      ]);
      return outcomes.flatMap((one) =>
        one.status === "rejected" ? [one.reason] : []
      );
    }];
  }
  for (const engine of ["poller", undefined] as const) {
    yield [
      `handlers on ${engine ?? "the best engine"}`,
      (open, how, sink) =>
        byHandlers(open, how, sink, engine).then(() => [], (error) => [error]),
    ];
  }
}

/** Runs the part. */
export async function run(
  { random, seconds, log }: PartOptions,
): Promise<void> {
  if (!needs.python.isMet) return log("skipped: needs python3");
  let rained = 0;
  const hear = () => void rained++;
  if (needs.posix.isMet) Deno.addSignalListener("SIGWINCH", hear);
  using folder = temporaryFolder();
  const path = `${folder.path}/block`;
  const content = new Content(random.bytes((1 << 20) + 7));
  const long = `${folder.path}/long`;
  Deno.writeFileSync(path, content.block);
  let size = 0;
  for (; size <= MAX; size += content.block.length) {
    Deno.writeFileSync(long, content.block, { append: true });
  }
  let moved = 0;
  let killed = 0;
  const transfer = async (
    [name, form]: [string, Form],
    random: Random,
    { length, back, dies }: {
      length: number;
      back: number;
      dies: number | null;
    },
  ) => {
    using listener = socket.create_server(["127.0.0.1", 0]);
    const peer = new Deno.Command("python3", {
      args: [
        beside("stress/programs/transfer_peer.py"),
        JSON.stringify({
          port: listener.getsockname()[1],
          block: path,
          send: back,
          seed: random.seed,
          rain: Deno.pid,
          dies,
        }),
      ],
      stdout: "piped",
    }).spawn();
    let received = 0;
    const sink = (data: Uint8Array) => {
      content.check(received, data);
      received += data.length;
    };
    const how = { content, random, length, path: long, size };
    const [accepted] = listener.accept();
    using _ = accepted;
    const failures = await form(accepted, how, sink);
    const { stdout, signal } = await peer.output();
    moved += received;
    if (signal !== null) {
      killed++;
      assertEquals(signal, "SIGKILL", name);
      assert(dies !== null, `${name}: the peer was killed by another`);
      // It may have died after all had arrived; else this end must have been told.
      for (const error of failures) {
        if (!isError(error, "ECONNRESET", "EPIPE", "ENOTCONN")) {
          throw new Error(name, { cause: error });
        }
      }
      assert(received <= back, name);
      return;
    }
    if (failures.length > 0) throw new Error(name, { cause: failures[0] });
    moved += length;
    assertEquals(received, back, name);
    assertEquals(
      JSON.parse(new TextDecoder().decode(stdout)),
      { received: length, right: true },
      name,
    );
  };
  const all = [...forms()];
  const begun = performance.now();
  if (seconds >= LONG) {
    for (let i = 0; i < all.length; i++) {
      const seed = (random.seed + i) % 2 ** 32;
      console.log(SEED_LINE + seed);
      const begun = performance.now();
      const form = all[seed % all.length];
      const large = { length: LARGE, back: LARGE, dies: null };
      await transfer(form, new Random(seed), large);
      const took = ((performance.now() - begun) / 1000).toFixed(1);
      log(`1 GiB each way in ${took} s: ${form[0]}`);
    }
  }
  const left = seconds - (performance.now() - begun) / 1000;
  const count = await rounds({ random, seconds: left }, async (random) => {
    const length = random.below(MAX);
    const back = random.below(MAX);
    const dies = random.chance(0.25) ? random.below(length + back + 1) : null;
    const form = random.pick([...forms(random.below(30))]);
    await transfer(form, random, { length, back, dies });
  });
  log(
    `${count} transfers, ${
      (moved / 2 ** 30).toFixed(2)
    } GiB, ${killed} peers killed, ` +
      `${rained} signals`,
  );
}
