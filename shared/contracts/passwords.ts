import { z } from 'zod';
import { PASSWORD_STATES } from '../domain/passwords.ts';
import { channel } from './define.ts';
import { ExportPart, PartRequest } from './export.ts';
import { Id, Millis, page, PageRequest } from './values.ts';

/** Symbols that Entra accepts in passwords (Entra documentation, "Password policies and account restrictions"). */
const Symbols = z.string().max(40).regex(/^[@#$%^&*\-_!+=[\]{}|\\:',.?/`~"();<>]*$/, 'may only have symbols that Microsoft Entra accepts');
export const PasswordPolicySchema = z.object({ length: z.int().min(8, 'must be 8 at least').max(256, 'must be 256 at most'), lookAlikes: z.enum(['left out', 'allowed']), symbols: Symbols });

/** An account that a migration created, and where its password stands; never the password. */
export const PasswordAccount = z.object({
  id: Id, sourceId: z.string().nullable(), targetId: z.string(), name: z.string(), userPrincipalName: z.string(), state: z.enum(PASSWORD_STATES), taskId: Id, createdAt: Millis, expiresAt: Millis.nullable(),
});
export type PasswordAccount = z.output<typeof PasswordAccount>;

const scope = { pairId: Id, state: z.union([z.enum(PASSWORD_STATES), z.literal('')]).default('') };
export const passwordChannels = {
  'passwords.policy': channel('query', z.object({ pairId: Id }), PasswordPolicySchema.extend({
    /** How new people get their passwords; `none`: nobody learns them, each account needs a reset. */
    delivery: z.enum(['none', 'notification']),
  })),
  'passwords.savePolicy': channel('command', z.object({ pairId: Id, policy: PasswordPolicySchema }), PasswordPolicySchema),
  /** Accounts created by migrations of the pair, newest first. */
  'passwords.accounts': channel('query', z.object({ ...scope, ...PageRequest }), page(PasswordAccount)),
  /** The same as CSV, part by part, for whoever resets them. */
  'passwords.export': channel('query', z.object({ ...scope, ...PartRequest }), ExportPart),
} as const;
