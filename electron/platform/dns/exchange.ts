import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import packet, { type DecodedPacket, type RecordType } from 'dns-packet';
import type { ServerAddress } from './server-address.ts';

/** What one server said: its packet, or why there is none. */
export type Said = DecodedPacket | 'timeout' | 'unreachable' | 'unreadable';

/** One question to one server. */
export interface Question { readonly name: string; readonly kind: RecordType; /** Milliseconds for everything. */ readonly timeoutMs: number; readonly recursion: 'desired' | 'not desired' }

/**
 * Asks one server over UDP, twice if need be, and over TCP when the answer was cut (RFC 1035 4.2, RFC 7766). An answer counts only when it comes from
 * that address and port, with the random id and the question sent (RFC 5452 9.1); others are passed over.
 */
export async function ask(server: ServerAddress, question: Question, signal?: AbortSignal): Promise<Said> {
  const began = Date.now();
  const query = { type: 'query' as const, id: randomInt(65_536), flags: question.recursion === 'desired' ? packet.RECURSION_DESIRED : 0, questions: [{ type: question.kind, name: question.name }] };
  const fits = (answer: DecodedPacket): boolean => {
    const [asked] = answer.questions ?? [];
    return answer.type === 'response' && answer.id === query.id && asked?.type === question.kind && asked.name.toLowerCase() === question.name.toLowerCase();
  };
  const said = await overUdp(server, packet.encode(query), fits, question.timeoutMs, signal);
  if (typeof said === 'string' || !said.flag_tc) return said;
  return await overTcp(server, packet.streamEncode(query), fits, Math.max(1, question.timeoutMs - (Date.now() - began)), signal);
}

function read(bytes: Buffer): DecodedPacket | undefined {
  try { return packet.decode(bytes); } catch { return undefined; }
}

function overUdp(server: ServerAddress, query: Buffer, fits: (answer: DecodedPacket) => boolean, timeoutMs: number, signal: AbortSignal | undefined): Promise<Said> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(server.family === 4 ? 'udp4' : 'udp6');
    const timers: NodeJS.Timeout[] = [];
    const aborted = (): void => { end(() => { reject(signal?.reason as Error); }); };
    const end = (then: () => void): void => {
      for (const timer of timers) clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      socket.removeAllListeners('message').close();
      then();
    };
    const say = (said: Said): void => { end(() => { resolve(said); }); };
    // Losing a datagram is nothing unusual; the second try is the same question.
    const send = (): void => { socket.send(query, (error) => { if (error) say('unreachable'); }); };
    if (signal?.aborted === true) { aborted(); return; }
    signal?.addEventListener('abort', aborted, { once: true });
    socket.once('error', () => { say('unreachable'); });
    socket.on('message', (bytes) => {
      const answer = read(bytes);
      if (answer !== undefined && fits(answer)) say(answer);
    });
    // Connected, the system hands over what comes from that address and port only.
    socket.connect(server.port, server.address, send);
    timers.push(setTimeout(send, timeoutMs / 2), setTimeout(() => { say('timeout'); }, timeoutMs));
  });
}

function overTcp(server: ServerAddress, query: Buffer, fits: (answer: DecodedPacket) => boolean, timeoutMs: number, signal: AbortSignal | undefined): Promise<Said> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, server.address);
    let got = Buffer.alloc(0);
    const aborted = (): void => { end(() => { reject(signal?.reason as Error); }); };
    const end = (then: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      socket.removeAllListeners().on('error', () => {}).destroy();
      then();
    };
    const say = (said: Said): void => { end(() => { resolve(said); }); };
    const timer = setTimeout(() => { say('timeout'); }, timeoutMs);
    signal?.addEventListener('abort', aborted, { once: true });
    socket.once('connect', () => { socket.write(query); });
    socket.on('data', (bytes) => {
      got = Buffer.concat([got, bytes]);
      if (got.length < 2 || got.length < 2 + got.readUInt16BE(0)) return;
      const answer = read(got.subarray(2, 2 + got.readUInt16BE(0)));
      say(answer !== undefined && fits(answer) ? answer : 'unreadable');
    });
    socket.once('error', () => { say('unreachable'); });
    socket.once('close', () => { say('unreadable'); });
  });
}
