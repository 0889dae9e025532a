import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createOutput, jsonLine, printable, table } from '../../../electron/cli/output.ts';
import { createProgress, duration } from '../../../electron/cli/progress.ts';
import { exitCodeOf, EXIT } from '../../../electron/cli/exit-codes.ts';
import { exitCodeOfTask } from '../../../electron/cli/task-outcome.ts';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { TASK_STATES } from '../../../shared/domain/statuses.ts';

/** Collects what is written; a terminal when `columns` is given. */
function screen(columns?: number) {
  const stream = new PassThrough();
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; });
  Object.assign(stream, columns === undefined ? { isTTY: false } : { isTTY: true, columns });
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => text };
}
function outputs(options: { readonly json?: boolean; readonly quiet?: boolean } = {}) {
  const [out, err] = [screen(), screen()];
  return { output: createOutput({ json: options.json ?? false, quiet: options.quiet ?? false, stdout: out.stream, stderr: err.stream }), out, err };
}

/** What a hostile directory value may hold: a colour, a title, a C1 control sequence, a bell, DEL. */
const HOSTILE = 'A\u001b[31mB\u001b]0;title\u0007C\u009b2JD\u007fE\tF\r\nG';
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

describe('exit codes', () => {
  const codes: Readonly<Record<ErrorCode, number>> = {
    INVALID_INPUT: 2, UNKNOWN_CHANNEL: 2, NOT_FOUND: 2, CONFLICT: 2, BAD_FILE: 2, NEWER_PROJECT: 2,
    TIMEOUT: 3, AUTH_FAILED: 3, FORBIDDEN: 3, CERTIFICATE_REFUSED: 3, DIRECTORY_UNAVAILABLE: 3, DIRECTORY_REFUSED: 3, TENANT_UNAVAILABLE: 3, TENANT_REFUSED: 3, THROTTLED: 3, SECRET_MISSING: 3, HOST_GONE: 3, DATABASE_UNAVAILABLE: 3,
    GUARD_STOPPED: 4, DRIFT: 4, CANCELLED: 130, LEASE_LOST: 1, INTERNAL: 1,
  };
  it.each(Object.values(ErrorCode))('%s', (code) => { expect(exitCodeOf(appError(code, 'x'))).toBe(codes[code]); });
  it('of anything else is 1', () => {
    for (const error of [new Error('x'), 'x', undefined, null]) expect(exitCodeOf(error)).toBe(EXIT.failed);
  });
  it('of a task follow its state, and of a failed one its reason', () => {
    const task = (state: TaskRow['state'], failure?: string) => ({ state, message: 'x', ...(failure === undefined ? {} : { failure }) }) as TaskRow;
    const ends = Object.fromEntries(TASK_STATES.map((state) => [state, exitCodeOfTask(task(state))]));
    expect(ends).toEqual({ Queued: 1, Running: 1, 'Awaiting approval': 4, Scheduled: 0, Cancelling: 1, Completed: 0, 'Completed with errors': 1, Failed: 1, Cancelled: 130, Interrupted: 1, Discarded: 1 });
    expect(exitCodeOfTask(task('Failed', ErrorCode.AuthFailed))).toBe(3);
    expect(exitCodeOfTask(task('Failed', ErrorCode.BadFile))).toBe(2);
    expect(exitCodeOfTask(task('Failed', 'NO_SUCH_CODE'))).toBe(1);
  });
});

describe('tables', () => {
  it('line columns up, cut long cells but the last, and say when there is nothing', () => {
    expect(table(['NAME', 'N'], [['Ann', 1], ['Bartholomew', null]])).toEqual(['NAME         N', '-----------  -', 'Ann          1', 'Bartholomew']);
    const [head, , row] = table(['A', 'B'], [['x'.repeat(100), 'y'.repeat(100)]]);
    expect(head).toBe(`A${' '.repeat(61)}B`);
    expect(row).toBe(`${'x'.repeat(60)}  ${'y'.repeat(100)}`);
    expect(table(['A'], [])).toEqual(['(none)']);
  });
  it('let no control character through', () => {
    expect(printable(HOSTILE)).not.toMatch(CONTROL);
    expect(printable(HOSTILE)).not.toContain('\n');
    expect(printable('Zoë 日本 👍')).toBe('Zoë 日本 👍');
    for (const line of table(['A', 'B'], [[HOSTILE, HOSTILE]])) expect(line).not.toMatch(CONTROL);
  });
});

