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
} from "../support/forms.ts";
import { type PartOptions, rounds } from "../support/part.ts";

const MAX = 24 << 20;

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
  for (let i = 0; i * content.block.length <= MAX; i++) {
    Deno.writeFileSync(long, content.block, { append: true });
  }
  let moved = 0;
  let killed = 0;
  const count = await rounds({ random, seconds }, async (random) => {
    const awaiting = random.chance(0.5);
    const [senders, receivers] = awaiting
      ? [asyncSending, asyncReceiving]
      : [sending, receiving];
    const send = random.pick(Object.keys(senders));
    const receive = random.pick(Object.keys(receivers));
    const length = random.below(MAX);
    const back = random.below(MAX);
    const dies = random.chance(0.25) ? random.below(length + back + 1) : null;
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
    const how = { content, random, length, path: long };
    const name = `${awaiting ? "awaiting" : "blocking"} ${send}, ${receive}`;
    const failures: unknown[] = [];
    const [accepted] = listener.accept();
    let open: socket.Socket | async.AsyncSocket = accepted;
    try {
      if (awaiting) {
        const both = async.AsyncSocket.from(accepted);
        open = both;
        both.settimeout(120);
        const outcomes = await Promise.allSettled([
          asyncSending[send](both, how).then(() =>
            both.shutdown(socket.SHUT_WR)
          ),
          asyncReceiving[receive](both, sink, random),
        ]);
        for (const one of outcomes) {
          if (one.status === "rejected") failures.push(one.reason);
        }
      } else {
        for (
          const step of [
            () => {
              sending[send](accepted, how);
              accepted.shutdown(socket.SHUT_WR);
            },
            () => receiving[receive](accepted, sink, random),
          ]
        ) {
          try {
            step();
          } catch (error) {
            failures.push(error);
          }
        }
      }
    } finally {
      open.close();
    }
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
  });
  log(
    `${count} transfers, ${
      (moved / 2 ** 30).toFixed(2)
    } GiB, ${killed} peers killed, ` +
      `${rained} signals`,
  );
}
