import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { Streams } from '../run.ts';

/**
 * Reads a secret from a file, from standard input, or by asking without echo on a terminal. Never from an argument or
 * the environment, where other users and logs see it.
 * @param what for the question, e.g. `Password of svc@corp.example.com`.
 * @returns the text without its line end; undefined when there is no file and no terminal to ask on.
 * @throws AppError BAD_FILE when the file cannot be read or is empty.
 */
export async function readSecret(file: string | undefined, what: string, streams: Streams): Promise<string | undefined> {
  if (file !== undefined) {
    let text: string;
    try { text = readFileSync(file === '-' ? 0 : file, 'utf8'); } catch (cause) {
      throw appError(ErrorCode.BadFile, `The secret file ${file} cannot be read: ${(cause as Error).message}.`, { cause });
    }
    const secret = text.includes('-----BEGIN') ? text : text.replace(/\r?\n$/, '');
    if (secret === '') throw appError(ErrorCode.BadFile, `The secret file ${file} is empty.`);
    return secret;
  }
  if (!streams.stdin.isTTY) return undefined;
  const silent = new Writable({ write(_chunk, _encoding, done) { done(); } });
  const ask = createInterface({ input: streams.stdin, output: silent, terminal: true });
  streams.stderr.write(`${what}: `);
  try { return await new Promise<string>((resolve) => { ask.question('', resolve); }); } finally { ask.close(); streams.stderr.write('\n'); }
}
