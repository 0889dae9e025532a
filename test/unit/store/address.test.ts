import { describe, expect, it } from 'vitest';
import { isPostgres, parseAddress, shownPlace, withPassword } from '../../../electron/store/index.ts';

describe('the address of a project on PostgreSQL', () => {
  it.each([
    ['postgres://causeway@db.example.com/migration', { host: 'db.example.com', port: 5432, user: 'causeway', database: 'migration', schema: 'causeway', password: undefined, tls: 'checked', shown: 'postgres://causeway@db.example.com/migration?schema=causeway' }],
    ['postgresql://a%40b:p%2Fw%25@127.0.0.1:6000/my%20db?schema=contoso_2', { host: '127.0.0.1', port: 6000, user: 'a@b', password: 'p/w%', database: 'my db', schema: 'contoso_2', tls: 'off', shown: 'postgresql://a%40b@127.0.0.1:6000/my%20db?schema=contoso_2' }],
    ['postgres://u:p@[::1]/d?sslmode=verify-full', { host: '::1', tls: 'checked', shown: 'postgres://u@[::1]/d?sslmode=verify-full&schema=causeway' }],
    ['postgres://u@10.0.0.5/d?sslmode=disable&sslrootcert=/ca.pem', { tls: 'off', authorityFile: '/ca.pem' }],
    ['postgres://u@localhost/d?host=/run/postgresql', { host: '/run/postgresql', tls: 'off' }],
  ])('is read: %s', (text, expected) => {
    expect(parseAddress(text)).toMatchObject(expected);
  });

  it.each([
    'postgres://', 'postgres://u@h', 'postgres://h/d', 'postgres://u@/d', 'postgres://u@h/d/e', 'postgres://u:hidden@h/d?schema=Big', 'postgres://u:hidden@h/d?schema=pg_x', 'postgres://u:hidden@h/d?schema=a;b',
    'postgres://u:hidden@h:port/d', 'postgres://u:hidden@h/d?password=hidden', 'postgres://u:hidden@h/d?sslmode=prefer', 'postgres://u:hidden@h/d?options=-c', 'postgres://u:hid%den@h/d', 'postgres://u:hidden@h/d?host=other',
  ])('is refused without being repeated: %s', (text) => {
    try {
      parseAddress(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ data: { code: 'INVALID_INPUT' } });
      expect(`${String(error)} ${JSON.stringify(error)} ${String((error as Error).cause)}`).not.toMatch(/hidden|hid%/);
    }
  });

  it('takes a password, and never shows one', () => {
    const whole = withPassword('postgres://u@h/d', 'p@ss/w%rd 1');
    expect(parseAddress(whole).password).toBe('p@ss/w%rd 1');
    expect(parseAddress(withPassword(whole, 'other')).password).toBe('p@ss/w%rd 1');
    expect(shownPlace(whole)).toBe('postgres://u@h/d?schema=causeway');
    expect(parseAddress(shownPlace(whole)).schema).toBe('causeway');
    expect([shownPlace('/a/b.causeway'), isPostgres('/a/postgres'), isPostgres('POSTGRES://u@h/d')]).toEqual(['/a/b.causeway', false, true]);
  });
});
