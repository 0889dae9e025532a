import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fullAccessHolders, readAccessEntries, sendAsHolders } from '../../../../electron/engines/directory/security-descriptor/index.ts';
import { securityDescriptor, type EntryToWrite } from '../../../servers/security-descriptor.ts';

const SEND_AS = 'ab721a54-1e2f-11d0-9819-00aa0040529b';
const RECEIVE_AS = 'ab721a56-1e2f-11d0-9819-00aa0040529b';
const [ann, ben, cem] = ['S-1-5-21-1-2-3-1104', 'S-1-5-21-1-2-3-1105', 'S-1-5-21-9-9-9-500'];
const read = (entries: readonly EntryToWrite[]) => readAccessEntries(securityDescriptor(entries)) ?? [];
const sendAs = (sid: string, more: Partial<EntryToWrite> = {}): EntryToWrite => ({ type: 5, mask: 0x100, objectType: SEND_AS, sid, ...more });

describe('a security descriptor', () => {
  it('gives its entries in order, with what each is about', () => {
    expect(read([{ type: 0, mask: 0xf01ff, sid: ann }, sendAs(ben, { flags: 0x10, inheritedObjectType: RECEIVE_AS }), { type: 6, mask: 0x100, sid: cem, flags: 0x08 }])).toEqual([
      { kind: 'allow', inherited: false, inheritOnly: false, mask: 0xf01ff, objectType: null, sid: ann },
      { kind: 'allow', inherited: true, inheritOnly: false, mask: 0x100, objectType: SEND_AS, sid: ben },
      { kind: 'deny', inherited: false, inheritOnly: true, mask: 0x100, objectType: null, sid: cem },
    ]);
  });
  it('leaves out entries that neither allow nor deny, such as those for auditing', () => {
    expect(read([{ type: 2, mask: 1, sid: ann }, { type: 0, mask: 0x80000000, sid: ben }])).toEqual([expect.objectContaining({ sid: ben, mask: 0x80000000 })]);
  });
  it('without a list has no entries', () => {
    const bytes = securityDescriptor([sendAs(ann)]);
    bytes.writeUInt16LE(0x8000, 2);
    expect(readAccessEntries(bytes)).toEqual([]);
  });
  it('that is cut, or whose lengths lie, is refused and never read past its end', () => {
    const whole = securityDescriptor([sendAs(ann), { type: 0, mask: 1, sid: ben }]);
    for (let length = 0; length < whole.length; length += 1) expect(readAccessEntries(whole.subarray(0, length))).toBeUndefined();
    fc.assert(fc.property(fc.integer({ min: 0, max: whole.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
      const bytes = Buffer.from(whole);
      bytes[at] = byte;
      const entries = readAccessEntries(bytes);
      expect(entries === undefined || entries.every((e) => e.sid.startsWith('S-1-'))).toBe(true);
    }), { numRuns: 2_000 });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => { readAccessEntries(bytes); }), { numRuns: 2_000 });
  });
});

describe('Send As', () => {
  it('is held by those who were given that right on the object itself', () => {
    expect(sendAsHolders(read([
      sendAs(ann), sendAs(ann), sendAs('S-1-5-10'), sendAs(ben, { flags: 0x10 }), sendAs(ben, { flags: 0x08 }), sendAs(ben, { objectType: RECEIVE_AS }), sendAs(ben, { mask: 0x20 }),
      { type: 0, mask: 0xf01ff, sid: ben }, sendAs(cem),
    ]))).toEqual([ann, cem]);
  });
  it('is not held by whoever is denied it', () => {
    expect(sendAsHolders(read([sendAs(ann, { type: 6 }), sendAs(ann), sendAs(ben)]))).toEqual([ben]);
  });
});

describe('Full Access', () => {
  it('is held by those with the bit in the list of the mailbox, without the owner and the system', () => {
    expect(fullAccessHolders(read([
      { type: 0, mask: 0x20001, sid: 'S-1-5-10' }, { type: 0, mask: 0x1, sid: 'S-1-5-18' }, { type: 0, mask: 0x1, sid: ann }, { type: 0, mask: 0x20000, sid: ben }, { type: 0, flags: 0x02, mask: 0xf0001, sid: cem },
    ]))).toEqual([ann, cem]);
  });
});
