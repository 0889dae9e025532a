import { Attribute, Change } from 'ldapts';
import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { Attributes } from '../../../../shared/domain/objects.ts';
import { valuesOf } from '../../../../shared/rules/attributes.ts';
import { decodeBase64 } from '../../../../shared/rules/base64.ts';
import { normaliseDn } from '../../../../shared/rules/dn.ts';
import type { AttributeSchema, DirectoryChange, DirectorySchema } from '../port.ts';
import { isBinarySyntax } from './syntaxes.ts';

/** Attributes that can be written but not read back (MS-ADTS 3.1.1.3.1.5): no exact way back exists. */
const UNREADABLE = new Set(['unicodepwd', 'userpassword', 'dbcspwd', 'ntpwdhistory', 'lmpwdhistory', 'clearpassword']);

/** What is to be sent, and what takes it back. Both are applied in their order. */
export interface ModifyPlan {
  readonly changes: readonly DirectoryChange[];
  readonly inverse: readonly DirectoryChange[];
}

/** Form in which two values of an attribute are equal for the directory. */
function normal(value: string, syntax: AttributeSchema['syntax'] | undefined): string {
  switch (syntax) {
    case 'dn': return normaliseDn(value);
    case 'caseIgnore': case 'boolean': return value.toLowerCase();
    case 'binary': case 'sid': case 'securityDescriptor': return Buffer.from(value, 'base64').toString('base64');
    default: return value;
  }
}

function sameValues(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  const left = new Set(a);
  return b.every((value) => left.has(value));
}

function checkChange(change: DirectoryChange, attribute: AttributeSchema | undefined, dn: string): void {
  const refuse = (why: string): never => {
    throw appError(ErrorCode.InvalidInput, `${change.attribute} of ${dn} cannot be changed: ${why}.`, { detail: { dn, attribute: change.attribute } });
  };
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(change.attribute)) refuse('that is no attribute name');
  if (UNREADABLE.has(change.attribute.toLowerCase())) refuse('passwords cannot be read back, so the change could not be undone');
  if (attribute?.linkId !== undefined && attribute.linkId !== null && attribute.linkId % 2 === 1) refuse('it is a back link, which the directory computes; change the other side');
  if (change.operation === 'add' && change.values.length === 0) refuse('there is no value to add');
  if (change.values.includes('')) refuse('an empty value does not exist in a directory; clear the attribute instead');
  if (attribute !== undefined && isBinarySyntax(attribute.syntax) && change.values.some((value) => decodeBase64(value) === undefined)) refuse('its values are bytes and must be given as Base64');
}

/**
 * Works out the changes that really have an effect and the exact way back. Adding what is there and removing what is not
 * there are left out, as the permissive modify control of Windows would (MS-ADTS 3.1.1.3.4.1.8); a directory refuses them
 * otherwise. Values count as equal by the syntax of the attribute; a removed value comes back in its stored spelling.
 * @param before values of the object now, of every attribute named in `changes`. Throws INVALID_INPUT for changes that cannot be made or taken back,
 * DIRECTORY_REFUSED for a removal that must not be left out and has nothing to remove.
 */
export function planModify(dn: string, before: Attributes, changes: readonly DirectoryChange[], schema: DirectorySchema): ModifyPlan {
  const state = new Map<string, readonly string[]>();
  const effective: DirectoryChange[] = [];
  const inverse: DirectoryChange[] = [];
  for (const change of changes) {
    const attribute = schema.attribute(change.attribute);
    checkChange(change, attribute, dn);
    const key = change.attribute.toLowerCase();
    const name = attribute?.name ?? change.attribute;
    const now = state.get(key) ?? valuesOf(before, change.attribute) ?? [];
    const form = (value: string): string => normal(value, attribute?.syntax);
    const keep = (next: readonly string[], sent: DirectoryChange, back: DirectoryChange): void => {
      state.set(key, next);
      effective.push(sent);
      inverse.unshift(back);
    };
    if (change.operation === 'add') {
      const have = new Set(now.map(form));
      const added = change.values.filter((value) => !have.has(form(value)) && have.add(form(value)));
      if (added.length > 0) keep([...now, ...added], { operation: 'add', attribute: name, values: added }, { operation: 'remove', attribute: name, values: added });
    } else if (change.operation === 'remove' && change.values.length > 0) {
      const gone = change.absent === 'refuse' ? change.values.find((value) => !now.includes(value)) : undefined;
      if (gone !== undefined) throw appError(ErrorCode.DirectoryRefused, `${name} of ${dn} does not hold the value ${gone} any more, so nothing was changed.`, { detail: { dn, attribute: name } });
      const unwanted = new Set(change.values.map(form));
      const removed = now.filter((value) => unwanted.has(form(value)));
      if (removed.length > 0) keep(now.filter((value) => !removed.includes(value)), { operation: 'remove', attribute: name, values: removed }, { operation: 'add', attribute: name, values: removed });
    } else if (!sameValues(now, change.values)) {
      keep(change.values, { operation: 'replace', attribute: name, values: change.values }, { operation: 'replace', attribute: name, values: now });
    }
  }
  return { changes: effective, inverse };
}

/** The changes as ldapts writes them. Binary values go as bytes, text as UTF-8. */
export function encodeChanges(changes: readonly DirectoryChange[], schema: DirectorySchema): Change[] {
  return changes.map((change) => {
    const attribute = schema.attribute(change.attribute);
    const bytes = attribute !== undefined && isBinarySyntax(attribute.syntax);
    const values = bytes ? change.values.map((value) => Buffer.from(value, 'base64')) : [...change.values];
    return new Change({ operation: change.operation === 'remove' ? 'delete' : change.operation, modification: new Attribute({ type: change.attribute, values }) });
  });
}
