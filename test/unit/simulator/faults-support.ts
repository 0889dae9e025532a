import { connect, type Socket } from 'node:net';
import { expect } from 'vitest';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../electron/simulator/index.ts';
import { signIn, type Rig } from './support.ts';
import { signingKeyPem } from '../../servers/signing-key.ts';

/** A simulator that several tests of a file share, because making its signing key is what takes time; the file closes it. */
export interface SharedRig { readonly sim: Simulator; readonly token: string; readonly defects: readonly string[]; readonly call: Rig['call'] }

/** Starts one with quotas off. */
export async function sharedRig(options: Partial<SimulatorOptions>): Promise<SharedRig> {
  const defects: string[] = [];
  const sim = await startSimulator({ quotas: 'off', signingKeyPem, ...options, log: (line) => { if (line.startsWith('defect')) defects.push(line); } });
  const token = await signIn(sim);
  const call: Rig['call'] = async (method, path, body, headers = {}) => {
    const answer = await fetch(`${sim.url}/v1.0${path}`, { method, headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: (text.startsWith('{') ? JSON.parse(text) : { text }) as Awaited<ReturnType<Rig['call']>>['body'] };
  };
  return { sim, token, defects, call };
}

/** Client credentials grant by secret for Exchange Online. */
export async function exchangeToken(sim: Simulator): Promise<string> {
  const answer = await fetch(`${sim.url}/${sim.tenantId}/oauth2/v2.0/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_id: sim.clientId, client_secret: sim.clientSecret, scope: 'https://outlook.office365.com/.default' }) });
  return (await answer.json() as { readonly access_token: string }).access_token;
}

/** What a client saw of one request on a connection of its own. */
export interface Seen {
  /** Everything that came, as text. */
  readonly text: string;
  /** Status of the first answer; null: none came. */
  readonly status: number | null;
  readonly end: 'closed' | 'reset' | 'still open';
}

/**
 * Sends bytes and reads until the connection ends, or until a whole answer with a length has come.
 * @param how `half-close`: says after the bytes that no more will come.
 */
export function exchange(sim: Simulator, bytes: string | Buffer, limitMs = 2000, how: 'open' | 'half-close' = 'open'): Promise<Seen> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket: Socket = connect(Number(new URL(sim.url).port), '127.0.0.1', () => { if (how === 'open') socket.write(bytes); else socket.end(bytes); });
    const done = (end: Seen['end']): void => {
      clearTimeout(timer);
      socket.destroy();
      const text = Buffer.concat(chunks).toString('utf8');
      const status = /^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1];
      resolve({ text, status: status === undefined ? null : Number(status), end });
    };
    const timer = setTimeout(() => { done('still open'); }, limitMs);
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      if (isWhole(Buffer.concat(chunks).toString('latin1'))) done('still open');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => { done(error.code === 'ECONNRESET' || error.code === 'EPIPE' ? 'reset' : 'closed'); });
    socket.on('close', () => { done('closed'); });
  });
}

function isWhole(text: string): boolean {
  // An interim answer, such as 100, comes before the real one.
  const [head = '', body] = text.replace(/^HTTP\/1\.1 1\d\d [\s\S]*?\r\n\r\n/, '').split(/\r\n\r\n([\s\S]*)/);
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  return length !== undefined && body !== undefined && body.length >= Number(length);
}

/** The text of one HTTP/1.1 request. */
export function request(sim: Simulator, method: string, path: string, headers: Readonly<Record<string, string>> = {}, body?: string): string {
  const all = { host: new URL(sim.url).host, ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }), ...headers };
  return `${method} ${path} HTTP/1.1\r\n${Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body ?? ''}`;
}

/** True for Graph's error envelope, its request-id and date included. */
export function isGraphError(body: unknown): boolean {
  const { error } = (body ?? {}) as { readonly error?: { readonly code?: unknown; readonly message?: unknown; readonly innerError?: Readonly<Record<string, unknown>> } };
  return typeof error?.code === 'string' && typeof error.message === 'string' && typeof error.innerError?.['request-id'] === 'string' && typeof error.innerError['date'] === 'string';
}
/** True for the error body of Exchange's InvokeCommand. */
export function isExchangeError(body: unknown): boolean {
  const { error } = (body ?? {}) as { readonly error?: { readonly code?: unknown; readonly message?: unknown; readonly details?: readonly { readonly message?: unknown }[] } };
  return typeof error?.code === 'string' && typeof error.message === 'string' && typeof error.details?.[0]?.message === 'string';
}
/** True for the error body of the token endpoint. */
export function isSignInError(body: unknown): boolean {
  const { error, error_description: text, error_codes: codes } = (body ?? {}) as { readonly error?: unknown; readonly error_description?: unknown; readonly error_codes?: readonly unknown[] };
  return typeof error === 'string' && typeof text === 'string' && /^AADSTS\d+: /.test(text) && typeof codes?.[0] === 'number';
}

/** A promise that must be rejected: the connection ended without an answer. */
export async function expectNoAnswer(answer: Promise<Response>): Promise<void> {
  await expect(answer.then(async (r) => `${r.status} ${await r.text()}`)).rejects.toThrow(/fetch failed|terminated/);
}
