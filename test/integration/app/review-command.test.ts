import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { main } from '../../../electron/cli/main.ts';
import { GLOBAL_ADMINISTRATOR } from '../../../electron/simulator/index.ts';
import { openRig, type Rig } from './rig.ts';
import { account, cloudId, guid, person, works, worksTenant } from './works.ts';

let rig: Rig;
const home = process.env['CAUSEWAY_HOME'];
beforeAll(async () => {
  const seed = worksTenant([account(14, 'dot', { displayName: 'Dorothy' }), account(18, 'gus', { displayName: 'Guido' }), account(20, 'boss', { displayName: 'Boss' })]);
  rig = await openRig({
    source: [...works(), person(15, 'boss'), person(18, 'gus')],
    seed: { ...seed, roles: [{ id: cloudId(90), roleTemplateId: GLOBAL_ADMINISTRATOR, displayName: 'Global Administrator', memberIds: [cloudId(20)] }] },
  });
  await rig.match();
  process.env['CAUSEWAY_HOME'] = path.join(rig.folder, 'home');
});
afterAll(async () => {
  if (home === undefined) delete process.env['CAUSEWAY_HOME']; else process.env['CAUSEWAY_HOME'] = home;
  await rig.close();
});

/** Runs the command in this process, beside the open console. */
async function match(...args: string[]): Promise<{ readonly code: number; readonly text: string; readonly json: Record<string, unknown> }> {
  let [text, errors] = ['', ''];
  const stream = (take: (chunk: string) => void) => new PassThrough().setEncoding('utf8').on('data', take) as unknown as NodeJS.WriteStream;
  const code = await main(['--project', rig.file, 'match', ...args], { stdout: stream((chunk) => { text += chunk; }), stderr: stream((chunk) => { errors += chunk; }), stdin: new PassThrough() as unknown as NodeJS.ReadStream });
  await new Promise((resolve) => { setTimeout(resolve, 5); });
  return { code, text: text + errors, json: (text.startsWith('{') ? JSON.parse(text) : {}) as Record<string, unknown> };
}
const review = async (...args: string[]) => (((await match('review', '--json', ...args)).json['rows'] ?? []) as readonly { name: string; review: string }[]).map((row) => `${row.name}: ${row.review}`);

it('lists what waits, accepts in bulk and keeps administrators for a typed text', async () => {
  expect(await review()).toEqual(['Boss: To review', 'Dot: To review', 'Gus: To review']);
  const shown = await match('review', '--risk', 'names differ');
  expect(shown.text).toMatch(/Dot +Dorothy +user userPrincipalName.*names differ.*displayName: Dot \/ Dorothy/);
  expect(shown.text).toContain('To review: 3');
  expect(await match('accept', '--all', '--dry-run')).toMatchObject({ code: 4, text: expect.stringMatching(/would change 2 objects; nothing was changed[\s\S]*repeat with --override "Boss"/) as string });
  expect(await review()).toHaveLength(3);
  expect((await match('accept', '--all')).code).toBe(4);
  expect(await review()).toEqual(['Boss: To review']);
  expect(await match('accept', '--id', guid(15), '--override', 'nobody')).toMatchObject({ code: 4, text: expect.stringContaining('type "Boss"') as string });
  expect((await match('accept', '--id', guid(15), '--override', 'Boss')).code).toBe(0);
  expect(await review()).toEqual([]);
});

it('undoes, rejects, takes back and says what was decided', async () => {
  expect(await match('undo')).toMatchObject({ code: 0, text: expect.stringContaining('Undid "accept" of 1 objects.') as string });
  expect(await review()).toEqual(['Boss: To review']);
  expect((await match('reject', '--id', guid(18))).code).toBe(0);
  expect(await match('reject', '--id', guid(18))).toMatchObject({ code: 1, text: expect.stringContaining('Gus: No match is proposed that could be rejected.') as string });
  expect(await review('--review', 'rejected')).toEqual(['Gus: Rejected']);
  expect((await match('retract', '--all', '--review', 'Rejected')).code).toBe(0);
  expect((await match('leave', '--id', guid(12))).code).toBe(0);
  expect((await match('decisions')).text).toMatch(/leave out +1 +0[\s\S]*take back +1 +0[\s\S]*reject +1 +0[\s\S]*accept +1 +1[\s\S]*accept +2 +0/);
  expect(await match('accept')).toMatchObject({ code: 2 });
  expect(await match('review', '--risk', 'nothing')).toMatchObject({ code: 2, text: expect.stringContaining('none of: type differs') as string });
});

it('reads and sets the policy', async () => {
  expect((await match('policy')).text).toContain('Waiting for review: risky matches (not set here).');
  expect((await match('policy', '--wait', 'every match')).code).toBe(0);
  expect(await review('--state', 'Matched')).toEqual(['Ann: To review', 'Cem: To review']);
  expect((await match('policy', '--inherit')).text).toContain('risky matches (not set here)');
});

it('maps from a file, and takes decisions from an exported one', async () => {
  const file = path.join(rig.folder, 'pairs.csv');
  writeFileSync(file, Buffer.from('\uFEFFsAMAccountName\tid\r\nben\tnowhere\r\ngus\t' + cloudId(18) + '\r\n', 'utf16le'));
  expect(await match('map', file)).toMatchObject({ code: 1, text: expect.stringMatching(/problem +No object of the tenant has the id nowhere[\s\S]*2 lines: 1 would be pinned, 0 unchanged, 1 with a problem/) as string });
  expect((await match('map', file, '--apply')).code).toBe(1);
  expect(await review('--review', 'Pinned')).toEqual(['Gus: Pinned']);
  const out = path.join(rig.folder, 'review.csv');
  expect((await match('review', '--everything', '--csv', out)).code).toBe(0);
  writeFileSync(out, readFileSync(out, 'utf8').replace(new RegExp(`^(${guid(11)}(?:,[^,]*){5}),,`, 'm'), '$1,accept,'));
  expect(await match('import', out, '--apply')).toMatchObject({ code: 0, text: expect.stringContaining('1 decided') as string });
  expect(await review('--review', 'Accepted', '--search', 'ann')).toEqual(['Ann: Accepted']);
  expect(await match('map', path.join(rig.folder, 'nothing.csv'))).toMatchObject({ code: 2 });
});
