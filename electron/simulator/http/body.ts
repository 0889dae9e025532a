import type { IncomingMessage } from 'node:http';

/** Largest request body in bytes: 4 MB (Graph documentation, request size). */
export const BODY_LIMIT = 4 * 1024 * 1024;
/** What is read and dropped of a larger one, in bytes, so that the client gets its answer instead of a broken connection. */
export const DRAIN_LIMIT = BODY_LIMIT * 8;
/** Deepest nesting of a JSON body (OData library for .NET, ODataMessageQuotas.MaxNestingDepth). */
export const DEPTH_LIMIT = 100;

/** A body, or why there is none. `gone`: the client ended the connection before the end. */
export type ReadBody = { readonly text: string; readonly problem?: undefined } | { readonly text?: undefined; readonly problem: 'too large' | 'not text' | 'too deep' | 'gone' };

/** Reads a body whole. Never rejects. */
export function readBody(incoming: IncomingMessage): Promise<ReadBody> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const done = (result: ReadBody): void => {
      // The stream stays open and flowing: ending it here would cut the connection before the answer is out.
      incoming.removeAllListeners('data').resume();
      resolve(result);
    };
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= BODY_LIMIT) chunks.push(chunk);
      else if (size > DRAIN_LIMIT) done({ problem: 'too large' });
    });
    incoming.once('end', () => { done(size > BODY_LIMIT ? { problem: 'too large' } : textOf(chunks)); });
    incoming.on('error', () => { done({ problem: 'gone' }); });
    incoming.once('close', () => { done({ problem: 'gone' }); });
  });
}

/** A byte order mark stays in the text, where no JSON reader takes it (RFC 8259 8.1). */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(chunks: readonly Buffer[]): ReadBody {
  if (chunks.length === 0) return { text: '' };
  let text: string;
  try { text = UTF8.decode(Buffer.concat(chunks)); } catch { return { problem: 'not text' }; }
  return isTooDeep(text) ? { problem: 'too deep' } : { text };
}

/** True for JSON nested deeper than {@link DEPTH_LIMIT}: told before it is parsed, because code that walks it must not run out of stack. */
export function isTooDeep(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  let depth = 0;
  let inText = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (inText) {
      if (c === 0x5c) i++;
      else if (c === 0x22) inText = false;
    } else if (c === 0x22) inText = true;
    else if (c === 0x5b || c === 0x7b) { if (++depth > DEPTH_LIMIT) return true; }
    else if (c === 0x5d || c === 0x7d) depth--;
  }
  return false;
}
