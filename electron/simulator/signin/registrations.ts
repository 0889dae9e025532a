import { createHash, X509Certificate } from 'node:crypto';
import type { ResourceName } from './apps.ts';
import type { FullSeedApp } from './registration-seed.ts';

/** Sets of permission names by resource. */
type Granted = Readonly<Record<ResourceName, Set<string>>>;

/** An application registered in the tenant. */
export interface Registration {
  readonly facts: FullSeedApp;
  /** Object id of its service principal. */
  readonly servicePrincipalId: string;
  readonly secrets: readonly { readonly value: string; readonly expires?: string | undefined }[];
  readonly certificates: readonly X509Certificate[];
  /** Permissions that an administrator granted for everybody; grows by consent. */
  readonly consented: { readonly application: Granted; readonly delegated: Granted };
}

/** Credentials that an application has besides those of its registration. */
export interface ExtraCredentials { readonly secret: string; readonly certificates: readonly string[] }

/** The applications of a tenant and what was consented to. */
export class Registrations {
  readonly #apps = new Map<string, Registration>();
  readonly #own = new Map<string, Map<string, Granted>>();
  readonly #defaults: ReadonlySet<string>;
  readonly #touched = new Set<string>();
  /** Grows with every consent; a saver compares it. */
  changes = 0;

  /**
   * @param defaults applications that are there anyway.
   * @param seeded applications of the seed; one with the id of a default takes its place and keeps its extra credentials.
   * @param extra credentials by application id.
   */
  constructor(defaults: readonly FullSeedApp[], seeded: readonly FullSeedApp[], extra: Readonly<Record<string, ExtraCredentials>>) {
    this.#defaults = new Set(defaults.map((app) => app.appId));
    for (const app of defaults) this.#add(app, extra[app.appId]);
    for (const app of seeded) {
      this.#add({ ...app, appId: app.appId.toLowerCase() }, extra[app.appId.toLowerCase()]);
      this.#touched.add(app.appId.toLowerCase());
    }
  }

  /** The application with that client id. */
  find(clientId: string): Registration | undefined { return this.#apps.get(clientId.toLowerCase()); }

  /** Names of all. */
  list(): readonly { readonly appId: string; readonly displayName: string }[] { return [...this.#apps.values()].map(({ facts: { appId, displayName } }) => ({ appId, displayName })); }

  /** Delegated permissions that work for a person: an administrator's consent for everybody and the person's own. */
  delegatedFor(app: Registration, resource: ResourceName, userId: string): readonly string[] {
    return [...new Set([...app.consented.delegated[resource], ...this.#own.get(app.facts.appId)?.get(userId)?.[resource] ?? []])];
  }

  /** An administrator grants for everybody. */
  consentForAll(app: Registration, kind: 'application' | 'delegated', resource: ResourceName, names: readonly string[]): void {
    for (const name of names) app.consented[kind][resource].add(name);
    this.#note(app);
  }

  /** A person grants for themselves. */
  consentForOne(app: Registration, resource: ResourceName, userId: string, names: readonly string[]): void {
    const own = this.#own.get(app.facts.appId) ?? new Map<string, Granted>();
    const granted = own.get(userId) ?? { graph: new Set<string>(), exchange: new Set<string>() };
    for (const name of names) granted[resource].add(name);
    this.#own.set(app.facts.appId, own.set(userId, granted));
    this.#note(app);
  }

  /** What a state file has to keep: everything but untouched defaults, without the extra credentials. */
  saved(): FullSeedApp[] {
    const kept = [...this.#apps.values()].filter(({ facts }) => !this.#defaults.has(facts.appId) || this.#touched.has(facts.appId));
    return kept.map((app) => ({
      ...app.facts, consented: { application: names(app.consented.application), delegated: names(app.consented.delegated) },
      userConsents: Object.fromEntries([...this.#own.get(app.facts.appId) ?? []].map(([id, granted]) => [id, names(granted)])),
    }));
  }

  #note(app: Registration): void {
    this.#touched.add(app.facts.appId);
    this.changes++;
  }
  #add(facts: FullSeedApp, extra: ExtraCredentials | undefined): void {
    this.#apps.set(facts.appId, {
      facts, servicePrincipalId: facts.servicePrincipalId ?? idFrom(facts.appId),
      secrets: [...facts.secrets, ...(extra ? [{ value: extra.secret }] : [])],
      certificates: [...facts.certificates, ...extra?.certificates ?? []].map((pem) => new X509Certificate(pem)),
      consented: { application: sets(facts.consented.application), delegated: sets(facts.consented.delegated) },
    });
    this.#own.set(facts.appId, new Map(Object.entries(facts.userConsents).map(([id, granted]) => [id.toLowerCase(), sets(granted)])));
  }
}

const sets = (granted: Readonly<Record<ResourceName, readonly string[]>>): Granted => ({ graph: new Set(granted.graph), exchange: new Set(granted.exchange) });
const names = (granted: Granted): Record<ResourceName, string[]> => ({ graph: [...granted.graph], exchange: [...granted.exchange] });

/** A stable id in the form of a GUID. */
function idFrom(text: string): string {
  const h = createHash('sha256').update(text).digest('hex');
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-8${h.slice(17, 20)}-${h.slice(20, 32)}`;
}
