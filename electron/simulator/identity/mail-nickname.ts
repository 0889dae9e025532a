/** The values of an object in Active Directory from which the service computes names and addresses. */
export interface OnPremisesMail {
  readonly userPrincipalName?: string | undefined;
  readonly mailNickname?: string | undefined;
  readonly mail?: string | undefined;
  readonly proxyAddresses: readonly string[];
}

/** What stands before the @; undefined for nothing. */
export function prefixOf(address: string | undefined): string | undefined {
  const prefix = address?.split('@', 1)[0]?.trim();
  return prefix === '' ? undefined : prefix;
}

/** Primary address of a list of proxy addresses: the first with the prefix `SMTP:` in capitals, without it. */
export function primaryOf(proxyAddresses: readonly string[]): string | undefined {
  return proxyAddresses.find((a) => a.startsWith('SMTP:'))?.slice(5);
}

/**
 * mailNickname of an object that is synchronised for the first time: the first that exists of mailNickname, the prefixes of the
 * primary address, of mail, of the user principal name, of a secondary address
 * (Entra documentation, Microsoft Entra UserPrincipalName population). Later only a changed mailNickname changes it.
 * @returns undefined when there is none of them.
 */
export function firstMailNickname(source: OnPremisesMail): string | undefined {
  const secondary = source.proxyAddresses.find((a) => a.startsWith('smtp:'))?.slice(5);
  const own = source.mailNickname?.trim();
  return (own === '' ? undefined : own) ?? prefixOf(primaryOf(source.proxyAddresses)) ?? prefixOf(source.mail) ?? prefixOf(source.userPrincipalName) ?? prefixOf(secondary);
}
