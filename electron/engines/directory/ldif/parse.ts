import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { AppError } from '../../../../shared/domain/errors.ts';
import { decodeBase64 } from '../../../../shared/rules/base64.ts';
import { utf8Decode } from '../../../../shared/rules/text.ts';

/** A value as it stands in the file: text, or the bytes of a Base64 value. */
export type LdifValue = string | Uint8Array;

/** One entry of the file. */
export interface LdifRecord {
  /** Number of the line with its DN, from 1. */
  readonly line: number;
  readonly dn: string;
  /** By attribute description as written, options included. */
  readonly attributes: ReadonlyMap<string, readonly LdifValue[]>;
}

/** Takes physical lines and gives entries; see {@link createLdifParser}. */
export interface LdifParser {
  /** One line without its line break. @returns an entry when this line completed one. */
  line(text: string): LdifRecord | undefined;
  /** The end of the file. */
  end(): LdifRecord | undefined;
}

const DESCRIPTION = /^(?:[a-z][a-z0-9-]*|\d+(?:\.\d+)+)(?:;[a-z0-9=*-]+)*$/i;

/** An error in a file, naming file and line. */
export function badLine(file: string, line: number, problem: string): AppError {
  return appError(ErrorCode.BadFile, `${file}, line ${line}: ${problem}.`, { detail: { file, line } });
}

/**
 * A parser for LDIF (RFC 2849): folded lines, comments, `::` Base64, `version: 1`, and `changetype: add`, which Windows' ldifde
 * writes into its exports. Values from files or addresses (`:<`) are refused, because a snapshot must not read anything else;
 * change records are refused, because a snapshot is a state and not a list of changes. The trailer of ldapsearch is skipped.
 * @param file name for messages. Throws BAD_FILE naming file and line.
 */
export function createLdifParser(file: string): LdifParser {
  let number = 0;
  /** The logical line being put together, and where it began. */
  let pending: { text: string; readonly line: number } | undefined;
  let record: { readonly line: number; readonly dn: string; readonly attributes: Map<string, LdifValue[]> } | undefined;
  let skipping = false;
  let started = false;

  const fail = (line: number, problem: string): never => { throw badLine(file, line, problem); };

  const value = (raw: string, line: number): LdifValue => {
    if (raw.startsWith('<')) return fail(line, 'a value is to be read from another file or address (":<"), which is not allowed in a snapshot');
    if (!raw.startsWith(':')) return raw.trimStart();
    return decodeBase64(raw.slice(1).trim()) ?? fail(line, 'the value is not valid Base64');
  };
  const textOf = (given: LdifValue, line: number, what: string): string => (typeof given === 'string' ? given : (utf8Decode(given) ?? fail(line, `${what} is not UTF-8`)));

  const special = (name: string, given: LdifValue, line: number): boolean => {
    const lower = name.toLowerCase();
    if (lower === 'changetype') {
      const kind = textOf(given, line, 'changetype').trim().toLowerCase();
      return kind === 'add' || fail(line, `this is a change record (changetype: ${kind}). A snapshot holds entries: export the directory with ldifde -f file.ldf -u`);
    }
    if (lower === 'control') return fail(line, 'this is a change record (control). A snapshot holds entries only');
    return lower === 'dn' ? fail(line, 'a second dn without an empty line before it') : false;
  };

  const logical = ({ text, line }: { readonly text: string; readonly line: number }): void => {
    if (text.startsWith('#') || skipping) return;
    if (text === '-') fail(line, 'a line with "-" belongs to a change record. A snapshot holds entries only');
    const colon = text.indexOf(':');
    const name = text.slice(0, colon);
    if (colon < 0 || !DESCRIPTION.test(name)) fail(line, `"${text.slice(0, 40)}" is neither an attribute with a value nor a continued line (which starts with a space)`);
    const given = value(text.slice(colon + 1), line);
    if (record !== undefined) {
      if (special(name, given, line)) return;
      const held = record.attributes.get(name);
      if (held === undefined) record.attributes.set(name, [given]);
      else held.push(given);
    } else if (!started && name.toLowerCase() === 'version') {
      if (textOf(given, line, 'version').trim() !== '1') fail(line, 'only version 1 of LDIF is known');
    } else if (name.toLowerCase() === 'dn') {
      started = true;
      record = { line, dn: textOf(given, line, 'the DN').trim(), attributes: new Map() };
    } else if (name === 'search' || name === 'result' || name === 'ref') skipping = true;
    else fail(line, `an entry starts with "dn:", not with "${name}:"`);
  };

  const flush = (): void => {
    if (pending !== undefined) logical(pending);
    pending = undefined;
  };
  const finish = (): LdifRecord | undefined => {
    flush();
    const done = record;
    record = undefined;
    skipping = false;
    return done;
  };

  return {
    line(text) {
      number += 1;
      if (text.startsWith(' ') || text.startsWith('\t')) {
        if (pending === undefined) fail(number, 'a continued line has nothing to continue');
        else pending.text += text.slice(1);
        return undefined;
      }
      if (text === '') return finish();
      flush();
      pending = { text, line: number };
      return undefined;
    },
    end: finish,
  };
}
