import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { csvOf } from '../../../electron/app/csv.ts';
import { readCsv } from '../../../electron/app/csv-lines.ts';
import { isDead, leaseOwner } from '../../../electron/app/dead-owners.ts';
import { generatePassword } from '../../../electron/app/passwords.ts';
import { kindOf, toSourceObject, wantedAttributes } from '../../../electron/app/source-attributes.ts';
import { toTaskRow } from '../../../electron/app/task-rows.ts';
import type { TaskRecord } from '../../../electron/store/index.ts';
import { DEFAULT_PASSWORD_POLICY } from '../../../shared/domain/passwords.ts';
import { TASK_STATES, type TaskState } from '../../../shared/domain/statuses.ts';
import { securityDescriptor } from '../../servers/security-descriptor.ts';

describe('passwords', () => {
  it('have every kind of character, none that look alike, and never repeat', () => {
    const many = Array.from({ length: 500 }, () => generatePassword(DEFAULT_PASSWORD_POLICY));
    expect(new Set(many).size).toBe(500);
    for (const password of many) {
      expect(password).toHaveLength(20);
      for (const kind of [/[A-Z]/, /[a-z]/, /\d/, /[^A-Za-z\d]/]) expect(password).toMatch(kind);
      expect(password).not.toMatch(/[0O1lI]/);
    }
    // No place is always of the same kind: the kinds are not given away by position.
    for (let at = 0; at < 20; at++) expect(new Set(many.map((p) => /\d/.test(p.charAt(at)))).size).toBe(2);
  });
});

describe('CSV', () => {
  it('comes back as it went in, but for what a spreadsheet would run', () => {
    const rows = [['a', 'b'], ['x,"y"\nz', 'Zoë; 日本'], ['', ' padded ']];
    const text = csvOf(rows);
    expect(text.startsWith('\uFEFFa,b\r\n')).toBe(true);
    expect(Papa.parse<string[]>(text.slice(1), { skipEmptyLines: false }).data.slice(0, 3)).toEqual(rows);
    for (const start of ['=', '+', '-', '@', '\t', '\r']) {
      const [[cell]] = Papa.parse<string[]>(csvOf([[`${start}1+1`]]).slice(1)).data as [[string]];
      expect(cell).toBe(`'${start}1+1`);
    }
    // A line break later in the cell changes nothing, nor do wide letters; and all of it comes back.
    for (const cell of ["'=1", '=1+1\n|x', '@a\nb', '\n=1', '\uFF1D1']) {
      const text = csvOf([['head', 'other'], [cell, 'x']]);
      expect(Papa.parse<string[]>(text.slice(1)).data[1]?.[0]).toBe(`'${cell}`);
      expect(readCsv(text, 'kept').rows).toEqual([{ line: 2, cells: [cell, 'x'] }]);
    }
    expect(csvOf([])).toBe('\uFEFF\r\n');
  });
});

describe('owners of leases', () => {
  it('are dead when their process of this machine has ended, and only then', () => {
    expect(isDead(leaseOwner('x'))).toBe(false);
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    expect(isDead(`${hostname()}:${pid}:x`)).toBe(true);
    expect(isDead(`another-machine:${pid}:x`)).toBe(false);
    // Process 1 belongs to somebody else on most machines and runs on all of them.
    if (process.platform !== 'win32') expect(isDead(`${hostname()}:1:x`)).toBe(false);
    for (const odd of ['', hostname(), `${hostname()}:`, `${hostname()}:none:x`]) expect(isDead(odd), odd).toBe(false);
  });
});

