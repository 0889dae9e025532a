import { X509Certificate } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAuthority, makeCertificate } from '../../../servers/certificates.ts';
import type { FakeAnswer, FakeScript, FakeSearch } from '../../../servers/fake-ldap.ts';
import { all, fake, isPreparation, open, USER } from './open-fake.ts';

/** Answers every search with one entry that names who was signed in. */
function whoAmI(before: (request: FakeSearch, answer: FakeAnswer) => Promise<boolean> | boolean = () => false): FakeScript {
  return {
    search: async (request, answer) => {
      if (!isPreparation(request) && (await before(request, answer))) return;
      answer.entry(request.base, { cn: [request.boundAs], defaultNamingContext: ['DC=x'] });
      answer.done();
    },
  };
}

describe('the life of a connection', () => {
  it('opens one connection for any number of operations at once, and answers them all', async () => {
    const server = await fake(whoAmI(async () => { await sleep(20); return false; }));
    const directory = await open([server.server]);
    const answers = await Promise.all(Array.from({ length: 20 }, () => directory.get('CN=x', ['cn'])));
    expect(new Set(answers.map((entry) => entry?.attributes['cn']?.[0]))).toStrictEqual(new Set([USER]));
    expect(server.seen).toMatchObject({ connections: 1, binds: 1 });
  });

  it('signs in again after a loss, once for all that wait, and never asks anonymously', async () => {
    const names = new Set<string>();
    const server = await fake(whoAmI((request) => { names.add(request.boundAs); return false; }));
    const directory = await open([server.server]);
    await all(directory);
    server.dropAll();
    await sleep(50);
    await Promise.all(Array.from({ length: 8 }, () => all(directory)));
    expect(server.seen).toMatchObject({ connections: 2, binds: 2 });
    expect(names).toStrictEqual(new Set([USER]));
  });

  it('repeats a read when the connection turns out to be lost at its first page', async () => {
    let dropped = false;
    const server = await fake(whoAmI((_, answer) => {
      if (dropped) return false;
      dropped = true;
      answer.drop();
      return true;
    }));
    expect(await all(await open([server.server]))).toHaveLength(1);
    expect(server.seen.binds).toBe(2);
  });

  it('does not start again in the middle of a read: the error says that it may be repeated', async () => {
    const server = await fake(whoAmI(({ page }, answer) => {
      if (page?.cookie === 'a') answer.drop();
      else {
        answer.entry('CN=1', { cn: ['1'] });
        answer.done({ cookie: 'a' });
      }
      return true;
    }));
    await expect(all(await open([server.server]))).rejects.toMatchObject({ data: { code: 'DIRECTORY_UNAVAILABLE', retryable: true } });
  });

  it('never repeats a change whose answer was lost, and says that its outcome is unknown', async () => {
    let changes = 0;
    const server = await fake({
      ...whoAmI(), modify: (_, answer) => { changes += 1; answer.drop(); },
    });
    const directory = await open([server.server]);
    await expect(directory.modify('CN=x', [{ operation: 'replace', attribute: 'sn', values: ['y'] }])).rejects.toMatchObject({ data: { code: 'DIRECTORY_UNAVAILABLE', message: expect.stringContaining('not known') } });
    expect(changes).toBe(1);
  });

  it('ends with TIMEOUT when the server keeps silent, and uses a new connection afterwards', async () => {
    let silent = true;
    const server = await fake(whoAmI(() => silent));
    const directory = await open([server.server], { options: { timeouts: { operation: 150 } } });
    await expect(all(directory)).rejects.toMatchObject({ data: { code: 'TIMEOUT', retryable: true, message: expect.stringContaining('DC=x') } });
    silent = false;
    expect(await all(directory)).toHaveLength(1);
    expect(server.seen.connections).toBe(2);
  });

  it('waits for a slow answer as long as something comes', async () => {
    const server = await fake(whoAmI(async (_, answer) => {
      for (let i = 0; i < 6; i += 1) {
        answer.entry('CN=x', { cn: ['x'] });
        await sleep(60);
      }
      answer.done();
      return true;
    }));
    expect(await all(await open([server.server], { options: { timeouts: { operation: 200 } } }))).toHaveLength(6);
  });

  it('stops at once when cancelled, tells the server, and stays usable', async () => {
    const server = await fake(whoAmI(({ base }) => base === 'DC=slow'));
    const directory = await open([server.server]);
    await directory.schema();
    const stop = new AbortController();
    const read = all(directory, { base: 'DC=slow' }, stop.signal);
    setTimeout(() => stop.abort(), 30);
    await expect(read).rejects.toMatchObject({ data: { code: 'CANCELLED' } });
    await expect.poll(() => server.seen.abandons).toBe(1);
    expect(await all(directory)).toHaveLength(1);
    await expect(all(directory, {}, AbortSignal.abort())).rejects.toMatchObject({ data: { code: 'CANCELLED' } });
    expect(server.seen.connections).toBe(1);
  });

  it('stops before the next page when cancelled between two', async () => {
    const server = await fake(whoAmI((_, answer) => {
      answer.entry('CN=1', { cn: ['1'] });
      answer.done({ cookie: 'more' });
      return true;
    }));
    const stop = new AbortController();
    const directory = await open([server.server]);
    await expect((async () => {
      for await (const page of directory.read({ base: 'DC=x', scope: 'sub', filter: '(cn=*)', attributes: ['cn'] }, stop.signal)) {
        expect(page).toHaveLength(1);
        stop.abort();
      }
    })()).rejects.toMatchObject({ data: { code: 'CANCELLED' } });
  });

  it('takes a notice of disconnection for a loss', async () => {
    const server = await fake(whoAmI((request, answer) => {
      if (request.connection > 1) return false;
      answer.notice(52);
      return true;
    }));
    expect(await all(await open([server.server]))).toHaveLength(1);
  });

  it.each([
    ['bytes that are no LDAP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['an indefinite length', Buffer.from([0x30, 0x80, 0x02, 0x01])],
    ['a length of four gigabytes', Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff])],
  ])('ends with an error and not in a hang after %s', async (_, bytes) => {
    const server = await fake(whoAmI((_request, answer) => {
      answer.raw(bytes);
      return true;
    }));
    await expect(all(await open([server.server]))).rejects.toMatchObject({ data: { code: 'DIRECTORY_REFUSED', message: expect.stringContaining('not valid LDAP') } });
  });

  it('ends every waiting operation after a malformed entry, also when good messages follow in the same packet', async () => {
    const server = await fake(whoAmI((_, answer) => {
      const good = answer.message(0x64, (writer) => { writer.writeString('CN=x'); writer.startSequence(); writer.endSequence(); });
      const bad = Buffer.from(good);
      bad[bad.length - 1] = 0x40;
      answer.raw(Buffer.concat([bad, good]));
      answer.done();
      return true;
    }));
    await expect(all(await open([server.server]))).rejects.toMatchObject({ data: { code: 'DIRECTORY_REFUSED' } });
  });

  it('passes over intermediate responses, which other software lets a search hang on', async () => {
    const server = await fake(whoAmI((_, answer) => {
      answer.raw(Buffer.concat([answer.message(0x79, () => undefined), answer.message(0x64, (writer) => { writer.writeString('CN=x'); writer.startSequence(); writer.endSequence(); })]));
      answer.done();
      return true;
    }));
    expect(await all(await open([server.server]))).toHaveLength(1);
  });

  it('reads a value of 12 MB', async () => {
    const big = 'a'.repeat(12_000_000);
    const server = await fake(whoAmI((_, answer) => {
      answer.entry('CN=x', { cn: [big] });
      answer.done();
      return true;
    }));
    expect((await all(await open([server.server])))[0]?.attributes['cn']?.[0]?.length).toBe(big.length);
  });

  it('refuses to work after close, and closes twice without harm', async () => {
    const server = await fake(whoAmI());
    const directory = await open([server.server]);
    await directory.close();
    await directory.close();
    await expect(all(directory)).rejects.toMatchObject({ data: { code: 'DIRECTORY_UNAVAILABLE' } });
    await expect(directory.get('CN=x', [])).rejects.toMatchObject({ data: { code: 'DIRECTORY_UNAVAILABLE' } });
  });
});

