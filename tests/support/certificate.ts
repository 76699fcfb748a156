/** Certificates for tests of TLS. */

import { canRun, need } from "./requires.ts";

/** The program that makes certificates, which is also a peer. */
export const openssl = need("openssl", canRun("openssl", "version"));

/** Makes a certificate for `localhost` that vouches for itself: `<name>.pem` and `<name>.key`. */
export function makeCertificate(folder: string, name: string): void {
  const args = [
    ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
      .split(" "),
    ..."-subj /CN=localhost -addext subjectAltName=DNS:localhost".split(" "),
    ...["-keyout", `${folder}/${name}.key`, "-out", `${folder}/${name}.pem`],
  ];
  const { success } = new Deno.Command("openssl", { args, stderr: "null" })
    .outputSync();
  if (!success) throw new Error("openssl failed");
}
