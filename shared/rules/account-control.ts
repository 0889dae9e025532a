/** Flags of userAccountControl (MS-ADTS 2.2.16). */
export const ACCOUNT_CONTROL = {
  accountDisable: 0x2, lockout: 0x10, passwordNotRequired: 0x20, interdomainTrust: 0x800, workstationTrust: 0x1000, serverTrust: 0x2000,
  normalAccount: 0x200, passwordNeverExpires: 0x1_0000, smartcardRequired: 0x4_0000,
} as const;

/** True unless the account is disabled: `BitAnd(userAccountControl, 2) = 0` (Entra Connect default rules). */
export function isEnabled(userAccountControl: number): boolean {
  return (userAccountControl & ACCOUNT_CONTROL.accountDisable) === 0;
}

/** True for the accounts of computers, domain controllers and trusts, which are users by class. */
export function isMachineAccount(userAccountControl: number): boolean {
  return (userAccountControl & (ACCOUNT_CONTROL.workstationTrust | ACCOUNT_CONTROL.serverTrust | ACCOUNT_CONTROL.interdomainTrust)) !== 0;
}
