import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where a program is stopped: at its so-many-th batch of writes, which the tenant has carried out (`lost`) or never gets (`never sent`). */
export interface Point { readonly batch: number; readonly answer: 'lost' | 'never sent' }

/** Stands between a program and a tenant and lets everything through, until a point is set. */
export interface Gate {
  readonly url: string;
  /** Counts from now on; at the point `act` is called, and nothing is answered any more until the next call. */
  arm(point: Point, act: () => void): void;
  /** Lets everything through again. */
  disarm(): void;
  close(): Promise<void>;
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function writes(path: string, body: Buffer): boolean {
  if (!path.endsWith('/$batch')) return false;
  const { requests } = JSON.parse(body.toString('utf8')) as { requests: readonly { method: string }[] };
  return requests.some((one) => one.method !== 'GET');
}

/** Opens a gate on the loopback before the tenant at that address. */
export async function openGate(tenant: string): Promise<Gate> {
  let armed: { readonly point: Point; readonly act: () => void; seen: number } | undefined;
  let shut = false;
  const forward = (incoming: IncomingMessage, body: Buffer): Promise<{ readonly answer: IncomingMessage; readonly content: Buffer }> => new Promise((resolve, reject) => {
    const outgoing = request(`${tenant}${incoming.url ?? '/'}`, { method: incoming.method ?? 'GET', headers: incoming.headers }, (answer) => { bodyOf(answer).then((content) => { resolve({ answer, content }); }, reject); });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const body = await bodyOf(incoming);
    const here = armed;
    if (shut) return;
    if (here !== undefined && writes(incoming.url ?? '', body)) {
      here.seen += 1;
      if (here.seen === here.point.batch) {
        shut = true;
        if (here.point.answer === 'lost') await forward(incoming, body);
        here.act();
        return;
      }
    }
    const { answer, content } = await forward(incoming, body);
    // What was under way when the program was stopped is carried out, and its answer is lost too.
    if (shut) return;
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(content);
  };
  const server = createServer((incoming, outgoing) => { handle(incoming, outgoing).catch(() => outgoing.destroy()); });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arm: (point, act) => { shut = false; armed = { point, act, seen: 0 }; },
    disarm: () => { shut = false; armed = undefined; },
    close: () => new Promise((resolve) => { server.close(() => { resolve(); }); server.closeAllConnections(); }),
  };
}
