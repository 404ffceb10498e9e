// Before the API is shown a token it must have proved that it knows it: while the server is down, any other user of this
// machine can listen at its port.

import type { Socket } from "node:net";
import { fingerprintOf, isProven, newChallenge, type Proof } from "../admin/proof.ts";
import { hashOf } from "../admin/token.ts";
import { escapeControls } from "../text/quote.ts";
import { type ApiDoor, type ApiProblem, elsewhere, invalidRemedy, placeOf, reachedAt, trouble } from "./api_door.ts";
import { bodyOf, exchange, type OneConnection, readAll } from "./api_exchange.ts";
import { type DoorToken, tokenRemedy } from "./door_token.ts";

/** Octets of its reply. */
const longest = 4096;

/** What is wrong, or undefined: whoever is at the other end of this connection may be shown the token. */
export async function askForProof(
  door: ApiDoor,
  socket: Socket,
  agent: OneConnection,
  token: DoorToken,
): Promise<ApiProblem | undefined> {
  const [hash, challenge] = [hashOf(token.token), newChallenge()];
  const path = `/proof?fingerprint=${fingerprintOf(hash)}&challenge=${challenge}`;
  const incoming = await exchange(door, agent, { method: "GET", path });
  const octets = await readAll(incoming, longest);
  const proof = octets === undefined ? undefined : readProof(bodyOf(octets, incoming));
  const { statusCode: status = 0 } = incoming;
  if (status !== 200 || proof === undefined) return notOurs(door, token, status);
  if (!isProven(hash, challenge, proof)) return unknown(door, token);
  // Nobody has said of a token that is kept here where it may go: only to where the server itself has been reached.
  if (token.kept && proof.address !== reachedAt(door, socket)) return passedOn(door, proof);
  return undefined;
}

function readProof(body: unknown): Proof | undefined {
  const { address, nonce, proof } = (typeof body === "object" && body !== null ? body : {}) as Partial<Proof>;
  const whole = [address, nonce, proof].every((each) => typeof each === "string");
  return whole ? body as Proof : undefined;
}

/** Nothing is repeated that it says: its advice may be anybody's. */
function notOurs(door: ApiDoor, { kept }: DoorToken, status: number): ApiProblem {
  const place = placeOf(door);
  if (status === 429) return trouble(`${place} is asked too often just now`, "wait some seconds");
  if (status === 421) {
    return trouble(`${place} does not go by that name`, "ask it by its address, or put the name into admin.hosts");
  }
  const is = kept ? "is not the server of this state folder: it " : "";
  return trouble(
    `what listens at ${place} ${is}answers ${status}, and not as the API of qpsmtpd does; no token was sent to it`,
    elsewhere,
    anotherPort,
  );
}

/** A reply in the right form, by somebody who does not know the token. */
function unknown(door: ApiDoor, { source, kept }: DoorToken): ApiProblem {
  const place = placeOf(door);
  const lines = kept
    ? [
      `what listens at ${place} is not the server of this state folder: it does not know the token of ${source}; ` +
      "no token was sent to it",
      elsewhere,
      anotherPort,
      `if that token was taken back, ${tokenRemedy}`,
    ]
    : [`the token of ${source} is not valid at ${place}; it was not sent`, invalidRemedy];
  return { kind: "problem", status: 401, lines };
}

/** The server knows the token, and has not been reached where it was asked. */
function passedOn(door: ApiDoor, { address }: Proof): ApiProblem {
  const lines = [
    `what listens at ${
      placeOf(door)
    } passes on to the server at ${address}, and may listen in; no token was sent to it`,
    `ask the server itself (--admin ${address}); for a tunnel or a forwarded port ${tokenRemedy}`,
  ];
  return { kind: "problem", status: 401, lines: lines.map(escapeControls) };
}

const anotherPort = "if another program has its port, choose another one: admin.listen";