describe('output', () => {
  it('puts results on standard output and remarks on standard error', () => {
    const { output, out, err } = outputs();
    output.result({ a: 1 }, ['one', 'two']);
    output.note('remark');
    output.problem('bad');
    expect([out.text(), err.text()]).toEqual(['one\ntwo\n', 'remark\nbad\n']);
  });
  it('quiet keeps remarks to itself, never problems and errors', () => {
    const { output, err } = outputs({ quiet: true });
    output.note('remark');
    output.problem('bad');
    output.error(appError(ErrorCode.NotFound, 'There is no pair "x".'));
    expect(err.text()).toBe('bad\nThere is no pair "x".\n');
  });
  it('lets no control character of a directory through, whatever the way', () => {
    for (const json of [false, true]) {
      const { output, out, err } = outputs({ json });
      output.result({ name: HOSTILE }, [`name ${HOSTILE}`]);
      output.note(HOSTILE);
      output.problem(HOSTILE);
      output.error(appError(ErrorCode.Conflict, `"${HOSTILE}" is taken.`));
      expect(out.text(), 'standard output').not.toMatch(CONTROL);
      expect(err.text(), 'standard error').not.toMatch(CONTROL);
    }
  });
  it('json is one line that gives the value back exactly', () => {
    const { output, out } = outputs({ json: true });
    const value = { name: HOSTILE, list: [1, null, 'Zoë'] };
    output.result(value, ['not shown']);
    expect(out.text().trimEnd()).not.toContain('\n');
    expect(JSON.parse(out.text())).toEqual(value);
    expect(jsonLine('\u2028')).toBe('"\u2028"');
  });
  it('json tells an error with its code on standard output, and the sentence on standard error', () => {
    const { output, out, err } = outputs({ json: true });
    output.error(appError(ErrorCode.Throttled, 'Busy.', { retryable: true, ref: 'ab12' }));
    expect(JSON.parse(out.text())).toEqual({ error: { code: 'THROTTLED', message: 'Busy.', retryable: true, ref: 'ab12' } });
    expect(err.text()).toBe('Busy. (reference ab12)\n');
  });
  it('an error of nobody\'s making is INTERNAL, without a stack', () => {
    const { output, out, err } = outputs({ json: true });
    output.error(new TypeError('x is not a function'));
    expect(JSON.parse(out.text())).toMatchObject({ error: { code: 'INTERNAL', retryable: false } });
    expect(err.text()).not.toContain('at ');
  });
});

describe('progress', () => {
  const row = (more: Partial<TaskRow>): TaskRow => ({ id: 't', kind: 'Migrate', phase: 'apply', state: 'Running', done: 0, failed: 0, total: null, timeLeftMs: null, throttledMs: 0, ...more }) as TaskRow;
  it('without a terminal is a line for each phase and each tenth', () => {
    const { stream, text } = screen();
    const progress = createProgress({ quiet: false, stderr: stream });
    progress.show(row({ phase: 'match' }));
    progress.show(row({ phase: 'match', done: 5 }));
    for (let done = 0; done <= 100; done++) progress.show(row({ total: 100, done, failed: done === 100 ? 2 : 0 }));
    progress.end();
    const lines = text().trimEnd().split('\n');
    expect(lines[0]).toBe('Migrate: match');
    expect(lines).toHaveLength(12);
    expect(lines[1]).toBe('Migrate: apply 0 % (0 of 100)');
    expect(lines[11]).toBe('Migrate: apply 100 % (100 of 100), 2 failed');
    expect(text()).not.toMatch(CONTROL);
  });
  it('on a terminal is one line that moves, never wider than it, and is gone at the end', () => {
    const { stream, text } = screen(60);
    const progress = createProgress({ quiet: false, stderr: stream });
    progress.show(row({ total: 200, done: 50, failed: 3, timeLeftMs: 90_000, throttledMs: 61_000 }));
    const bar = text().replaceAll('\r\u001b[2K', '');
    expect(bar).not.toContain('\n');
    expect(bar.length).toBeLessThan(60);
    expect(bar).toContain('██████░░░░░░░░░░░░░░░░░░ 50 of 200');
    progress.show(row({ total: 0, done: 0 }));
    progress.show(row({ total: 10, done: 20 }));
    progress.end();
    expect(text().endsWith('\r\u001b[2K')).toBe(true);
  });
  it('unknown totals show no percentage, and the wait for the tenant is told', () => {
    const { stream, text } = screen(200);
    createProgress({ quiet: false, stderr: stream }).show(row({ done: 7, throttledMs: 61_000, timeLeftMs: 4_000 }));
    expect(text()).toContain('· 7, about 4 s left, waited 61 s for the tenant');
    expect(text()).not.toContain('%');
  });
  it('quiet shows nothing', () => {
    const { stream, text } = screen();
    const progress = createProgress({ quiet: true, stderr: stream });
    progress.show(row({}));
    progress.end();
    expect(text()).toBe('');
  });
  it.each([[0, '1 s'], [400, '1 s'], [4_400, '4 s'], [89_400, '89 s'], [90_000, '2 min'], [89 * 60_000, '89 min'], [90 * 60_000, '1 h 30 min'], [130 * 60_000, '2 h 10 min'], [3_600_000 * 25, '25 h 0 min']])('%d ms is %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});
