/** One service inside a product. */
export interface ServicePlan {
  readonly servicePlanId: string;
  readonly servicePlanName: string;
  /** `Company`: belongs to the tenant, no user can switch it off. */
  readonly appliesTo: 'User' | 'Company';
}

const plan = (servicePlanName: string, servicePlanId: string, appliesTo: ServicePlan['appliesTo'] = 'User'): ServicePlan => ({ servicePlanId, servicePlanName, appliesTo });

const EXCHANGE_STANDARD = plan('EXCHANGE_S_STANDARD', '9aaf7827-d63c-4b61-89c3-182f06f82e5c');
const EXCHANGE_ENTERPRISE = plan('EXCHANGE_S_ENTERPRISE', 'efb87545-963c-4e0d-99df-69c6916d9eb0');
const EXCHANGE_DESKLESS = plan('EXCHANGE_S_DESKLESS', '4a82b400-a79f-41a4-b4e2-e94f5787b113');
const EXCHANGE_ESSENTIALS = plan('EXCHANGE_S_ESSENTIALS', '1126bef5-da20-4f07-b45e-ad25d2581aa8');
const FOUNDATION = plan('EXCHANGE_S_FOUNDATION', '113feb6c-3fe4-4440-bddc-54d774bf0318', 'Company');
const SHAREPOINT_STANDARD = plan('SHAREPOINTSTANDARD', 'c7699d2e-19aa-44de-8edf-1736da088ca1');
const SHAREPOINT_ENTERPRISE = plan('SHAREPOINTENTERPRISE', '5dbe027f-2339-4123-9542-606e4d348a72');
const SHAREPOINT_DESKLESS = plan('SHAREPOINTDESKLESS', '902b47e5-dcb2-4fdc-858b-c63a90a2bdb9');
const OFFICE_WEB = plan('SHAREPOINTWAC', 'e95bec33-7c88-4a70-8e19-b10bd9d0c014');
const TEAMS = plan('TEAMS1', '57ff2da0-773e-42df-b2af-ffb7a2317929');
const SKYPE = plan('MCOSTANDARD', '0feaeb32-d00e-4d66-bd5a-43b5b83db82c');
const PHONE = plan('MCOEV', '4828c8ec-dc2e-4779-b502-87ac9ce28ab7');
const OFFICE = plan('OFFICESUBSCRIPTION', '43de0ff5-c92c-492b-9116-175376d08c38');
const INTUNE = plan('INTUNE_A', 'c1ec4a95-1f05-45b3-a911-aa3fa01094f5');
const ENTRA_P1 = plan('AAD_PREMIUM', '41781fb2-bc02-4b7c-bd55-b576c07bb09d');
const ENTRA_P2 = plan('AAD_PREMIUM_P2', 'eec0eb4f-6444-4f95-aba0-50c24d67f998');
const MFA = plan('MFA_PREMIUM', '8a256a2b-b617-496d-b51b-e76466e88db0');
const RIGHTS = plan('RMS_S_ENTERPRISE', 'bea4c11e-220a-4e6d-8eb8-8ea15d019f90');
const RIGHTS_P1 = plan('RMS_S_PREMIUM', '6c57d4b6-3b23-47a5-9bc9-69f17b4947b3');
const THREATS = plan('THREAT_INTELLIGENCE', '8e0c0a52-6a6c-4d40-8370-dd62790dcd70');
const YAMMER = plan('YAMMER_ENTERPRISE', '7547a3fe-08ee-4ccb-b430-5077c5041653');

const E3 = [EXCHANGE_ENTERPRISE, SHAREPOINT_ENTERPRISE, OFFICE_WEB, OFFICE, TEAMS, SKYPE, YAMMER, RIGHTS];
const BUSINESS = [EXCHANGE_STANDARD, SHAREPOINT_STANDARD, OFFICE_WEB, TEAMS, SKYPE];
const FRONTLINE = [EXCHANGE_DESKLESS, SHAREPOINT_DESKLESS, OFFICE_WEB, TEAMS, YAMMER];
const SECURITY = [ENTRA_P1, MFA, INTUNE, RIGHTS_P1];

/**
 * Service plans of products whose seed names none, by part number: the plans that decide mail, conflicts and dependencies out of the
 * longer published lists (Entra documentation, product names and service plan identifiers for licensing).
 */
