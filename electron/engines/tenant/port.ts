import type { ObjectKind, TargetChange, TargetObject } from '../../../shared/domain/objects.ts';

/**
 * Port to one Microsoft 365 tenant through Graph. Real addresses always; only two transports can be swapped
 * (the network client of msal-node and the last HTTP step). All methods throw AppError only: AUTH_FAILED, FORBIDDEN, TENANT_UNAVAILABLE (retryable), THROTTLED,
 * TENANT_REFUSED, CANCELLED, TIMEOUT.
 */
export interface Tenant {
  organization(signal?: AbortSignal): Promise<Organization>;
  domains(signal?: AbortSignal): Promise<readonly Domain[]>;
  skus(signal?: AbortSignal): Promise<readonly Sku[]>;

  /** Streams users (with manager), groups (without members) or contacts, one page of at most 999. */
  read(kind: ObjectKind, signal?: AbortSignal): AsyncIterable<readonly TargetObject[]>;
  /** Streams users or groups of the recycle bin (`deleted: true`). */
  readDeleted(kind: 'user' | 'group', signal?: AbortSignal): AsyncIterable<readonly TargetObject[]>;
  /** Members of groups, each group whole, in any order. Batched 20 groups a request. */
  readMembers(groupIds: readonly string[], signal?: AbortSignal): AsyncIterable<{ readonly groupId: string; readonly memberIds: readonly string[] }>;
  /** Owners of groups, as {@link Tenant.readMembers} gives members. */
  readOwners(groupIds: readonly string[], signal?: AbortSignal): AsyncIterable<{ readonly groupId: string; readonly ownerIds: readonly string[] }>;
  /**
   * Groups that an object is in, and people whose manager it is, by its id: what comes back with an object that was restored. A missing object has neither.
   */
  readBacklinks(kind: ObjectKind, ids: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, { readonly memberOf: readonly string[]; readonly directReports: readonly string[] }>>;
  /**
   * What changed since the links were given: pages of all resources, one `$batch` a round. A resource whose link is of no more use is told
   * as `lost` and never as an error; it has to be read whole.
   */
  changes(links: DeltaLinks, signal?: AbortSignal): AsyncIterable<ChangeRound>;
  /** Links that tell what changes from now on, in one `$batch`. */
  latestLinks(resources: readonly TrackedResource[], signal?: AbortSignal): Promise<DeltaLinks>;
  /**
   * Present state of objects of several kinds (attributes and manager) and whole member lists of groups, as few requests as can be: one for some hundreds. What
   * is missing is missing in the answer's maps; what was made just now may be, and still be found by {@link Tenant.readByIds}. Everything is in memory: ask for some
   * hundred objects and some dozen groups at once.
   */
  readTogether(wanted: Partial<Readonly<Record<ObjectKind | 'membersOf', readonly string[]>>>, signal?: AbortSignal): Promise<{ readonly objects: ReadonlyMap<string, TargetObject>; readonly members: ReadonlyMap<string, readonly string[]> }>;
  /** Present state of single objects (attributes and manager), each asked for by its own address, batched; a missing object is undefined in the answer's map. */
  readByIds(kind: ObjectKind, ids: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, TargetObject>>;
  /** Graph ids of users that hold a directory role; null: the sign-in may not read roles, so it is not known who does. */
  adminRoleHolders(signal?: AbortSignal): Promise<ReadonlySet<string> | null>;

  /**
   * Sends requests in `$batch`es of 20 through the throttle gate. Inner 429, 5xx and 424 are handled inside: a request comes
   * back only when it was answered for good, or when nobody can know (`ambiguous`: time-out or lost connection after it was
   * sent and the method is not safe to repeat). Order of answers = order of requests. Requests in one call are independent:
   * never two writes on the same object.
   * @param before awaited right before each batch leaves, when its turn at the throttle gate has come; what it throws ends the call, and no further batch leaves.
   */
  send(requests: readonly GraphRequest[], signal?: AbortSignal, before?: () => Promise<void>): Promise<readonly GraphAnswer[]>;

  /** Counts since this tenant was opened, for statistics and tests. */
  readonly traffic: { readonly requests: number; readonly batches: number; readonly throttled: number; readonly waitedMs: number; /** HTTP requests to Graph and Exchange Online, a batch counting once, without the sign-in's. */ readonly http: number };
  /** Called with the milliseconds of each pause the gate takes because of throttling. */
  onThrottled(listener: (waitMs: number) => void): void;
  close(): Promise<void>;
}

/** Resources whose changes a tenant tells. */
export type TrackedResource = 'users' | 'groups' | 'contacts';
/** Where following the changes goes on, letter for letter as the tenant gave it. */
export type DeltaLinks = Partial<Readonly<Record<TrackedResource, string>>>;
/** Why a link is of no more use: too old, the tenant lost its history, or it was not taken. */
export type LostResource = 'expired' | 'reset' | 'refused';
/** Pages of one request. `links`: resources that are told to their end; `lost`: those that have to be read whole. */
export interface ChangeRound { readonly changes: readonly TargetChange[]; readonly links: DeltaLinks; readonly lost: Partial<Readonly<Record<TrackedResource, LostResource>>> }

export interface GraphRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Relative to the version, e.g. `/users/1234/manager/$ref`. */
  readonly url: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** True: sent again only when it was certainly refused, because a second time would be a second deed, such as a mail. */
  readonly once?: true;
}

/**
 * What came of one request. `repeated` is set on a refusal when a try of the same request before it got no clear answer and
 * may have been carried out: the refusal ("exists already", "is not there") may then be the echo of its own success.
 */
export type GraphAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: unknown; readonly error: GraphError | null; readonly repeated?: true }
  | { readonly kind: 'ambiguous'; readonly reason: string };

