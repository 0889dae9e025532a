import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openLdifDirectory } from '../../../electron/engines/directory/index.ts';
import { writeLdif, type LdifEntry } from '../../../electron/simulator/demo/ldif.ts';
import { follow } from './rig.ts';

const BASE = 'DC=corp,DC=example,DC=com';
const guid = (n: number): Buffer => Buffer.concat([Buffer.from([n, 0, 0, 0]), Buffer.alloc(12)]);
const person = (n: number, more: Record<string, string> = {}): LdifEntry => ({ dn: `CN=P${n},${BASE}`, attributes: [['objectClass', ['top', 'person', 'user']], ['objectGUID', [guid(n)]], ['cn', [`P${n}`]], ...Object.entries(more).map(([name, value]) => [name, [value]] as const)] });

it('reads a file whole when it was replaced, tells what changed, and reads nothing of the same file', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'causeway-file-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'corp.ldif');
  await writeFile(file, writeLdif([person(1), person(2), person(3)]));
  const follower = await follow({ kind: 'ldif', file }, () => openLdifDirectory({ file, mode: 'read only' }));
  onTestFinished(() => follower.close());
  expect(await follower.read()).toMatchObject({ method: 'whole reading', whole: 'This is the first reading.', searches: 0 });
  expect(await follower.read()).toMatchObject({ whole: null, changed: 0, gone: 0 });
  await writeFile(file, writeLdif([person(1, { telexNumber: 'nobody reads it' }), person(2, { mail: 'two@x.test' }), person(4)]));
  expect(await follower.read()).toMatchObject({ whole: 'The source is the file corp.ldif, which is read whole when it was replaced.', changed: 2, gone: 1 });
  expect((await follower.feed()).map(({ objectId, what }) => `${what} ${objectId.slice(7, 8)}`).toSorted()).toEqual(['gone 3', 'object 2', 'object 4']);
});
