/** What a licence rule does. */
export const LICENCE_ACTIONS = ['assign', 'remove'] as const;
export type LicenceAction = (typeof LICENCE_ACTIONS)[number];

/** When a licence rule counts. */
export const LICENCE_TIMES = ['always', 'only on creation'] as const;
export type LicenceTime = (typeof LICENCE_TIMES)[number];

/** For whom a licence rule counts. All but `everybody` look at the source. */
export type LicenceCondition =
  | { readonly kind: 'everybody' }
  /** Members of a group of the directory, members of its groups too. */
  | { readonly kind: 'members of'; readonly groupDn: string }
  /** Any value of the attribute, without regard to case and outer spaces. */
  | { readonly kind: 'attribute equals'; readonly attribute: string; readonly value: string }
  /** LDAP filter (RFC 4515), evaluated as Active Directory does. */
  | { readonly kind: 'filter'; readonly filter: string };

/** One licence rule. Of several rules about one product the topmost that fits a user decides. */
export interface LicenceRule {
  readonly id: string;
  readonly position: number;
  readonly enabled: boolean;
  readonly condition: LicenceCondition;
  readonly action: LicenceAction;
  /** Product by its part number, for example SPE_E3 (Graph documentation, subscribedSku: skuPartNumber). */
  readonly partNumber: string;
  /** Services of the product that are switched off, by name, for example YAMMER_ENTERPRISE. */
  readonly disabledPlans: readonly string[];
  readonly when: LicenceTime;
}

/** One service of a product. Only those that apply to a user can be switched off (Graph documentation, servicePlanInfo: appliesTo). */
export interface ServicePlanInfo { readonly id: string; readonly name: string; readonly forUsers: boolean }
/** One product of a tenant with its units. `plans` is absent in facts that an older version read. */
export interface ProductInfo { readonly id: string; readonly partNumber: string; readonly enabled: number; readonly consumed: number; readonly plans?: readonly ServicePlanInfo[] | undefined }
