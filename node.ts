export * from "./node/duplex.ts";
