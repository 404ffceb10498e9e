// The route for clients that want to know whom they talk to before they show their token.

import type { Hono } from "hono";
import { proof } from "../control/view_schemas.ts";
import { described } from "./describe.ts";
import type { AdminDesk, AdminEnv } from "./desk.ts";
import { type Problem, problemResponse } from "./problem.ts";
import { challengeForm, fingerprintForm, prove } from "./proof.ts";

/** Open to all: whether there is such a token cannot be told from the answer by who does not have it. */
export function addProofRoute(app: Hono<AdminEnv>, { tokens }: AdminDesk): void {
  app.get(
    "/proof",
    described({
      summary: "Proves that this server knows a token, before it is shown.",
      tag: "page",
      gives: proof,
      problems: [400],
      query: [
        { name: "fingerprint", description: fingerprint },
        { name: "challenge", description: "16 to 64 random octets in base64url, others each time." },
      ],
    }),
    async (context) => {
      const { fingerprint = "", challenge = "" } = context.req.query();
      if (!fingerprintForm.test(fingerprint) || !challengeForm.test(challenge)) return problemResponse(malformed);
      return context.json(prove(await tokens.tokens(), fingerprint, challenge, context.env.local));
    },
  );
}

const fingerprint = 'In base64url the HMAC-SHA-256 of "qpsmtpd token fingerprint", its key the SHA-256 of the token.';

const malformed: Problem = {
  status: 400,
  title: "No challenge",
  detail: "A proof needs a fingerprint of 32 octets and a challenge of 16 to 64 octets, both in base64url.",
  remedy: "GET /docs says how they are made.",
};
