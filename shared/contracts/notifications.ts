import { z } from 'zod';
import { LARGEST_TEMPLATE, MAIL_SECURITY, MAIL_STATES, MAIL_TRANSPORTS, TEMPLATE_NAMES } from '../domain/notifications.ts';
import { channel } from './define.ts';
import { ExportPart, PartRequest } from './export.ts';
import { Guid, Id, Millis, page, PageRequest } from './values.ts';

const TemplateNameSchema = z.enum(TEMPLATE_NAMES);
const line = (most: number) => z.string().trim().max(most).regex(/^[^\r\n\0]*$/, 'must be one line');
/** One address: local part and domain as RFC 5321 4.1.2 and 4.5.3.1 limit them; no quoted local parts. */
export const MailAddress = z.string().trim().max(254, 'must have at most 254 characters').regex(/^[^\s@<>()[\]\\,;:"]{1,64}@[^\s@<>()[\]\\,;:"]+$/, 'must be a mail address, for example ann@contoso.com');
const AddressOrNone = z.union([z.literal(''), MailAddress]);

export const NotificationSettingsSchema = z.object({
  transport: z.enum(MAIL_TRANSPORTS), host: line(255), port: z.int().min(1).max(65_535), security: z.enum(MAIL_SECURITY), caFile: line(1_000), username: line(255),
  from: AddressOrNone, replyTo: AddressOrNone, pairId: Id.nullable(), ratePerMinute: z.int().min(1).max(10_000), support: line(500), held: z.array(TemplateNameSchema).max(TEMPLATE_NAMES.length),
});
const Shown = NotificationSettingsSchema.extend({
  /** A secret for the mail server is kept on this machine. */
  hasSecret: z.boolean(),
  /** Initial passwords are delivered; or why not. */
  delivery: z.object({ delivers: z.boolean(), reason: z.string() }),
});
/** Settings as a window shows them. */
export type NotificationSettingsShown = z.output<typeof Shown>;

/** Something wrong with a template; line and column count from 1, 0: the template as a whole. */
export const TemplateProblem = z.object({ line: z.int(), column: z.int(), message: z.string() });
/** One template for the project, or for one agent. */
export const TemplateRow = z.object({
  name: TemplateNameSchema, occasion: z.string(), defaultText: z.string(),
  /** Null: nobody has written one; empty: the message is switched off. */
  projectText: z.string().nullable(), agentText: z.string().nullable(),
  /** What is used, and whose it is. */
  text: z.string(), from: z.enum(['default', 'project', 'agent']), disabled: z.boolean(), problems: z.array(TemplateProblem),
});
export type TemplateRow = z.output<typeof TemplateRow>;

/** A mail of the outbox; never with a password in it. */
export const MailRow = z.object({
  id: Id, pairId: Id.nullable(), scenario: z.string(), recipient: z.string(), recipientName: z.string(), subject: z.string(), text: z.string(), attachments: z.array(z.string()), state: z.enum(MAIL_STATES), tries: z.int(),
  nextAt: Millis.nullable(), message: z.string(), answer: z.string(), taskId: Id.nullable(), agentId: Id.nullable(), createdAt: Millis, sentAt: Millis.nullable(), hasSecret: z.boolean(),
});
export type MailRow = z.output<typeof MailRow>;

const scope = { pairId: Id.optional(), state: z.union([z.enum(MAIL_STATES), z.literal('')]).default(''), search: z.string().max(256).default('') };
const Template = z.string().max(LARGEST_TEMPLATE, `must have at most ${LARGEST_TEMPLATE} characters`);
const Ids = z.array(Id).min(1).max(1_000);
const Changed = z.object({ changed: z.int() });

export const notificationChannels = {
  'notifications.settings': channel('query', z.object({}), Shown),
  /** `secret` absent: the one that is kept stays; empty: it is forgotten. */
  'notifications.saveSettings': channel('command', z.object({ settings: NotificationSettingsSchema, secret: z.string().max(1_000).optional() }), Shown),
  /** Templates of the project, or those that hold for one agent. */
  'notifications.templates': channel('query', z.object({ agentId: Id.optional() }), z.object({ rows: z.array(TemplateRow) })),
  /** An empty text switches the message off. Refused when the text has problems. */
  'notifications.saveTemplate': channel('command', z.object({ name: TemplateNameSchema, agentId: Id.optional(), text: Template }), TemplateRow),
  /** Back to what the project says, or to what came with the program. */
  'notifications.removeTemplate': channel('command', z.object({ name: TemplateNameSchema, agentId: Id.optional() }), TemplateRow),
  /** What a person would get; `text` absent: as it is kept. The password is shown as dots. */
  'notifications.preview': channel('query', z.object({ name: TemplateNameSchema, agentId: Id.optional(), text: Template.optional(), pairId: Id, sourceId: Guid }), z.object({ subject: z.string(), body: z.string(), to: z.string(), problems: z.array(TemplateProblem) })),
  /** Sends one mail at once: a template filled with an example, or a plain line. */
  'notifications.test': channel('command', z.object({ to: MailAddress, name: TemplateNameSchema.optional(), agentId: Id.optional() }), z.object({ answer: z.string() })),
  /** Newest first. */
  'notifications.mails': channel('query', z.object({ ...scope, ...PageRequest }), page(MailRow).extend({ counts: z.record(z.enum(MAIL_STATES), z.int()) })),
  /** Sends failed ones again; `again` is needed for unclear ones. */
  'notifications.retry': channel('command', z.object({ ids: Ids, again: z.literal('I know it may arrive twice').optional() }), Changed),
  'notifications.release': channel('command', z.object({ ids: Ids }), Changed),
  'notifications.cancel': channel('command', z.object({ ids: Ids }), Changed),
  /** Sends what is due now by this process, for where no agent runs. */
  'notifications.send': channel('command', z.object({}), z.object({ handled: z.int() })),
  'notifications.export': channel('query', z.object({ ...scope, ...PartRequest }), ExportPart),
} as const;
