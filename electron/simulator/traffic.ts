/** Paths that are counted by themselves; the rest share one count a method. */
const MOST_PATHS = 500;
const GUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/i;

/** Counts of requests since the start. */
export interface Traffic {
  /** One request that Graph answered, alone or in a batch. `segments`: of its path after the version. */
  count(method: string, segments: readonly string[], status: number): void;
  /** One cmdlet of Exchange Online that was carried out. */
  cmdlet(name: string): void;
  /** One HTTP request, whatever it carries. */
  http(isBatch: boolean): void;
  /** By method and path with ids replaced, `POST /users`. */
  readonly requests: Readonly<Record<string, number>>;
  /** Cmdlets that were carried out, by name. */
  readonly cmdlets: Readonly<Record<string, number>>;
  readonly httpRequests: number;
  readonly batches: number;
  /** Objects created by requests. */
  readonly created: number;
}

/** Makes the counter of one simulator. */
export function trafficCounter(): Traffic {
  const requests = new Map<string, number>();
  const cmdlets = new Map<string, number>();
  let [httpRequests, batches, created] = [0, 0, 0];
  return {
    count: (method, segments, status) => {
      const path = `${method} /${segments.map((s, i) => (GUID.test(s) || (i === 1 && s.includes('@')) ? '{id}' : s.replace(/\(.+\)$/, '({id})'))).join('/')}`;
      // What a client makes up must not fill the memory.
      const known = requests.has(path) || requests.size < MOST_PATHS ? path : `${method} /...`;
      requests.set(known, (requests.get(known) ?? 0) + 1);
      if (status === 201) created++;
    },
    cmdlet: (name) => { cmdlets.set(name, (cmdlets.get(name) ?? 0) + 1); },
    http: (isBatch) => {
      httpRequests++;
      if (isBatch) batches++;
    },
    get requests() { return Object.fromEntries(requests); },
    get cmdlets() { return Object.fromEntries(cmdlets); },
    get httpRequests() { return httpRequests; },
    get batches() { return batches; },
    get created() { return created; },
  };
}
