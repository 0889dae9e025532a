import { afterEach, describe, expect, it } from 'vitest';
import { authoritativeServers, createResolver } from '../../../electron/platform/dns/index.ts';
import { readServer, shownServer } from '../../../electron/platform/dns/server-address.ts';
import { startDns, type DnsServer, type ZoneEntry } from '../../servers/dns.ts';

const servers: DnsServer[] = [];
const dns = async (zone: Readonly<Record<string, ZoneEntry>>): Promise<DnsServer> => { const one = await startDns(zone); servers.push(one); return one; };
afterEach(async () => { await Promise.all(servers.splice(0).map((one) => one.close())); });
const waiting = (timeoutMs: number) => (...asked: DnsServer[]) => createResolver({ servers: asked.map((one) => one.address), timeoutMs, now: () => 77 });
// Long enough for a busy machine; only what never answers is waited for so long.
const resolver = waiting(2_000);

describe('a resolver that was chosen', () => {
  it('tells records with their time to live, who answered and when', async () => {
    const one = await dns({
      'example.com': [{ kind: 'MX', host: 'Mail2.Example.com.', preference: 20, ttl: 60 }, { kind: 'MX', host: 'mail.example.com', preference: 10, ttl: 86_400 }, { kind: 'TXT', value: ['v=spf1 include:spf.protection', '.outlook.com -all'], ttl: 30 }, { kind: 'NS', value: 'ns1.example.com' }],
      'autodiscover.example.com': [{ kind: 'CNAME', value: 'Autodiscover.Outlook.com' }],
    });
    const { resolve } = resolver(one);
    expect(await resolve('Example.com.', 'MX')).toEqual({ server: one.address, at: 77, problem: null, records: [{ value: 'mail2.example.com', ttl: 60, preference: 20 }, { value: 'mail.example.com', ttl: 86_400, preference: 10 }] });
    expect((await resolve('example.com', 'TXT')).records).toEqual([{ value: 'v=spf1 include:spf.protection.outlook.com -all', ttl: 30, preference: 0 }]);
    expect((await resolve('autodiscover.example.com', 'CNAME')).records).toEqual([{ value: 'autodiscover.outlook.com', ttl: 3_600, preference: 0 }]);
  });

  it('tells a name that is not there from one without such records, and each failure of a server', async () => {
    const one = await dns({ 'below.example': { referral: 'ns1.below.example' }, 'empty.example': [], 'broken.example': 'SERVFAIL', 'mine.example': 'REFUSED', 'silent.example': 'silent', 'noise.example': 'garbage' });
    const { resolve } = resolver(one);
    const said = await Promise.all(['nobody.example', 'empty.example', 'below.example', 'broken.example', 'mine.example', 'silent.example', 'noise.example'].map(async (name) => (await resolve(name, 'MX')).problem));
    expect(said).toEqual(['NXDOMAIN', 'no data', 'refused', 'SERVFAIL', 'refused', 'timeout', 'timeout']);
    await one.close();
    servers.length = 0;
    expect((await resolve('example.com', 'MX')).problem).toBe('unreachable');
  });

  it('asks again when a datagram may have been lost, and the next server when one does not answer for good', async () => {
    const [dead, alive] = [await dns({ 'example.com': 'silent' }), await dns({ 'example.com': [{ kind: 'MX', host: 'mail.example.com' }] })];
    expect(await resolver(dead, alive).resolve('example.com', 'MX')).toMatchObject({ server: alive.address, problem: null });
    expect(dead.asked).toEqual(['udp MX example.com', 'udp MX example.com']);
    // That there is no such name is an answer: nobody else is asked.
    expect(await resolver(alive, dead).resolve('other.example', 'MX')).toMatchObject({ server: alive.address, problem: 'NXDOMAIN' });
    expect(dead.asked).toHaveLength(2);
  });

  it('takes a cut answer again over TCP', async () => {
    const many = Array.from({ length: 30 }, (_, i) => ({ kind: 'TXT', value: `record number ${i} of a domain with very many of them` }) as const);
    const one = await dns({ 'many.example': many });
    expect((await resolver(one).resolve('many.example', 'TXT')).records).toHaveLength(30);
    expect(one.asked).toEqual(['udp TXT many.example', 'tcp TXT many.example']);
  });

  it('passes over an answer that is not to its own question', async () => {
    const one = await dns({ 'example.com': { forged: [{ kind: 'MX', host: 'attacker.example' }], then: [{ kind: 'MX', host: 'mail.example.com' }] } });
    expect((await resolver(one).resolve('example.com', 'MX')).records.map((r) => r.value)).toEqual(['mail.example.com']);
  });

  it('follows an alias within the answer, and never takes an alias for the record asked for', async () => {
    const one = await dns({ 'www.example.com': [{ kind: 'CNAME', value: 'host.example.com' }], 'host.example.com': [{ kind: 'A', value: '192.0.2.1' }] });
    const { resolve } = resolver(one);
    expect((await resolve('www.example.com', 'A')).records.map((r) => r.value)).toEqual(['192.0.2.1']);
    expect((await resolve('www.example.com', 'MX')).problem).toBe('no data');
  });

  it('asks for international names in their ASCII form and refuses what is no name', async () => {
    const one = await dns({ 'xn--mller-kva.example': [{ kind: 'MX', host: 'mail.example.com' }], 'selector1._domainkey.example.com': [{ kind: 'CNAME', value: 'x.example' }] });
    const { resolve } = resolver(one);
    expect((await resolve('müller.example', 'MX')).problem).toBeNull();
    expect((await resolve('selector1._domainkey.example.com', 'CNAME')).problem).toBeNull();
    await expect(resolve('two words', 'MX')).rejects.toMatchObject({ data: { code: 'INVALID_INPUT' } });
  });

  it('ends when it is told to', async () => {
    const one = await dns({ 'example.com': 'silent' });
    const stop = new AbortController();
    const asked = createResolver({ servers: [one.address], timeoutMs: 60_000, now: () => 0 }).resolve('example.com', 'MX', stop.signal);
    stop.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
  });

  it('uses the servers of this computer when none are chosen', () => {
    expect(createResolver({ servers: [], now: () => 0 }).servers.every((one) => readServer(one) !== undefined)).toBe(true);
  });
});

