import { readFileSync } from 'node:fs';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { PASSWORD_TEMPLATES, TEMPLATE_NAMES, TEMPLATE_OCCASIONS, type TemplateName } from '../../shared/domain/notifications.ts';
import type { TemplateRow } from '../../shared/contracts/notifications.ts';
import { readTemplate, type Template } from '../engines/notifications/index.ts';
import { PROJECT_TEMPLATES, type Repositories, type TemplateRecord } from '../store/index.ts';

/** Where the templates lie, seen from the sources (electron/app) and from the bundle (out/main and its chunks). */
const PLACES = ['../../resources/notifications', '../../../resources/notifications'] as const;

/** The text of a message as it came with the program. @throws AppError BAD_FILE when it is not there. */
function shippedTemplate(name: TemplateName): string {
  for (const place of PLACES) {
    try { return readFileSync(new URL(`${place}/${name}.default.txt`, import.meta.url), 'utf8'); } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw appError(ErrorCode.BadFile, `The message ${name}.default.txt is missing. Install Causeway again.`);
}

/**
 * All messages as they hold for an agent, or for the project: an agent's own beats the project's, that of the project beats the shipped one. Nothing is
 * copied to an agent, so that one that is made later, and one that was made before, both follow the project until they have a text of their own.
 */
export async function templatesFor(store: Pick<Repositories, 'notificationTemplates'>, agentId: string | undefined): Promise<readonly TemplateRow[]> {
  const written = await store.notificationTemplates.of(agentId);
  const of = (name: TemplateName, scope: string | undefined): string | null => written.find((one) => one.name === name && one.scope === scope)?.text ?? null;
  return TEMPLATE_NAMES.map((name) => {
    const defaultText = shippedTemplate(name);
    const projectText = of(name, PROJECT_TEMPLATES);
    const agentText = agentId === undefined ? null : of(name, agentId);
    const text = agentText ?? projectText ?? defaultText;
    const { disabled, problems } = checkTemplate(name, text);
    return { name, occasion: TEMPLATE_OCCASIONS[name], defaultText, projectText, agentText, text, from: agentText !== null ? 'agent' : projectText !== null ? 'project' : 'default', disabled, problems: [...problems] };
  });
}

/** Reads a text as the template of that name: one that tells of no password must not ask for it. */
export function checkTemplate(name: TemplateName, text: string): Template {
  const read = readTemplate(text);
  if (!read.asksForPassword || PASSWORD_TEMPLATES.some((one) => one === name)) return read;
  return { ...read, problems: [...read.problems, { line: 0, column: 0, message: `${name} is sent when no password was set, so {Password} has nothing to say.` }] };
}

/** Keeps a text; the one before is replaced. @throws AppError INVALID_INPUT naming what is wrong with it. */
export async function saveTemplate(store: Pick<Repositories, 'notificationTemplates'>, template: TemplateRecord): Promise<void> {
  const { problems } = checkTemplate(template.name, template.text);
  const [first] = problems;
  if (first !== undefined) throw appError(ErrorCode.InvalidInput, `${template.name} cannot be kept: ${problems.map((one) => (one.line === 0 ? one.message : `line ${one.line}, column ${one.column}: ${one.message}`)).join(' ')}`);
  await store.notificationTemplates.set(template);
}
