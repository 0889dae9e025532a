import { createSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import packet, { type Answer, type Packet, type RecordType } from 'dns-packet';

/** One record of a zone: its kind, what it says, and for how long it may be kept, seconds. */
export type ZoneRecord =
  | { readonly kind: 'MX'; readonly host: string; readonly preference?: number; readonly ttl?: number }
  | { readonly kind: 'CNAME' | 'NS' | 'A' | 'AAAA'; readonly value: string; readonly ttl?: number }
  | { readonly kind: 'TXT'; readonly value: string | readonly string[]; readonly ttl?: number };

/** What a name holds; or how the server fails at it: `silent` never answers, `forged` first sends an answer with another id, `referral` names the server that should be asked. */
export type ZoneEntry = readonly ZoneRecord[] | 'SERVFAIL' | 'REFUSED' | 'silent' | 'garbage' | { readonly forged: readonly ZoneRecord[]; readonly then: readonly ZoneRecord[] } | { readonly referral: string };

/** A DNS server on loopback whose zone is data. */
export interface DnsServer {
  /** `127.0.0.1:port`, the same for UDP and TCP. */
  readonly address: string;
  /** Names in lower case; may be changed at any time. A name that is not there does not exist. */
  readonly zone: Map<string, ZoneEntry>;
  /** Questions so far, e.g. `udp MX example.com`. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** Largest answer over UDP without EDNS (RFC 1035 4.2.1); what is larger is cut. */
const UDP_BYTES = 512;
const RCODE = { SERVFAIL: 2, REFUSED: 5, NXDOMAIN: 3 } as const;

/** Starts a DNS server on `127.0.0.1`, any port. */
export async function startDns(zone: Readonly<Record<string, ZoneEntry>> = {}): Promise<DnsServer> {
  const entries = new Map(Object.entries(zone));
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const tcp = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    socket.once('data', (bytes) => {
      const answer = answerTo(packet.decode(bytes.subarray(2)), 'tcp');
      if (answer !== undefined) socket.end(packet.streamEncode(answer));
    });
  });
  const answerTo = (query: Packet, how: 'udp' | 'tcp', records?: readonly ZoneRecord[]): Packet | undefined => {
    const [question] = query.questions ?? [];
    const name = question?.name.toLowerCase() ?? '';
    const base = { type: 'response' as const, id: query.id ?? 0, questions: query.questions ?? [] };
    if (records === undefined) asked.push(`${how} ${question?.type} ${name}`);
    const entry = entries.get(name);
    if (entry === 'silent') return undefined;
    if (entry === 'SERVFAIL' || entry === 'REFUSED') return { ...base, flags: RCODE[entry] };
    if (entry === undefined || entry === 'garbage') return { ...base, flags: RCODE.NXDOMAIN };
    if ('referral' in entry) return { ...base, authorities: [toAnswer(name, { kind: 'NS', value: entry.referral })] };
    const all = records ?? ('forged' in entry ? entry.then : entry);
    const aliases = all.flatMap((one) => (one.kind === 'CNAME' ? [{ ...one, kind: 'CNAME' as const }] : []));
    const wanted = all.filter((one) => one.kind === question?.type);
    const answers = [...(wanted.length === 0 ? aliases : wanted).map((one) => toAnswer(name, one)), ...(wanted.length === 0 ? aliases.flatMap((one) => behind(one.value, question?.type)) : [])];
    return { ...base, flags: packet.AUTHORITATIVE_ANSWER, answers };
  };
  const behind = (name: string, kind: RecordType | undefined): Answer[] => {
    const entry = entries.get(name.toLowerCase());
    return Array.isArray(entry) ? (entry as readonly ZoneRecord[]).filter((one) => one.kind === kind).map((one) => toAnswer(name, one)) : [];
  };
  await new Promise<void>((resolve) => { tcp.listen(0, '127.0.0.1', resolve); });
  const { port } = tcp.address() as { readonly port: number };
  const udp = createSocket('udp4');
  udp.on('message', (bytes, from) => {
    const query = packet.decode(bytes);
    const entry = entries.get(query.questions?.[0]?.name.toLowerCase() ?? '');
    const send = (data: Buffer): void => { udp.send(data, from.port, from.address); };
    if (entry === 'garbage') send(Buffer.from('this is no DNS'));
    if (typeof entry === 'object' && 'forged' in entry) send(packet.encode({ ...answerTo(query, 'udp', entry.forged), id: ((query.id ?? 0) + 1) % 65_536 }));
    const answer = answerTo(query, 'udp');
    if (answer === undefined || entry === 'garbage') return;
    const data = packet.encode(answer);
    send(data.length <= UDP_BYTES ? data : packet.encode({ ...answer, answers: [], flags: (answer.flags ?? 0) | packet.TRUNCATED_RESPONSE }));
  });
  try {
    await new Promise<void>((resolve, reject) => { udp.once('error', reject).bind(port, '127.0.0.1', resolve); });
  } catch {
    // Somebody has this port over UDP: another one.
    tcp.close();
    await turn();
    return await startDns(zone);
  }
  return {
    address: `127.0.0.1:${port}`, zone: entries, asked,
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all([new Promise((resolve) => { tcp.close(resolve); }), new Promise<void>((resolve) => { udp.close(resolve); })]);
    },
  };
}

function toAnswer(name: string, record: ZoneRecord): Answer {
  const ttl = record.ttl ?? 3_600;
  switch (record.kind) {
    case 'MX': return { type: 'MX', name, ttl, data: { preference: record.preference ?? 10, exchange: record.host } };
    case 'TXT': return { type: 'TXT', name, ttl, data: [record.value].flat() as string[] };
    default: return { type: record.kind, name, ttl, data: record.value };
  }
}
