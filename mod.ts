/** x @module */
export * from "./constants/mod.ts";
export * from "./socket/socket.ts";
export * from "./socket/errors.ts";