describe('TLS', () => {
  let dir = '';
  let tls: NonNullable<FakeScript['tls']>;
  let caFile = '';
  beforeAll(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'causeway-tls-'));
    const authority = await makeAuthority(dir);
    const made = await makeCertificate(dir, authority, { name: 'server', dnsNames: ['localhost'], addresses: ['127.0.0.1'] });
    tls = { cert: await readFile(made.certFile), key: await readFile(made.keyFile) };
    caFile = authority.caFile;
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('notices a loss after StartTLS and signs in over TLS again', async () => {
    const server = await fake({ ...whoAmI(), tls });
    const directory = await open([server.server], { security: 'starttls', caFile });
    await all(directory);
    server.dropAll();
    await sleep(50);
    expect((await all(directory))[0]?.attributes['cn']).toStrictEqual([USER]);
    expect(server.seen).toMatchObject({ connections: 2, binds: 2 });
  });

  it('sends no password when StartTLS is refused', async () => {
    const server = await fake({ tls, refuseStartTls: 52 });
    await expect(open([server.server], { security: 'starttls', caFile })).rejects.toMatchObject({ data: { code: 'DIRECTORY_REFUSED', message: expect.stringContaining('StartTLS') } });
    expect(server.seen.binds).toBe(0);
  });

  it('does not take bytes that arrive before the handshake for part of the encrypted connection', async () => {
    const server = await fake({ tls, afterStartTls: Buffer.from([0x30, 0x05, 0x02]) });
    await expect(open([server.server], { security: 'starttls', caFile })).rejects.toMatchObject({ data: { code: expect.stringMatching(/DIRECTORY_/) } });
    expect(server.seen.binds).toBe(0);
  });

  it('trusts nobody whose authority was not given', async () => {
    const server = await fake({ ...whoAmI(), tls, ldaps: true });
    await expect(open([server.server], { security: 'ldaps' })).rejects.toMatchObject({ data: { code: 'CERTIFICATE_REFUSED', message: expect.stringContaining('authority') } });
    await expect(open([server.server], { security: 'ldaps', caFile: path.join(dir, 'server-key.pem') })).rejects.toMatchObject({ data: { code: 'INVALID_INPUT' } });
    await expect(open([server.server], { security: 'ldaps', caFile: path.join(dir, 'none.pem') })).rejects.toMatchObject({ data: { code: 'INVALID_INPUT' } });
    expect(server.seen.binds).toBe(0);
    expect(await all(await open([server.server], { security: 'ldaps', caFile }))).toHaveLength(1);
  });

  it('takes the authority as DER too, as Windows exports it by default', async () => {
    const server = await fake({ ...whoAmI(), tls, ldaps: true });
    const der = path.join(dir, 'ca.cer');
    await writeFile(der, new X509Certificate(await readFile(caFile)).raw);
    expect(await all(await open([server.server], { security: 'ldaps', caFile: der }))).toHaveLength(1);
  });

  it('says so when the port does not speak TLS', async () => {
    const server = await fake();
    await expect(open([server.server], { security: 'ldaps', caFile })).rejects.toMatchObject({ data: { code: 'DIRECTORY_UNAVAILABLE' } });
  });
});
