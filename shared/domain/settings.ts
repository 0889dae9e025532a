/** The four questions of the Migrate Objects and Enable Coexistence wizards, word for word in the console (Quest Migration Manager for Active Directory, "Migrating Objects"). */
export interface MigrationSettings {
  /** Create objects for which there are no matching objects in Microsoft Office 365. */
  readonly createUnmatched: boolean;
  /** Merge not matched yet objects with their matching objects in Microsoft Office 365. */
  readonly mergeUnmatched: boolean;
  /** User principal names (UPN) suffix to use; empty: keep the source's UPN. */
  readonly upnSuffix: string;
  /** Country code to set for the users (ISO 3166 alpha-2); empty: from msExchUsageLocation, c or countryCode of the source. */
  readonly countryCode: string;
}

/** Limits of the guard: passed when the count is over `count` AND over `percent` of the collection (both, so that small sites are not stopped by 1 object). */
export interface GuardLimit { readonly count: number; readonly percent: number }
export interface GuardLimits {
  readonly creates: GuardLimit;
  readonly overwrites: GuardLimit;
  readonly upnChanges: GuardLimit;
  readonly membershipRemovals: GuardLimit;
  /** Memberships, permissions and managers that a run writes to objects outside it, because they waited for one of its objects. */
  readonly healedLinks: GuardLimit;
  readonly licenceRemovals: GuardLimit;
  readonly disables: GuardLimit;
  readonly deletes: GuardLimit;
}

/** How the source of a pair is reached. Passwords are in the secret store under `secretRef`. */
export type SourceConnection =
  | {
      readonly kind: 'ldap';
      /** DNS name of the domain, e.g. corp.example.com; used for discovery when `servers` is empty. */
      readonly domain: string;
      /** Domain controllers in order of preference, `host` or `host:port`. Empty: found by DNS SRV `_ldap._tcp.<domain>`. */
      readonly servers: readonly string[];
      /** `plain` only after an explicit choice: the password crosses the network readable. */
      readonly security: 'ldaps' | 'starttls' | 'plain';
      /** PEM file of an authority to trust besides the system's. */
      readonly caFile: string | null;
      /** UPN or DN. */
      readonly username: string;
      readonly secretRef: string;
      /** Naming context or container to read; empty: defaultNamingContext. */
      readonly baseDn: string;
    }
  | { readonly kind: 'ldif'; readonly file: string };

export const CLOUDS = ['global', 'usgov', 'usdod', 'china'] as const;
export type Cloud = (typeof CLOUDS)[number];

export const SIGN_IN_METHODS = ['client secret', 'certificate', 'device code', 'interactive'] as const;
export type SignInMethod = (typeof SIGN_IN_METHODS)[number];

/** How the target of a pair is reached. */
export interface TargetConnection {
  readonly cloud: Cloud;
  /** Tenant id or a verified domain. */
  readonly tenantId: string;
  readonly clientId: string;
  readonly signIn: SignInMethod;
  /** Secret store entry: client secret, or PEM with private key; the token cache is kept under `<secretRef>/cache`. */
  readonly secretRef: string;
  /** PEM certificate file, for `certificate`. */
  readonly certificateFile: string | null;
  /** Ask for read permissions only; every write is then refused before it is sent. */
  readonly readOnly: boolean;
  /**
   * Set only for a rehearsal on a simulated tenant: its loopback origin (`http://127.0.0.1:PORT`), or the state file of one
   * that the program runs by itself. Such a pair never holds credentials of a real tenant.
   */
  readonly simulated: { readonly origin: string } | { readonly stateFile: string } | null;
}

/**
 * What becomes of distribution groups, which Exchange Online alone can write (Graph documentation, "Create group"):
 * `distribution group`, the default, keeps them what they are, with nested groups and contacts as members; `Microsoft 365 group`
 * converts them to a kind that holds people only; `skip` leaves them out, each with the reason.
 */
export const DISTRIBUTION_GROUP_CHOICES = ['distribution group', 'skip', 'Microsoft 365 group'] as const;
export type DistributionGroupChoice = (typeof DISTRIBUTION_GROUP_CHOICES)[number];

/** Defaults a pair gives to its collections and wizards. */
export interface PairDefaults {
  readonly upnSuffix: string;
  readonly countryCode: string;
  readonly distributionGroups: DistributionGroupChoice;
}
