import { PLACEHOLDERS, type Placeholder } from '../../../shared/domain/notifications.ts';

/** Something wrong with a template; line and column count from 1, 0: the template as a whole. */
export interface TemplateProblem { readonly line: number; readonly column: number; readonly message: string }

/** Text and placeholders in the order in which they are written. */
type Piece = { readonly text: string } | { readonly placeholder: Placeholder };

/** A template that was read. */
export interface Template {
  /** Nothing but blanks: the message is switched off. */
  readonly disabled: boolean;
  readonly problems: readonly TemplateProblem[];
  /** Asks for the password somewhere. */
  readonly asksForPassword: boolean;
  readonly subject: string;
  readonly body: string;
}

/** Longest subject, characters: it stays one header line of at most 998 octets, encoded or not (RFC 5322 2.1.1). */
const LONGEST_SUBJECT = 200;
const NAMES = Object.keys(PLACEHOLDERS);
const isPlaceholder = (name: string): name is Placeholder => NAMES.includes(name);

/**
 * Reads a template: `Subject: ...` in the first line, an empty line, the text. Placeholders stand in braces, `{{` and `}}` are braces.
 * @param text as it was written; a byte order mark and the kind of line ends do not matter.
 */
export function readTemplate(text: string): Template {
  const lines = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n').split('\n');
  const off = { disabled: true, problems: [], asksForPassword: false, subject: '', body: '' };
  if (lines.every((line) => line.trim() === '')) return off;
  const problems: TemplateProblem[] = [];
  const first = lines[0] ?? '';
  const subject = /^subject:(.*)$/i.exec(first)?.[1]?.trim() ?? '';
  if (!/^subject:/i.test(first)) problems.push({ line: 1, column: 1, message: 'The first line must be "Subject: ..." with the subject of the mail.' });
  else if (subject === '') problems.push({ line: 1, column: first.length + 1, message: 'The subject is empty.' });
  else if (subject.length > LONGEST_SUBJECT) problems.push({ line: 1, column: LONGEST_SUBJECT, message: `The subject has ${subject.length} characters; ${LONGEST_SUBJECT} at most are read by every mail program.` });
  const isParted = (lines[1] ?? '').trim() === '';
  if (!isParted) problems.push({ line: 2, column: 1, message: 'An empty line must follow the subject.' });
  else if (lines.slice(2).every((line) => line.trim() === '')) problems.push({ line: Math.min(lines.length, 3), column: 1, message: 'There is no text after the subject.' });
  let asksForPassword = false;
  lines.forEach((line, index) => {
    for (const found of scan(line)) {
      if ('problem' in found) problems.push({ line: index + 1, column: found.column, message: found.problem });
      else if ('placeholder' in found && found.placeholder === 'Password') {
        if (index === 0) problems.push({ line: 1, column: found.column, message: 'A password must not stand in the subject: lists of mails show it.' });
        asksForPassword = true;
      }
    }
  });
  const body = `${lines.slice(2).join('\n').trimEnd()}\n`;
  return { disabled: false, problems: problems.toSorted((a, b) => a.line - b.line || a.column - b.column), asksForPassword, subject, body };
}

/** Pieces of one line, and what is wrong with it; columns count from 1. */
function* scan(line: string): Generator<Piece & { readonly column: number } | { readonly problem: string; readonly column: number }> {
  let text = '';
  let began = 1;
  for (let at = 0; at < line.length; at++) {
    const sign = line.charAt(at);
    if ((sign === '{' || sign === '}') && line.charAt(at + 1) === sign) { text += sign; at++; continue; }
    if (sign === '}') { yield { problem: 'A closing brace stands alone; write }} for a brace.', column: at + 1 }; continue; }
    if (sign !== '{') { text += sign; continue; }
    const end = line.indexOf('}', at);
    const name = end === -1 ? '' : line.slice(at + 1, end);
    if (end === -1) { yield { problem: 'The brace is not closed; write {{ for a brace.', column: at + 1 }; text += sign; continue; }
    if (text !== '') yield { text, column: began };
    if (isPlaceholder(name)) yield { placeholder: name, column: at + 1 };
    else yield { problem: `There is no placeholder {${name}}${suggestion(name)}. There are: ${NAMES.map((one) => `{${one}}`).join(', ')}.`, column: at + 1 };
    text = '';
    at = end;
    began = end + 2;
  }
  if (text !== '') yield { text, column: began };
}

function suggestion(name: string): string {
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, '');
  const meant = NAMES.find((one) => plain(one) === plain(name));
  return meant === undefined ? '' : `; {${meant}} is meant`;
}

/**
 * Fills a text in, line by line. Values are put in as they are and are not read again: braces in them stay braces.
 * @param values what is missing in them stays empty.
 */
export function fillIn(text: string, values: Readonly<Partial<Record<Placeholder, string>>>): string {
  return text.split('\n').map((line) => [...scan(line)].map((piece) => ('placeholder' in piece ? values[piece.placeholder] ?? '' : 'text' in piece ? piece.text : '')).join('')).join('\n');
}

/** The same for a subject, which stays one line whatever the values are. */
export function fillInSubject(text: string, values: Readonly<Partial<Record<Placeholder, string>>>): string {
  // Line ends would end the header (RFC 5322 2.2); other control characters have no business in it.
  // eslint-disable-next-line no-control-regex
  return fillIn(text, values).replace(/[\u0000-\u001F\u007F]+/g, ' ').trim();
}
