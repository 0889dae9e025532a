import { z } from 'zod';

/** A person's sign-in to an application: what an authorization code, a device code and a refresh token stand for. */
export const grantShape = z.object({
  userId: z.string(),
  appId: z.string(),
  /** Scope parameter of the first request. */
  scope: z.string(),
  /** Milliseconds since 1970 at which the person signed in. */
  signedIn: z.number(),
  /** The person passed multi-factor authentication. */
  mfa: z.boolean(),
  /** The code went to a web address, so that every redemption needs a credential. */
  isConfidential: z.boolean(),
  nonce: z.string().optional(),
});
export type Grant = z.infer<typeof grantShape>;

/** What a refresh token holds. `issued`: milliseconds since 1970. */
export const refreshShape = grantShape.extend({ kind: z.literal('refresh'), issued: z.number() });

/** What the browser's session cookie holds. */
export const sessionShape = z.object({ kind: z.literal('session'), userId: z.string(), signedIn: z.number(), mfa: z.boolean() });
export type Session = z.infer<typeof sessionShape>;
