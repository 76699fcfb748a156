/**
 * Selects on an idle socket for half a second while its parent sends signals. Prints how long it
 * took.
 */

import { socketpair } from "../../mod.ts";
import * as selectors from "../../selectors.ts";

type Name = "EpollSelector" | "KqueueSelector" | "PollSelector";

Deno.addSignalListener("SIGUSR1", () => {});
const [a] = socketpair();
using selector = new selectors[Deno.args[0] as Name]();
selector.register(a, selectors.EVENT_READ);
console.log("waiting");
const began = performance.now();
const found = selector.select(0.5).length;
console.log(found, performance.now() - began >= 500);
Deno.exit();