describe('source objects', () => {
  it('are users, groups and contacts; computers are none though they are users by class', () => {
    expect(kindOf(['top', 'person', 'organizationalPerson', 'user'])).toBe('user');
    expect(kindOf(['top', 'PERSON', 'inetOrgPerson'])).toBe('user');
    expect(kindOf(['top', 'group'])).toBe('group');
    expect(kindOf(['top', 'person', 'organizationalPerson', 'contact'])).toBe('contact');
    expect(kindOf(['top', 'person', 'organizationalPerson', 'user', 'Computer'])).toBeUndefined();
    expect(kindOf(['top', 'organizationalUnit'])).toBeUndefined();
  });
  it('keep links apart whatever their spelling, and are named by display name, name, cn or DN', () => {
    const base = { guid: 'g', dn: 'CN=A\\, B,DC=x', objectClass: ['user'], deleted: false };
    const object = toSourceObject({ ...base, attributes: { MANAGER: ['CN=boss'], member: [], title: ['Clerk'], displayName: ['A B'], uSNChanged: ['7'] } });
    expect(object).toMatchObject({ id: 'g', kind: 'user', name: 'A B', links: { manager: ['CN=boss'] }, attributes: { title: ['Clerk'] }, usn: '7' });
    expect(object?.attributes).not.toHaveProperty('member');
    const list = (entries: Parameters<typeof securityDescriptor>[0]): string[] => [securityDescriptor(entries).toString('base64')];
    const permitted = toSourceObject({ ...base, attributes: {
      homeMDB: ['CN=DB1'],
      nTSecurityDescriptor: list([{ type: 5, mask: 0x100, objectType: 'ab721a54-1e2f-11d0-9819-00aa0040529b', sid: 'S-1-5-21-1-2-3-1104' }]), msExchMailboxSecurityDescriptor: list([{ type: 0, mask: 1, sid: 'S-1-5-10' }]),
    } });
    expect(permitted).toMatchObject({ attributes: { homeMDB: ['CN=DB1'] }, links: { nTSecurityDescriptor: ['<SID=S-1-5-21-1-2-3-1104>'] } });
    expect(Object.keys({ ...permitted?.attributes, ...permitted?.links })).toEqual(['homeMDB', 'nTSecurityDescriptor']);
    expect(toSourceObject({ ...base, attributes: { nTSecurityDescriptor: list([{ type: 5, mask: 0x100, objectType: 'ab721a54-1e2f-11d0-9819-00aa0040529b', sid: 'S-1-5-21-1-2-3-1104' }]) } })?.links).toEqual({});
    expect(toSourceObject({ ...base, attributes: {} })?.name).toBe('A, B');
    expect(toSourceObject({ ...base, guid: '', attributes: {} })).toBeUndefined();
  });
  it('are asked for with what the rules name, each attribute once', () => {
    const names = wantedAttributes([{ sourceAttribute: 'employeeID' }, { sourceAttribute: 'EMPLOYEEID' }, { sourceAttribute: '' }, { sourceAttribute: 'MAIL' }] as never);
    expect(names.filter((n) => n.toLowerCase() === 'employeeid')).toEqual(['employeeID']);
    expect(names.filter((n) => n.toLowerCase() === 'mail')).toEqual(['mail']);
    for (const needed of ['objectGUID', 'manager', 'member', 'userAccountControl']) expect(names).toContain(needed);
    expect(names).not.toContain('');
  });
});

describe('what may be done to a task', () => {
  const task = (state: TaskState, more: Partial<TaskRecord> = {}) => toTaskRow({ kind: 'Migrate', state, checkpoint: { stage: 'apply' }, planId: 'p', rolledBackBy: null, ...more } as TaskRecord);
  const allowed = (key: 'canCancel' | 'canResume' | 'canRollBack' | 'canApprove', more: Partial<TaskRecord> = {}) => TASK_STATES.filter((state) => task(state, more)[key]);
  it('follows its state', () => {
    expect(allowed('canCancel')).toEqual(['Queued', 'Running']);
    expect(allowed('canApprove')).toEqual(['Awaiting approval', 'Scheduled']);
    expect(allowed('canApprove', { planId: null })).toEqual([]);
    expect(allowed('canResume')).toEqual(['Completed with errors', 'Failed', 'Cancelled', 'Interrupted']);
    expect(allowed('canRollBack')).toEqual(['Completed', 'Completed with errors', 'Failed', 'Cancelled', 'Interrupted']);
  });
  it('and whether it wrote: a plan that was never applied, a roll back and what was rolled back cannot be rolled back', () => {
    expect(allowed('canRollBack', { checkpoint: null })).toEqual([]);
    expect(allowed('canRollBack', { checkpoint: { stage: 'plan' } })).toEqual([]);
    expect(allowed('canRollBack', { rolledBackBy: 'r' })).toEqual([]);
    expect(allowed('canRollBack', { kind: 'Roll back' })).toEqual([]);
    expect(allowed('canResume', { checkpoint: null })).toEqual(['Failed', 'Cancelled', 'Interrupted']);
  });
});