/** Graph's error envelope, both spellings of innerError accepted (Graph documentation, error responses). */
export interface GraphError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details: readonly { readonly code: string; readonly message: string; readonly target: string }[];
  readonly requestId: string;
}

export interface Organization {
  readonly id: string;
  readonly displayName: string;
  /** The `<name>.onmicrosoft.com` domain. */
  readonly initialDomain: string;
  /** True when another directory synchronisation writes to the tenant. */
  readonly onPremisesSyncEnabled: boolean;
}
export interface Domain { readonly name: string; readonly isVerified: boolean; readonly isInitial: boolean; readonly isDefault: boolean; readonly federated: boolean }
export interface Sku { readonly id: string; readonly partNumber: string; readonly enabled: number; readonly consumed: number; /** Services of the product; absent in facts that an older version read. */ readonly plans?: readonly { readonly id: string; readonly name: string; readonly forUsers: boolean }[] | undefined }

/** The two transports that a rehearsal on a simulated tenant swaps; absent in production. */
export interface TenantTransports {
  /** Sends one HTTP request to a Graph or Exchange address. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** msal-node's `system.networkClient`. */
  readonly networkClient: {
    sendGetRequestAsync<T>(url: string, options?: { headers?: Record<string, string> }, timeout?: number): Promise<{ headers: Record<string, string>; body: T; status: number }>;
    sendPostRequestAsync<T>(url: string, options?: { headers?: Record<string, string>; body?: string }): Promise<{ headers: Record<string, string>; body: T; status: number }>;
  };
}

/** Remote Exchange Online by cmdlet, whatever carries it. Its full command set comes with directory migration. */
export interface ExchangeGateway {
  /**
   * Runs one cmdlet and returns every result row (paged inside) and the warnings.
   * @param more `select`: the only properties that rows shall have.
   * @throws AppError TENANT_REFUSED with Exchange's own message.
   */
  invoke(cmdlet: string, parameters: Readonly<Record<string, unknown>>, signal?: AbortSignal, more?: { readonly select?: readonly string[] }): Promise<{ readonly rows: readonly Record<string, unknown>[]; readonly warnings: readonly string[] }>;
}