describe('servers that answer for a domain', () => {
  it('are found by the NS records of the domain or of the one above', async () => {
    const one = await dns({ 'example.com': [{ kind: 'NS', value: 'ns2.example.net' }, { kind: 'NS', value: 'ns1.example.net' }], 'ns1.example.net': [{ kind: 'A', value: '192.0.2.1' }], 'ns2.example.net': [{ kind: 'AAAA', value: '2001:db8::2' }] });
    expect(await authoritativeServers(resolver(one), 'mail.example.com')).toEqual(['192.0.2.1', '2001:db8::2']);
    expect(await authoritativeServers(resolver(one), 'nobody.example')).toEqual([]);
  });

  it('are not those of the domain above when it cannot be told whether the domain has some', async () => {
    const above = { 'example.com': [{ kind: 'NS', value: 'ns1.example.com' }], 'ns1.example.com': [{ kind: 'A', value: '192.0.2.1' }] } as const;
    for (const entry of ['SERVFAIL', 'REFUSED', { referral: 'ns1.mail.example.com' }] as const) {
      expect(await authoritativeServers(resolver(await dns({ ...above, 'mail.example.com': entry })), 'mail.example.com')).toEqual([]);
    }
  });
});

describe('the address of a server', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1:53'], ['192.0.2.1:5353', '192.0.2.1:5353'], ['2001:db8::1', '[2001:db8::1]:53'], ['[2001:db8::1]:5353', '[2001:db8::1]:5353'], [' 127.0.0.1 ', '127.0.0.1:53'],
  ])('%s is read as %s', (text, shown) => {
    const server = readServer(text);
    expect(server === undefined ? undefined : shownServer(server)).toBe(shown);
  });

  it.each(['dns.example.com', '300.1.1.1', '192.0.2.1:0', '192.0.2.1:99999', '', '[192.0.2.1]:53', '192.0.2.1:53:53'])('%s is none', (text) => {
    expect(readServer(text)).toBeUndefined();
    expect(() => createResolver({ servers: [text], now: () => 0 })).toThrow(/not the address of a DNS server/);
  });
});
