import { describe, expect, it } from 'vitest';
import { findServers, orderSrv, parseServer, showServer, type LdapSettings } from '../../../../electron/engines/directory/ldap/servers.ts';

const settings = (more: Partial<LdapSettings>): LdapSettings => ({
  kind: 'ldap', domain: 'corp.example.com', servers: [], security: 'ldaps', caFile: null, username: 'u', secretRef: 's', baseDn: '', ...more,
});

describe('finding domain controllers', () => {
  it.each([
    ['dc1.corp.example.com', 'dc1.corp.example.com:636'], ['dc1:3269', 'dc1:3269'], ['10.0.0.1', '10.0.0.1:636'], ['[::1]:1636', '[::1]:1636'], ['::1', '[::1]:636'],
  ])('reads %s', (text, shown) => {
    expect(showServer(parseServer(text, 'ldaps'))).toBe(shown);
  });

  it.each(['', 'dc 1', 'dc1:0', 'dc1:99999', 'ldap://dc1', 'dc1:abc'])('refuses %j', (text) => {
    expect(() => parseServer(text, 'plain')).toThrow(expect.objectContaining({ data: expect.objectContaining({ code: 'INVALID_INPUT' }) }));
  });

  it('orders SRV records by priority, then weight', () => {
    const record = (host: string, priority: number, weight: number): Parameters<typeof orderSrv>[0][number] => ({ host, port: 389, priority, weight });
    expect(orderSrv([record('c', 1, 5), record('b', 0, 1), record('a', 0, 9)]).map((each) => each.host)).toStrictEqual(['a', 'b', 'c']);
  });

  it('asks DNS for the domain when no server is named, and uses the port of LDAPS', async () => {
    const asked: string[] = [];
    const resolve = (name: string): Promise<{ host: string; port: number; priority: number; weight: number }[]> => {
      asked.push(name);
      return Promise.resolve([{ host: 'dc2.corp.example.com.', port: 389, priority: 1, weight: 0 }, { host: 'dc1.corp.example.com', port: 389, priority: 0, weight: 0 }]);
    };
    expect(await findServers(settings({}), resolve)).toStrictEqual([{ host: 'dc1.corp.example.com', port: 636 }, { host: 'dc2.corp.example.com', port: 636 }]);
    expect(await findServers(settings({ security: 'starttls' }), resolve)).toMatchObject([{ port: 389 }, { port: 389 }]);
    expect(asked[0]).toBe('_ldap._tcp.corp.example.com');
  });

  it('says what to do when DNS knows none', async () => {
    for (const resolve of [() => Promise.resolve([]), () => Promise.reject(new Error('ENOTFOUND'))]) {
      await expect(findServers(settings({}), resolve)).rejects.toMatchObject({ data: { code: 'DIRECTORY_UNAVAILABLE', retryable: true, message: expect.stringContaining('_ldap._tcp.corp.example.com') } });
    }
  });
});
