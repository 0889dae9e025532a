import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { fake, open, PASSWORD, USER } from './open-fake.ts';

const AD = (data: string): string => `80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data ${data}, v3839\0`;

describe('signing in', () => {
  it.each([
    ['52e', 'user name or the password is wrong'], ['525', 'no such account'], ['533', 'disabled'], ['701', 'account has expired'], ['532', 'password has expired'],
    ['773', 'must be changed'], ['775', 'locked out'], ['530', 'at this time'], ['531', 'from this computer'],
  ])('explains data %s of Active Directory', async (data, words) => {
    const server = await fake({ bind: () => ({ code: 49, message: AD(data) }) });
    const failure = open([server.server]);
    await expect(failure).rejects.toMatchObject({ data: { code: 'AUTH_FAILED', retryable: false, message: expect.stringContaining(words) } });
    await expect(failure).rejects.toMatchObject({ data: { message: expect.stringContaining(USER) } });
    await expect(failure).rejects.not.toMatchObject({ data: { message: expect.stringContaining(PASSWORD) } });
  });

  it('refuses an empty password or name before anything is sent: it would be an anonymous bind', async () => {
    const server = await fake();
    await expect(open([server.server], { options: { password: '' } })).rejects.toMatchObject({ data: { code: 'AUTH_FAILED' } });
    await expect(open([server.server], { username: ' ' })).rejects.toMatchObject({ data: { code: 'AUTH_FAILED' } });
    expect(server.seen.connections).toBe(0);
  });

  it('asks for TLS when the server demands it', async () => {
    const server = await fake({ bind: () => ({ code: 8, message: 'Transport encryption required' }) });
    await expect(open([server.server])).rejects.toMatchObject({ data: { code: 'AUTH_FAILED', message: expect.stringContaining('LDAPS') } });
  });

  it('goes on to the next server when one does not answer, but never tries a wrong password twice', async () => {
    const good = await fake();
    const wrong = await fake({ bind: () => ({ code: 49, message: AD('52e') }) });
    const closed = await fake();
    await closed.stop();
    const directory = await open([closed.server, good.server]);
    await expect(directory.rootDse()).rejects.toMatchObject({ data: { code: 'DIRECTORY_REFUSED' } });
    expect(good.seen.binds).toBe(1);
    await expect(open([wrong.server, good.server])).rejects.toMatchObject({ data: { code: 'AUTH_FAILED' } });
    expect(good.seen.binds).toBe(1);
  });

  it('names every server that could not be reached', async () => {
    const [one, two] = [await fake(), await fake()];
    await Promise.all([one.stop(), two.stop()]);
    const failure = open([one.server, two.server]);
    await expect(failure).rejects.toMatchObject({ data: { code: 'DIRECTORY_UNAVAILABLE', retryable: true, message: expect.stringContaining(one.server) } });
    await expect(failure).rejects.toMatchObject({ data: { message: expect.stringContaining(two.server) } });
  });

  it('gives up on a server that accepts and then says nothing', async () => {
    const silent = net.createServer(() => undefined);
    await new Promise<void>((resolve) => { silent.listen(0, '127.0.0.1', resolve); });
    const { port } = silent.address() as net.AddressInfo;
    const started = Date.now();
    for (const security of ['plain', 'ldaps', 'starttls'] as const) {
      await expect(open([`127.0.0.1:${port}`], { security, options: { timeouts: { connect: 150 } } })).rejects.toMatchObject({ data: { retryable: true } });
    }
    expect(Date.now() - started).toBeLessThan(3000);
    silent.close();
  });
});
