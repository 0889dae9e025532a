import type { TemplateRow } from '../../shared/contracts/notifications.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { PLACEHOLDERS, type OutgoingMail, type Placeholder, type TemplateName } from '../../shared/domain/notifications.ts';
import { firstOf } from '../../shared/rules/attributes.ts';
import { fillIn, fillInSubject, readTemplate, type TemplateProblem } from '../engines/notifications/index.ts';
import type { MailRecord } from '../store/index.ts';
import { fieldsOf, pairFields } from './notifications-fields.ts';
import { notificationSettings } from './notifications-settings.ts';
import { checkTemplate } from './notifications-templates.ts';
import type { Services } from './services.ts';

/** What is shown in the place of a password. */
const DOTS = '••••••••••••';

type Values = Partial<Record<Placeholder, string>>;

/** A mail's subject as it is shown: nothing is ever filled in for a password. */
export const shownSubject = ({ subject, fields }: Pick<MailRecord, 'subject' | 'fields'>): string => (fields === null ? subject : fillInSubject(subject, { ...fields, Password: DOTS } satisfies Values));
/** The same for its text. */
export const shownBody = ({ body, fields }: Pick<MailRecord, 'body' | 'fields'>): string => (fields === null ? body : fillIn(body, { ...fields, Password: DOTS } satisfies Values));

/** What a person would get, filled in with what is known of an object. Of an account that is not there yet, the name of the directory stands for the future one. */
export async function previewOf(services: Pick<Services, 'store' | 'now'>, { name, text, pairId, sourceId }: { readonly name: TemplateName; readonly text: string; readonly pairId: string; readonly sourceId: string }): Promise<{ subject: string; body: string; to: string; problems: TemplateProblem[] }> {
  const { store } = services;
  const pair = await store.pairs.get(pairId);
  const source = (await store.sources.getMany(pairId, [sourceId])).get(sourceId);
  if (source === undefined) throw appError(ErrorCode.NotFound, `The object ${sourceId} is not known in the pair "${pair.name}". Discover the directory first.`);
  const match = (await store.matches.getMany(pairId, [sourceId])).get(sourceId);
  const target = match?.state === 'Matched' && match.targetId !== null ? (await store.targets.getMany(pairId, [match.targetId], 'without links')).get(match.targetId) : undefined;
  const atHome = firstOf(source.attributes, 'userPrincipalName') ?? '';
  const now = (target === undefined ? undefined : firstOf(target.attributes, 'userPrincipalName')) ?? atHome;
  const { subject, body, problems } = checkTemplate(name, text);
  const { support } = await notificationSettings(store);
  const fields = fieldsOf({ name: source.name, before: atHome, after: now }, now, source.attributes, await pairFields(store, pair), { support, at: services.now() });
  return { subject: shownSubject({ subject, fields }), body: shownBody({ body, fields }), to: firstOf(source.attributes, 'mail') ?? '', problems: [...problems] };
}

/** The mail of a test send: a message with the meaning of each placeholder in its place, or a plain line. */
export async function exampleMail({ store }: Pick<Services, 'store'>, to: string, template: TemplateRow | null): Promise<Omit<OutgoingMail, 'id' | 'from' | 'replyTo' | 'date'>> {
  const { name: project } = await store.project.get();
  const plain = { subject: `Test of the notifications of ${project}`, text: `This mail was sent to see whether notifications of the Causeway project "${project}" arrive. Nothing has to be done.\n` };
  const { support } = await notificationSettings(store);
  const values: Values = { ...Object.fromEntries(Object.entries(PLACEHOLDERS).map(([name, meaning]) => [name, `[${meaning}]`])), Support: support, Password: DOTS };
  const read = template === null || template.disabled ? null : readTemplate(template.text);
  const content = read === null ? plain : { subject: `[Test] ${fillInSubject(read.subject, values)}`, text: fillIn(read.body, values) };
  return { ...content, to: { address: to, name: '' }, attachments: [] };
}
