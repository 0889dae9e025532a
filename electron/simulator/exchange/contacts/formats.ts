import type { CmdletCall, ParameterRules, Row } from '../cmdlet/cmdlet.ts';
import { invalidValue } from '../refusal.ts';
import type { Facet, FacetChanges } from '../recipients/facet.ts';

/** Formats of messages to a contact with their defaults (cmdlet reference, New-MailContact). */
const DEFAULTS: Readonly<Record<string, string | boolean>> = { MessageFormat: 'Mime', MessageBodyFormat: 'TextAndHtml', MacAttachmentFormat: 'BinHex', UsePreferMessageFormat: false };

/** Parameters of New- and Set-MailContact. */
export const FORMATS: ParameterRules = {
  MessageFormat: { type: ['Text', 'Mime'] }, MessageBodyFormat: { type: ['Text', 'Html', 'TextAndHtml'] }, MacAttachmentFormat: { type: ['BinHex', 'UuEncode', 'AppleSingle', 'AppleDouble'] }, UsePreferMessageFormat: { type: 'flag' },
};

const stored = (parameter: string): string => `${parameter.charAt(0).toLowerCase()}${parameter.slice(1)}`;

/**
 * Reads {@link FORMATS}; values that are the default are not stored.
 * @throws ExchangeRefusal 400 for formats that do not go together (the same page).
 */
export function formatEdits(call: CmdletCall, before: Facet): FacetChanges {
  const { arguments: given } = call;
  const after: Record<string, unknown> = Object.fromEntries(Object.entries(DEFAULTS).map(([name, byDefault]) => [name, given.given(name) ?? given.flag(name) ?? before[stored(name)] ?? byDefault]));
  const isText = after['MessageFormat'] === 'Text';
  if (isText && after['MessageBodyFormat'] !== 'Text') throw invalidValue('When MessageFormat is Text, MessageBodyFormat must be Text.');
  if (isText ? /^Apple/.test(String(after['MacAttachmentFormat'])) : after['MacAttachmentFormat'] === 'UuEncode') throw invalidValue(`MacAttachmentFormat ${String(after['MacAttachmentFormat'])} can't be used when MessageFormat is ${String(after['MessageFormat'])}.`);
  return Object.fromEntries(Object.entries(after).filter(([name]) => given.has(name)).map(([name, value]) => [stored(name), value === DEFAULTS[name] ? undefined : value]));
}

/** The formats as Get-MailContact shows them. */
export function formatRow(facet: Facet): Row { return Object.fromEntries(Object.entries(DEFAULTS).map(([name, byDefault]) => [name, facet[stored(name)] ?? byDefault])); }
