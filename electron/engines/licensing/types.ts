import type { LicenceRule, ProductInfo } from '../../../shared/domain/licences.ts';
import type { SourceObject, TargetObject } from '../../../shared/domain/objects.ts';
import type { AttributeChange, Finding } from '../../../shared/domain/plans.ts';

/** What the rules are read with, so that deciding stays pure. */
export interface LicensingContext {
  readonly products: readonly ProductInfo[];
  /** objectGUIDs of the members of a group of the directory, nested ones too; null: there is no such group. */
  readonly membersOf: (groupDn: string) => ReadonlySet<string> | null;
  /** Whether an object fits an LDAP filter. */
  readonly fits: (filter: string, source: SourceObject) => boolean;
}

/** What a rule asks for one user. */
export interface LicenceDecision { readonly rule: LicenceRule; readonly product: ProductInfo; readonly disabledPlans: readonly string[] }

/** A user to be licensed. */
export interface LicenceCandidate {
  readonly source: SourceObject;
  /** Null: this plan creates it. */
  readonly target: TargetObject | null;
  /** False: neither the tenant nor this plan gives it a usage location. */
  readonly located: boolean;
}

/** What licensing one user gave. */
export interface PlannedLicences {
  /** The licences that are assigned directly, before and after; null: nothing changes. */
  readonly change: AttributeChange | null;
  /** What was left out or left alone, each with the reason. */
  readonly notes: readonly Finding[];
  /** Products, by id, of which the user takes a unit that it has in no way now. */
  readonly taken: readonly string[];
  /** Products, by id, of which the user gives a unit back. */
  readonly freed: readonly string[];
}

/** Units of one product. */
export interface HeadCount { readonly skuId: string; readonly partNumber: string; readonly needed: number; readonly freed: number; readonly free: number; /** Units that are missing. */ readonly short: number }
