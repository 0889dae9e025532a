import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../../electron/cli/main.ts';
import type { CheckFindingRow } from '../../../shared/contracts/checks.ts';
import { openRig, type Rig } from './rig.ts';
import { guid, person, personDn, works, worksTenant } from './works.ts';

/** Eva has one address twice, once with a space at its end, in a domain that is not verified; Fay's name is too long. */
let rig: Rig;
let id: string;
const HEADER = 'DISTINGUISHEDNAME,ATTRIBUTE,VALUE,UPDATE,ACTION,OBJECTGUID,MESSAGE';
const SPACED = 'smtp:eva@elsewhere.org ';
const LONG = 'x'.repeat(300);

beforeAll(async () => {
  rig = await openRig({ source: [...works(), person(41, 'eva', { proxyAddresses: [SPACED, SPACED.trim()] }), person(42, 'fay', { displayName: LONG, mailNickname: '..fay' })], seed: worksTenant() });
});
afterAll(async () => { await rig.close(); });

const findings = async (): Promise<readonly CheckFindingRow[]> => (await rig.call('checks.page', { id, limit: 500 })).rows;
const choiceOf = async (value: string) => (await findings()).find((f) => f.value === value && f.attribute !== 'userPrincipalName')?.choice;
const take = async (...lines: string[]) => await rig.call('checks.import', { id, text: [HEADER, ...lines].join('\r\n') });

describe('decisions from a CSV', () => {
  beforeAll(async () => {
    const { taskId } = await rig.call('checks.start', { pairId: rig.pairId, collectionId: rig.collectionId });
    await rig.ended(taskId);
    id = taskId;
    expect((await findings()).filter((f) => f.attribute === 'proxyAddresses').map((f) => f.value).toSorted()).toEqual([SPACED.trim(), SPACED]);
  });

  it('are about the very value of the line, and not about one that differs by a space', async () => {
    expect(await take(`"${personDn('eva')}",proxyAddresses,${SPACED.trim()},,COMPLETE,,`)).toMatchObject({ taken: 1, problemsTotal: 0 });
    expect([await choiceOf(SPACED.trim()), await choiceOf(SPACED)]).toEqual(['COMPLETE', '']);
    // Where a spreadsheet dropped the space there is no other value that could be meant.
    expect(await take(`"${personDn('fay')}",mailNickname,..fay ,,EDIT,,`)).toMatchObject({ taken: 1, problemsTotal: 0 });
  });

  it('are refused when the line names another object than the one that has the distinguished name now', async () => {
    const { taken, problems } = await take(`"${personDn('eva')}",proxyAddresses,"${SPACED}",,REMOVE,${guid(99)},`);
    expect({ taken, problems }).toMatchObject({ taken: 0, problems: [{ line: 2, message: expect.stringContaining(guid(99)) }] });
    expect(await choiceOf(SPACED)).toBe('');
  });

  it('name lines as an editor counts them, whatever their ends', async () => {
    const { problems } = await rig.call('checks.import', { id, text: `${HEADER}\r\n"${personDn('eva')}",mail,a,,EDIT,,"two\nlines"\n"${personDn('eva')}",mail,b,,EDIT,,\n` });
    expect(problems.map((p) => p.line)).toEqual([2, 4]);
  });

  it('keep their letters in the encoding of a spreadsheet of Western Europe', async () => {
    const file = path.join(rig.folder, 'back.csv');
    await writeFile(file, Buffer.from(`${HEADER}\r\n"${personDn('fay')}",displayName,${LONG},Jörg,EDIT,,\r\n`, 'latin1'));
    const stream = () => new PassThrough().resume() as unknown as NodeJS.WriteStream;
    const before = process.env['CAUSEWAY_HOME'];
    process.env['CAUSEWAY_HOME'] = path.join(rig.folder, 'home');
    try {
      expect(await main(['--quiet', '--project', rig.file, 'check', 'import', '--collection', 'Everyone', '--file', file], { stdout: stream(), stderr: stream(), stdin: new PassThrough() as unknown as NodeJS.ReadStream })).toBe(0);
    } finally { if (before === undefined) delete process.env['CAUSEWAY_HOME']; else process.env['CAUSEWAY_HOME'] = before; }
    expect((await findings()).find((f) => f.value === LONG)).toMatchObject({ choice: 'EDIT', newValue: 'Jörg' });
  });
});
