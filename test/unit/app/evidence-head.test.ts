import { copyFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { noteHead } from '../../../electron/app/evidence-head.ts';
import { silentLog } from '../../../electron/platform/index.ts';
import { openEvidenceHeads } from '../../../electron/platform/evidence-heads.ts';
import { sandbox } from '../store/fixture.ts';

const { folder, open } = sandbox();

describe('the head of the chain of evidence', () => {
  it('is written down when its link is on the disk, each time', async () => {
    const store = await open();
    const heads = openEvidenceHeads(folder());
    const found: unknown[] = [];
    // The project alone, without its log, as it would be after a loss of power.
    const linksAlone = (): unknown => {
      const copy = path.join(folder(), 'copy.db');
      copyFileSync(store.file, copy);
      const alone = new Database(copy);
      try { return alone.prepare('select max(number) from evidence_link').pluck().get(); } finally { alone.close(); }
    };
    const services = { store, log: silentLog, evidenceHeads: { ...heads, note: async (head: Parameters<typeof heads.note>[0]) => { found.push([head.number, linksAlone()]); await heads.note(head); } } };
    for (const subject of ['one', 'two']) {
      await store.evidence.record({ pairId: null, collectionId: null, taskId: null, kind: 'settings changed', actor: 'me', at: 1, subject, detail: '{}' });
      await noteHead(services);
    }
    expect(found).toEqual([[1, 1], [2, 2]]);
  });
});
