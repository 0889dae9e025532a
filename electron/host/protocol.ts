import { z } from 'zod';

/** What the host asks the shell: to seal or open one text with the operating system's vault. */
export const fromHost = z.object({ t: z.literal('vault'), id: z.int(), action: z.enum(['encrypt', 'decrypt']), text: z.string() });
export type VaultQuestion = z.output<typeof fromHost>;

/** What the shell tells the host. A page comes with its port beside the message. */
export const toHost = z.discriminatedUnion('t', [
  /** The first message: whether the vault protects anything. */
  z.object({ t: z.literal('start'), vault: z.boolean() }),
  z.object({ t: z.literal('page') }),
  /** Answer to a question; null when the system could not do it. */
  z.object({ t: z.literal('vault'), id: z.int(), text: z.string().nullable() }),
  /** Close the project and end. */
  z.object({ t: z.literal('stop') }),
]);
export type ToHostProcess = z.output<typeof toHost>;
export type VaultAnswer = Extract<ToHostProcess, { t: 'vault' }>;
