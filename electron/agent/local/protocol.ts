import { z } from 'zod';

/*
 * What the console and the Local agent, a process of its own, tell each other. Secrets pass here and nowhere else: never in
 * arguments, in the environment or in a file.
 */

const Protection = z.enum(['os', 'file', 'session']);
const Simulated = z.union([z.object({ origin: z.string() }), z.object({ stateFile: z.string() })]);
const Failure = z.object({ code: z.string(), message: z.string(), retryable: z.boolean() });

/** What the console tells the agent. */
export const toAgent = z.discriminatedUnion('t', [
  /** The first message: which project, how its secrets are kept, and the random part of the process's name in leases. */
  z.object({ t: z.literal('start'), place: z.string(), name: z.string(), random: z.string(), protection: Protection }),
  /** A task may be waiting. */
  z.object({ t: z.literal('nudge') }),
  /** Answer to a question; `failure` null: it was done, and `value` is what was asked for. */
  z.object({ t: z.literal('answer'), id: z.int(), value: z.string().nullable(), failure: Failure.nullable() }),
  /** End at the next safe point. */
  z.object({ t: z.literal('end') }),
]);
export type ToAgent = z.output<typeof toAgent>;

/** What the agent tells the console. */
export const fromAgent = z.discriminatedUnion('t', [
  /** It has its name and takes tasks. */
  z.object({ t: z.literal('started') }),
  /** It cannot work; it ends after this. */
  z.object({ t: z.literal('refused'), failure: Failure }),
  /** Questions: a secret, and that a simulated tenant be there (it lives with the console, so that it outlives the agent). */
  z.object({ t: z.literal('ask'), id: z.int(), about: z.discriminatedUnion('what', [
    z.object({ what: z.literal('get secret'), name: z.string() }),
    z.object({ what: z.literal('set secret'), name: z.string(), value: z.string() }),
    z.object({ what: z.literal('delete secret'), name: z.string() }),
    z.object({ what: z.literal('simulated tenant'), simulated: Simulated }),
  ]) }),
  /** A sign-in waits for a person; null: no longer. */
  z.object({ t: z.literal('sign-in'), pairId: z.string(), pending: z.object({ userCode: z.string(), verificationUri: z.string(), expiresAt: z.number() }).nullable() }),
  /** A collection needs a person. */
  z.object({ t: z.literal('attention'), attention: z.object({ collectionId: z.string(), collectionName: z.string(), pairId: z.string(), taskId: z.string().nullable(), message: z.string() }) }),
]);
export type FromAgent = z.output<typeof fromAgent>;
/** What the agent asks. */
export type Question = Extract<FromAgent, { t: 'ask' }>['about'];

/** The agent ended because another process works under its name (sysexits, EX_TEMPFAIL). */
export const NAME_TAKEN = 75;
/** The agent ended after an error that nobody caught (sysexits, EX_SOFTWARE). */
export const CRASHED = 70;
/** The agent could not open the project (sysexits, EX_CONFIG). */
export const REFUSED = 78;
