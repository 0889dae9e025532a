import { describe, expect, it } from 'vitest';
import type { FakeAnswer, FakeScript, FakeSearch } from '../../../servers/fake-ldap.ts';
import { all, attributesOf, fake, isPreparation, open } from './open-fake.ts';

const GUID = Buffer.from('78563412341234121234' + '1234567890ab', 'hex');

/** A script for everything but the root entry. */
function searching(script: (request: FakeSearch, answer: FakeAnswer) => void): FakeScript {
  return {
    search: (request, answer) => {
      if (!isPreparation(request)) return script(request, answer);
      if (request.base === '') answer.entry('', { defaultNamingContext: ['DC=x'] });
      return answer.done();
    },
  };
}

describe('reading pages', () => {
  it('does not end at a page without entries that carries a cookie', async () => {
    const server = await fake(searching(({ page }, answer) => {
      if (page?.cookie === '') answer.entry('CN=1', { cn: ['1'] });
      if (page?.cookie === 'b') for (const cn of ['2', '3', '4']) answer.entry(`CN=${cn}`, { cn: [cn] });
      answer.done({ cookie: page?.cookie === '' ? 'a' : page?.cookie === 'a' ? 'b' : '' });
    }));
    const entries = await all(await open([server.server]));
    expect(entries.map((entry) => entry.dn)).toStrictEqual(['CN=1', 'CN=2', 'CN=3', 'CN=4']);
  });

  it('asks for pages of the wanted size, 200 when nothing is said, and refuses more than 1,000', async () => {
    const sizes: (number | undefined)[] = [];
    const server = await fake(searching(({ page }, answer) => {
      sizes.push(page?.size);
      answer.done({ cookie: '' });
    }));
    const directory = await open([server.server]);
    for (const pageSize of [1000, 1]) await all(directory, { pageSize });
    await all(directory);
    await all(directory, { limit: 3 });
    expect(sizes).toStrictEqual([1000, 1, 200, 3]);
    for (const pageSize of [1001, 0, 2.5]) await expect(all(directory, { pageSize })).rejects.toMatchObject({ data: { code: 'INVALID_INPUT' } });
  });

  it('stops at the limit and gives the search up on the server', async () => {
    const pages: string[] = [];
    const server = await fake(searching(({ page }, answer) => {
      pages.push(`${page?.size}:${page?.cookie}`);
      for (let i = 0; i < 2; i += 1) answer.entry(`CN=${pages.length}-${i}`, { cn: ['x'] });
      answer.done({ cookie: 'more' });
    }));
    expect(await all(await open([server.server]), { limit: 3, pageSize: 2 })).toHaveLength(3);
    await expect.poll(() => pages).toStrictEqual(['2:', '2:more', '0:more']);
  });

  it('reads the rest of a group that Windows sends in ranges, and no more requests than needed', async () => {
    const members = Array.from({ length: 3700 }, (_, i) => `CN=u${i},DC=x`);
    const asked: string[] = [];
    const server = await fake(searching(({ base, attributes }, answer) => {
      const from = Number(/;range=(\d+)-\*/.exec(attributes.join())?.[1] ?? 0);
      if (from > 0) asked.push(`${base} ${attributes.join()}`);
      const last = from + 1500 >= members.length;
      answer.entry('CN=g,DC=x', { objectGUID: [GUID], cn: ['g'], [`member;range=${from}-${last ? '*' : from + 1499}`]: members.slice(from, from + 1500), ...(from === 0 ? { member: [] } : {}) });
      answer.done({ cookie: '' });
    }));
    const entries = await all(await open([server.server]), { attributes: ['cn', 'member'] });
    expect(attributesOf(entries)).toStrictEqual({ objectGUID: [GUID.toString('base64')], cn: ['g'], member: members });
    const base = '<GUID=12345678-1234-1234-1234-1234567890ab>';
    expect(asked).toStrictEqual([`${base} member;range=1500-*`, `${base} member;range=3000-*`]);
  });

  it('leaves out an object that disappears between its ranges', async () => {
    const server = await fake(searching(({ base }, answer) => {
      if (base.startsWith('<GUID')) return answer.done({ code: 32 });
      answer.entry('CN=g', { objectGUID: [GUID], 'member;range=0-0': ['CN=a'] });
      answer.entry('CN=h', { cn: ['h'] });
      return answer.done();
    }));
    expect((await all(await open([server.server]), { attributes: ['cn', 'member'] })).map((entry) => entry.dn)).toStrictEqual(['CN=h']);
  });

  it('does not loop when a server repeats a range', async () => {
    const server = await fake(searching((_, answer) => {
      answer.entry('CN=g', { 'member;range=0-0': ['CN=a'] });
      answer.done();
    }));
    await expect(all(await open([server.server]), { attributes: ['member'] })).rejects.toMatchObject({ data: { code: 'DIRECTORY_REFUSED', message: expect.stringContaining('loop') } });
  });

  it('tells a cleared attribute from one that was not asked for by leaving both out, never by an empty list', async () => {
    const server = await fake(searching((_, answer) => {
      answer.entry('CN=x', { cn: ['x'], mail: [] });
      answer.done();
    }));
    expect(attributesOf(await all(await open([server.server]), { attributes: ['cn', 'mail', 'sn'] }))).toStrictEqual({ cn: ['x'] });
  });

  it('ignores search references, which every read at the root of a domain brings', async () => {
    const server = await fake(searching((_, answer) => {
      answer.reference('ldap://DomainDnsZones.x/DC=DomainDnsZones,DC=x');
      answer.entry('CN=x', { cn: ['x'] });
      answer.done();
    }));
    expect(await all(await open([server.server]))).toHaveLength(1);
  });

  it('names the other server when the answer is a referral', async () => {
    const server = await fake(searching((_, answer) => answer.done({ code: 10, message: '0000202B: RefErr', referrals: ['ldap://other.example.com/DC=y'] })));
    await expect(all(await open([server.server]))).rejects.toMatchObject({ data: { code: 'DIRECTORY_REFUSED', message: expect.stringContaining('ldap://other.example.com/DC=y') } });
  });

  it.each([[50, 'FORBIDDEN'], [32, 'NOT_FOUND'], [3, 'TIMEOUT'], [51, 'DIRECTORY_UNAVAILABLE'], [53, 'DIRECTORY_REFUSED'], [34, 'INVALID_INPUT'], [80, 'DIRECTORY_REFUSED']])('makes of result %i the error %s with server, base and filter', async (code, expected) => {
    const server = await fake(searching((_, answer) => answer.done({ code, message: 'text of the server' })));
    await expect(all(await open([server.server]))).rejects.toMatchObject({
      data: { code: expected, message: expect.stringMatching(/DC=x.*\(cn=\*\).*127\.0\.0\.1/), detail: { ldapCode: code, serverMessage: 'text of the server' } },
    });
  });

  it('asks for deleted objects with the control, and only when wanted', async () => {
    const seen: boolean[] = [];
    const server = await fake(searching(({ controls }, answer) => {
      seen.push(controls.has('1.2.840.113556.1.4.417'));
      answer.entry('CN=x\\0ADEL:1', { isDeleted: ['TRUE'] });
      answer.done();
    }));
    const directory = await open([server.server]);
    expect((await all(directory, { deleted: true }))[0]?.deleted).toBe(true);
    await all(directory);
    expect(seen).toStrictEqual([true, false]);
  });

  it('reads 200,000 entries of one answer that the server did not page', async () => {
    const server = await fake(searching((_, answer) => {
      const block = Buffer.concat(Array.from({ length: 1000 }, () => answer.message(0x64, (writer) => {
        writer.writeString('CN=x');
        writer.startSequence();
        writer.endSequence();
      })));
      for (let i = 0; i < 200; i += 1) answer.raw(block);
      answer.done();
    }));
    expect(await all(await open([server.server]))).toHaveLength(200_000);
  });

  it('spreads more than eight open searches over a second connection, as servers drop the oldest of more than ten', async () => {
    const perConnection = new Map<number, number>();
    const server = await fake(searching(({ page, connection }, answer) => {
      if (page?.size !== 0 && page?.cookie === '') perConnection.set(connection, (perConnection.get(connection) ?? 0) + 1);
      answer.entry('CN=x', { cn: ['x'] });
      answer.done({ cookie: page?.cookie === '' ? 'a' : '' });
    }));
    const directory = await open([server.server]);
    await directory.schema();
    const query = { base: 'DC=x', scope: 'sub', filter: '(cn=*)', attributes: ['cn'] } as const;
    const reads = Array.from({ length: 12 }, () => directory.read(query)[Symbol.asyncIterator]());
    await Promise.all(reads.map((read) => read.next()));
    expect([...perConnection.values()]).toStrictEqual([8, 4]);
    await Promise.all(reads.map((read) => read.return?.()));
  });
});
