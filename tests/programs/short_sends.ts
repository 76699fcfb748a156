/** Preloaded to a program: each of its sends takes at most five bytes. */

import { Socket } from "../../mod.ts";

const MOST = 5;

const { send } = Socket.prototype;
Socket.prototype.send = function (data, flags) {
  return send.call(this, (data as Uint8Array).subarray(0, MOST), flags);
};
