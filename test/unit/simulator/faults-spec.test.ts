import { describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/domain/errors.ts';
import { draws } from '../../../electron/simulator/faults/draws.ts';
import { FAULT_HELP, parseFaults } from '../../../electron/simulator/faults/spec.ts';
import { innerSubject, meets, outerSubject, parseTarget } from '../../../electron/simulator/faults/target.ts';

describe('a specification of faults', () => {
  it('is read clause by clause, with commas or semicolons between them', () => {
    const { seed, clauses } = parseFaults(' error=0.05:503 , error=20%:429/TooManyRequests:1.5s@POST /users;drop-before=.01:30s; slow=1:1s-5s, quota=0.25, lag=250ms, exchange-lag=2m, seed=7,');
    expect(seed).toBe(7);
    expect(clauses.map((c) => [c.text, c.rule, c.target === null])).toEqual([
      ['error=0.05:503', { kind: 'error', rate: 0.05, status: 503, code: undefined, retryAfterMs: undefined }, true],
      ['error=20%:429/TooManyRequests:1.5s@POST /users', { kind: 'error', rate: 0.2, status: 429, code: 'TooManyRequests', retryAfterMs: 1500 }, false],
      ['drop-before=.01:30s', { kind: 'drop-before', rate: 0.01, span: { from: 30_000, to: 30_000 } }, true],
      ['slow=1:1s-5s', { kind: 'slow', rate: 1, span: { from: 1000, to: 5000 } }, true],
      ['quota=0.25', { kind: 'quota', share: 0.25 }, true],
      ['lag=250ms', { kind: 'lag', span: { from: 250, to: 250 } }, true],
      ['exchange-lag=2m', { kind: 'exchange-lag', span: { from: 120_000, to: 120_000 } }, true],
    ]);
    expect(parseFaults('  ')).toEqual({ seed: 0, clauses: [] });
  });

  it.each([
    'error=0.05', 'error=2:503', 'error=-1:503', 'error=0.1:999', 'error=0.1:503@users', 'error=0.1:503@POST', 'error=0.1:503:soon', 'error=0.1:200', 'slow=0.1', 'slow=0.1:5s-1s', 'slow=0.1:3', 'slow=0.1:2h', 'trickle=x:1s',
    'truncate=', 'truncate', 'truncate=0.1:1s', 'quota=0', 'quota=2', 'lag=', 'lag=5s@/users', 'seed=x', 'seed=1@/users', 'bogus=1', 'drop-before=0.1:', 'reset-delta=1@/users', '=1', 'error=0.1:503/a b',
  ])('refuses "%s" in one sentence that names it', (clause) => {
    let error: unknown;
    try { parseFaults(`error=0.1:500, ${clause}`); } catch (e) { error = e; }
    expect(error).toBeInstanceOf(AppError);
    const { code, message } = (error as AppError).data;
    expect(code).toBe('INVALID_INPUT');
    expect(message).toContain(`"${clause}"`);
    expect(message.split(/\.\s/)).toHaveLength(1);
  });

  it('is described for people with every clause it knows', () => {
    for (const name of ['error', 'error-after', 'drop-before', 'drop-after', 'reset-before', 'reset-after', 'reset-middle', 'truncate', 'slow', 'trickle', 'quota', 'quota-drop', 'lag', 'exchange-lag', 'reset-delta', 'seed']) expect(FAULT_HELP).toContain(`${name}=`);
  });
});

describe('a target', () => {
  const met = (target: string, method: string, path: string, body = '') => meets(parseTarget(target) ?? null, outerSubject(method, path, body));
  it.each([
    ['POST /users', 'POST', '/v1.0/users', true], ['POST /users', 'GET', '/v1.0/users', false], ['/users', 'GET', '/v1.0/users/x', false], ['/users/*', 'GET', '/v1.0/users/x', true], ['/users/*', 'GET', '/v1.0/users/x/manager', false],
    ['/users/**', 'GET', '/v1.0/users/x/manager', true], ['PATCH|DELETE /groups/**', 'DELETE', '/v1.0/groups/1/members/2/$ref', true], ['/v1.0/users', 'GET', '/v1.0/users', true], ['post /USERS/', 'POST', '/v1.0/users', true],
    ['/$batch', 'POST', '/v1.0/$batch', true], ['/users/a.b', 'GET', '/v1.0/users/aXb', false], ['/oauth2/**', 'POST', '/tenant/oauth2/v2.0/token', true], ['/tenant/oauth2/v2.0/token', 'POST', '/tenant/oauth2/v2.0/token', true],
    ['/oauth2/**', 'GET', '/v1.0/oauth2/x', true], ['/adminapi/**', 'POST', '/adminapi/beta/tid/InvokeCommand', true], ['/users/ü', 'GET', '/v1.0/users/%C3%BC', true],
  ])('%s and %s %s: %s', (target, method, path, expected) => { expect(met(target, method, path)).toBe(expected); });

  it('meets Exchange by cmdlet', () => {
    const body = JSON.stringify({ CmdletInput: { CmdletName: 'Set-Mailbox', Parameters: {} } });
    expect(met('/adminapi/Set-*', 'POST', '/adminapi/beta/tid/InvokeCommand', body)).toBe(true);
    expect(met('/adminapi/Get-*', 'POST', '/adminapi/beta/tid/InvokeCommand', body)).toBe(false);
    expect(met('/adminapi/$batch', 'POST', '/adminapi/beta/tid/$batch', body)).toBe(true);
  });

  it('meets the requests of a batch by their relative address', () => {
    expect(meets(parseTarget('POST /users') ?? null, innerSubject('graph', { method: 'post', url: '/users?$select=id' }))).toBe(true);
    expect(meets(parseTarget('POST /users') ?? null, innerSubject('graph', { method: 'POST', url: 'users' }))).toBe(true);
    expect(meets(parseTarget('/adminapi/Set-Mailbox') ?? null, innerSubject('exchange', { method: 'POST', url: 'https://outlook.office365.com/adminapi/beta/t/InvokeCommand', body: { CmdletInput: { CmdletName: 'Set-Mailbox' } } }))).toBe(true);
    expect(meets(parseTarget('/adminapi/Get-*') ?? null, innerSubject('exchange', { method: 'POST', url: '/adminapi/beta/t/InvokeCommand', body: { CmdletInput: { CmdletName: 'Set-Mailbox' } } }))).toBe(false);
  });
});

describe('chances of a clause', () => {
  const sequence = (seed: number, clause: string) => { const d = draws(seed, clause); return Array.from({ length: 5000 }, () => d.next().happens(0.05)); };
  it('are the same for the same seed, and others for another seed or clause', () => {
    expect(sequence(1, 'a')).toEqual(sequence(1, 'a'));
    expect(sequence(1, 'a')).not.toEqual(sequence(2, 'a'));
    expect(sequence(1, 'a')).not.toEqual(sequence(1, 'b'));
  });
  it('keep the rate', () => {
    for (const clause of ['error=0.05:503\n0', 'x', 'truncate=0.05\n1']) {
      const hits = sequence(3, clause).filter(Boolean).length;
      // Six standard deviations of a binomial distribution around 250.
      expect(Math.abs(hits - 250)).toBeLessThan(6 * Math.sqrt(5000 * 0.05 * 0.95));
    }
  });
});
