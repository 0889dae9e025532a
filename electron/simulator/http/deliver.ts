import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Delivery, HttpAnswer } from './answer.ts';

/** Pieces that a spread body is cut into at most. */
const PIECES = 20;
/** Milliseconds between half an answer and the reset that follows it. */
const FLUSH_MS = 20;

/** Waits that end when the server closes, so that none keeps a stopped simulator alive. */
export interface Waits {
  /** Resolves after so many milliseconds: true, or false as soon as the server is closed. */
  for(ms: number): Promise<boolean>;
  /** Ends all waits. */
  end(): void;
}

/** Makes waits. */
export function waits(): Waits {
  const open = new Map<NodeJS.Timeout, (isOver: boolean) => void>();
  let isEnded = false;
  return {
    for: (ms) => new Promise((resolve) => {
      if (isEnded) { resolve(false); return; }
      const timer = setTimeout(() => { open.delete(timer); resolve(true); }, ms);
      open.set(timer, resolve);
    }),
    end: () => {
      isEnded = true;
      for (const [timer, resolve] of open) { clearTimeout(timer); resolve(false); }
      open.clear();
    },
  };
}

/** Head and body of an answer as they go out. */
interface Written { readonly headers: Record<string, string>; readonly payload: Buffer | undefined }

function written(answer: HttpAnswer): Written {
  const headers: Record<string, string> = { 'x-causeway-simulator': '1', ...answer.headers };
  if (answer.body === undefined) return { headers, payload: undefined };
  const isText = typeof answer.body === 'string';
  const payload = Buffer.from(isText ? answer.body as string : JSON.stringify(answer.body));
  return { headers: { 'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8', ...headers, 'content-length': String(payload.length) }, payload };
}

/** Writes an answer the way its delivery says. Never rejects; a client that is gone is no error. */
export async function deliver(incoming: IncomingMessage, outgoing: ServerResponse, answer: HttpAnswer, pause: Waits): Promise<void> {
  const { headers, payload } = written(answer);
  const { waitMs = 0, overMs = 0, end } = answer.delivery ?? {};
  const socket = incoming.socket;
  if (waitMs > 0 && !await pause.for(waitMs)) { socket.destroy(); return; }
  if (socket.destroyed) return;
  if (end === 'closed') { socket.destroy(); return; }
  if (end === 'reset') { socket.resetAndDestroy(); return; }
  outgoing.writeHead(answer.status, headers);
  const sent = end === undefined || !payload ? payload : payload.subarray(0, Math.floor(payload.length / 2));
  if (end === undefined && overMs === 0) { outgoing.end(sent); return; }
  // Without a body there is nothing to cut but the head, which Node would only send whole: it is written by hand.
  if (end !== undefined && !payload) { socket.write(`HTTP/1.1 ${answer.status} `); await cut(incoming, end, pause); return; }
  if (!await spread(outgoing, sent ?? Buffer.alloc(0), overMs, pause)) { socket.destroy(); return; }
  if (end === undefined) outgoing.end();
  else await cut(incoming, end, pause);
}

async function spread(outgoing: ServerResponse, payload: Buffer, overMs: number, pause: Waits): Promise<boolean> {
  outgoing.flushHeaders();
  const count = overMs > 0 ? Math.max(1, Math.min(PIECES, payload.length)) : 1;
  for (let i = 0; i < count; i++) {
    if (overMs > 0 && !await pause.for(overMs / count)) return false;
    if (outgoing.destroyed) return false;
    outgoing.write(payload.subarray(Math.floor((payload.length * i) / count), Math.floor((payload.length * (i + 1)) / count)));
  }
  return true;
}

async function cut(incoming: IncomingMessage, end: NonNullable<Delivery['end']>, pause: Waits): Promise<void> {
  const { socket } = incoming;
  if (end === 'truncated') { socket.end(() => { socket.destroy(); }); return; }
  // A reset lets the kernel drop what it has not sent yet: the half gets a moment to leave.
  await pause.for(FLUSH_MS);
  socket.resetAndDestroy();
}
