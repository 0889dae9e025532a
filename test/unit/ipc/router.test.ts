import { describe, expect, it } from 'vitest';
import { createRouter, type Handlers } from '../../../electron/ipc/router.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { handlersWith } from './handlers.ts';

const project = {
  id: '6f1c1a52-58b3-4d53-9c2e-3b8f8b8f0a11', name: 'Contoso', file: '/x.causeway', createdAt: 1, demo: false, version: '0.1.0', schemaVersion: '1', secrets: 'session', logFolder: '/logs',
} as const;

function routerWith(given: Partial<Handlers>, checkOutput = true) {
  const logged: { fields: object; message: string }[] = [];
  const dispatch = createRouter(handlersWith(given), { checkOutput, newReference: () => 'abcd1234', log: { error: (fields, message) => { logged.push({ fields, message }); } } });
  return { logged, call: (channel: string, input: unknown, signal = new AbortController().signal) => dispatch(channel, input, { signal }) };
}

describe('the router', () => {
  it('gives the handler parsed input with its defaults and returns its answer', async () => {
    const seen: unknown[] = [];
    const { call } = routerWith({ 'tasks.list': async (input) => { seen.push(input); return { rows: [] }; } });
    expect(await call('tasks.list', {})).toEqual({ ok: true, value: { rows: [] } });
    expect(seen).toEqual([{ limit: 100 }]);
  });

  it.each(['nothing.here', 'toString', '__proto__', 'constructor', ''])('does not know the channel "%s"', async (name) => {
    expect(await routerWith({}).call(name, {})).toMatchObject({ ok: false, error: { code: 'UNKNOWN_CHANNEL' } });
  });

  it('names the field that does not fit and never calls the handler', async () => {
    let called = 0;
    const { call } = routerWith({ 'project.rename': async () => { called++; return project; } });
    expect(await call('project.rename', { name: '  ' })).toEqual({
      ok: false, error: { code: 'INVALID_INPUT', message: 'name: must not be empty.', retryable: false, detail: { channel: 'project.rename', field: 'name' } },
    });
    expect(await call('project.rename', null)).toMatchObject({ error: { code: 'INVALID_INPUT', detail: { channel: 'project.rename' } } });
    expect(called).toBe(0);
  });

  it('names the field inside a union', async () => {
    const result = await routerWith({}).call('collections.addObjects', { id: project.id, dns: [] });
    expect(result).toMatchObject({ error: { detail: { field: 'dns' } } });
    const inUnion = await routerWith({}).call('pairs.test', { id: 5 });
    expect(inUnion).toMatchObject({ error: { detail: { field: 'id' } } });
  });

  it('passes application errors on as they are', async () => {
    const { call, logged } = routerWith({ 'project.get': async () => { throw appError(ErrorCode.Conflict, 'The file exists.', { retryable: true }); } });
    expect(await call('project.get', {})).toEqual({ ok: false, error: { code: 'CONFLICT', message: 'The file exists.', retryable: true } });
    expect(logged).toEqual([]);
  });

  it('hides the text of a bug behind a reference that the log explains', async () => {
    const bug = new TypeError('password was hunter2');
    const { call, logged } = routerWith({ 'project.get': async () => { throw bug; } });
    const result = await call('project.get', {});
    expect(result).toMatchObject({ ok: false, error: { code: 'INTERNAL', ref: 'abcd1234' } });
    expect(JSON.stringify(result)).toContain('abcd1234');
    expect(JSON.stringify(result)).not.toContain('hunter2');
    expect(logged).toEqual([{ fields: { err: bug, channel: 'project.get', ref: 'abcd1234' }, message: 'unexpected error in a handler' }]);
  });

  it('also answers when a handler throws at once or something that is no error', async () => {
    const { call } = routerWith({ 'project.get': () => { throw 'a text'; } });
    expect(await call('project.get', {})).toMatchObject({ error: { code: 'INTERNAL' } });
  });

  it('reports an abort as cancelled, also with a reason of its own, and a time-out as one', async () => {
    const abort = new AbortController();
    const { call } = routerWith({
      'project.get': async (_, { signal }) => { signal.throwIfAborted(); return project; },
      'agents.list': async () => { throw new DOMException('late', 'TimeoutError'); },
    });
    abort.abort(new Error('the window was closed'));
    expect(await call('project.get', {}, abort.signal)).toMatchObject({ error: { code: 'CANCELLED' } });
    expect(await call('agents.list', {})).toMatchObject({ error: { code: 'TIMEOUT', retryable: true } });
  });

  it('checks answers only when told to', async () => {
    const wrong = { 'project.get': async () => ({ ...project, secrets: 'nowhere' }) } as unknown as Partial<Handlers>;
    expect(await routerWith(wrong).call('project.get', {})).toMatchObject({ error: { code: 'INTERNAL' } });
    expect(await routerWith(wrong, false).call('project.get', {})).toMatchObject({ ok: true });
  });
});
