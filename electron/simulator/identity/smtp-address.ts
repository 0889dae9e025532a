/** True for an address without prefix that SMTP can carry: 64 characters before, 255 after the @ (RFC 5321 4.5.3.1), no quoted local part, no top-level domain that begins with a digit. */
export function isSmtpAddress(text: string): boolean {
  const [, local = '', domain = ''] = /^([^@]+)@([^@]+)$/.exec(text) ?? [];
  if (local.length > 64 || domain.length > 255 || !/^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*$/.test(local)) return false;
  return /^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(domain);
}