export const PUBLISHED_PLANS: Readonly<Record<string, readonly ServicePlan[]>> = {
  SPE_E3: [...E3, ...SECURITY], SPE_E5: [...E3, PHONE, THREATS, ...SECURITY, ENTRA_P2],
  ENTERPRISEPACK: E3, ENTERPRISEPREMIUM: [...E3, PHONE, THREATS],
  STANDARDPACK: [EXCHANGE_STANDARD, SHAREPOINT_STANDARD, OFFICE_WEB, TEAMS, SKYPE, YAMMER],
  DESKLESSPACK: FRONTLINE, SPE_F1: [...FRONTLINE, ...SECURITY],
  O365_BUSINESS_ESSENTIALS: BUSINESS, O365_BUSINESS_PREMIUM: [...BUSINESS, OFFICE], SPB: [...BUSINESS, OFFICE, ...SECURITY],
  ENTERPRISEPREMIUM_NOPSTNCONF: [...E3, PHONE, THREATS], DEVELOPERPACK_E5: [...E3, PHONE, THREATS, ...SECURITY, ENTRA_P2],
  EXCHANGESTANDARD: [EXCHANGE_STANDARD], EXCHANGEENTERPRISE: [EXCHANGE_ENTERPRISE], EXCHANGEDESKLESS: [EXCHANGE_DESKLESS], EXCHANGEESSENTIALS: [EXCHANGE_STANDARD], EXCHANGE_S_ESSENTIALS: [EXCHANGE_ESSENTIALS],
  AAD_PREMIUM: [ENTRA_P1, MFA, FOUNDATION], AAD_PREMIUM_P2: [ENTRA_P1, ENTRA_P2, MFA, FOUNDATION], MCOEV: [PHONE],
};

/** Plans that come with a mailbox; EXCHANGE_S_FOUNDATION does not. */
const MAILBOX_PLANS: ReadonlySet<string> = new Set([EXCHANGE_STANDARD, EXCHANGE_ENTERPRISE, EXCHANGE_DESKLESS, EXCHANGE_ESSENTIALS].map((p) => p.servicePlanId));
/** True for a plan that gives its user a mailbox in Exchange Online. */
export function isMailboxPlan(servicePlanId: string): boolean { return MAILBOX_PLANS.has(servicePlanId); }

/** Sets of plans of which a user can have one (Entra documentation, resolve group license assignment problems: conflicting service plans). */
export const EXCLUSIVE_PLANS: readonly (readonly string[])[] = [
  [...MAILBOX_PLANS], [SHAREPOINT_STANDARD, SHAREPOINT_ENTERPRISE, SHAREPOINT_DESKLESS].map((p) => p.servicePlanId),
];
/** Plans that need one of others (the same page: missing dependent service plans; the pairs are reported by third parties). */
export const DEPENDENT_PLANS: Readonly<Record<string, readonly string[]>> = {
  [PHONE.servicePlanId]: [SKYPE.servicePlanId, TEAMS.servicePlanId], [THREATS.servicePlanId]: [...MAILBOX_PLANS],
  [OFFICE_WEB.servicePlanId]: [SHAREPOINT_STANDARD, SHAREPOINT_ENTERPRISE, SHAREPOINT_DESKLESS].map((p) => p.servicePlanId),
};

/** The service a plan belongs to, as `assignedPlans` names it. */
export function serviceOf(plan: ServicePlan): string {
  const name = plan.servicePlanName;
  return name.startsWith('EXCHANGE') ? 'exchange' : name.startsWith('SHAREPOINT') ? 'SharePoint' : name.startsWith('MCO') ? 'MicrosoftCommunicationsOnline'
    : name.startsWith('TEAMS') ? 'TeamspaceAPI' : name.startsWith('AAD') ? 'AADPremiumService' : name.startsWith('RMS') ? 'RMSOnline' : name.startsWith('INTUNE') ? 'SCO'
      : name.startsWith('MFA') ? 'MultiFactorService' : name.startsWith('YAMMER') ? 'YammerEnterprise' : name.startsWith('OFFICE') ? 'MicrosoftOffice' : 'exchange';
}

/** A product of the tenant. */
export interface Product { readonly skuId: string; readonly skuPartNumber: string; readonly enabled: number; readonly servicePlans?: readonly ServicePlan[] | undefined }

/** Plans of a product: those of its seed, else the published ones, else none. */
export function plansOf(product: Product): readonly ServicePlan[] {
  return product.servicePlans ?? PUBLISHED_PLANS[product.skuPartNumber.toUpperCase()] ?? [];
}
