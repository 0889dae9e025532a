import { z } from 'zod';

/** Question of the host to the shell: to seal or open one text with the operating system's vault. */
export const fromHost = z.object({ t: z.literal('vault'), id: z.int(), action: z.enum(['encrypt', 'decrypt']), text: z.string() });
export type VaultQuestion = z.output<typeof fromHost>;

/**
 * What the host asks of the shell for its agent, because only the shell can start processes: one life of the agent is one `id`, and `message` is what the
 * two tell each other (agent/local/protocol.ts).
 */
export const agentOrder = z.discriminatedUnion('t', [
  z.object({ t: z.literal('agent start'), id: z.int() }),
  z.object({ t: z.literal('agent tell'), id: z.int(), message: z.unknown() }),
  z.object({ t: z.literal('agent kill'), id: z.int() }),
]);
export type AgentOrder = z.output<typeof agentOrder>;

/** What the shell tells the host. A page comes with its port beside the message. */
export const toHost = z.discriminatedUnion('t', [
  /** The first message: whether the vault protects anything. */
  z.object({ t: z.literal('start'), vault: z.boolean() }),
  z.object({ t: z.literal('page') }),
  /** Answer to a question; null when the system could not do it. */
  z.object({ t: z.literal('vault'), id: z.int(), text: z.string().nullable() }),
  /** Something that the agent says, and its end. */
  z.object({ t: z.literal('agent said'), id: z.int(), message: z.unknown() }),
  z.object({ t: z.literal('agent ended'), id: z.int(), code: z.int().nullable() }),
  /** Close the project and end. */
  z.object({ t: z.literal('stop') }),
]);
export type ToHostProcess = z.output<typeof toHost>;
export type VaultAnswer = Extract<ToHostProcess, { t: 'vault' }>;
