import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { SeedTenantOptions } from './tenant.ts';

/** Whole numbers of a description, with the largest that makes sense on one machine. */
const NUMBERS = {
  users: { option: 'users', most: 1_000_000 }, groups: { option: 'groups', most: 200_000 }, members: { option: 'membersPerGroup', most: 100_000 }, contacts: { option: 'contacts', most: 200_000 },
  mailboxes: { option: 'mailboxes', most: 200_000 }, synced: { option: 'synced', most: 200_000 }, guests: { option: 'guests', most: 200_000 }, deleted: { option: 'deleted', most: 200_000 },
  conflicts: { option: 'conflicts', most: 200_000 }, lists: { option: 'lists', most: 100_000 }, admins: { option: 'admins', most: 10_000 }, licences: { option: 'licences', most: 10_000_000 },
  seed: { option: 'seed', most: 4_294_967_295 },
} as const satisfies Record<string, { readonly option: keyof SeedTenantOptions; readonly most: number }>;

/** The keys of a description as help shows them. */
export const SEED_SPEC_HELP = `${Object.keys(NUMBERS).map((key) => `${key}=N`).join(',')},domain=NAME`;

const refuse = (part: string, why: string): Error => appError(ErrorCode.InvalidInput, `"${part}" is not understood in --seed: ${why}.`);

/**
 * Reads the description of a tenant, for example `users=500,groups=20,conflicts=14,domain=contoso.com`. Blanks do not count; an
 * empty text is an empty tenant.
 * @throws AppError INVALID_INPUT, naming the part: an unknown key, a key given twice, a number that is none or too large, a domain that is no DNS name.
 */
export function parseSeedSpec(text: string): SeedTenantOptions {
  const options: Record<string, number | string> = {};
  for (const part of text.split(',').map((p) => p.trim()).filter((p) => p !== '')) {
    const [, key, value] = /^([a-z]+)\s*=\s*(\S+)$/.exec(part) ?? [];
    if (key === undefined || value === undefined) throw refuse(part, `write KEY=VALUE, with these keys: ${SEED_SPEC_HELP}`);
    const number = Object.hasOwn(NUMBERS, key) ? NUMBERS[key as keyof typeof NUMBERS] : undefined;
    if (!number && key !== 'domain') throw refuse(part, `there is no key ${key}; use ${SEED_SPEC_HELP}`);
    const option = number?.option ?? 'domain';
    if (Object.hasOwn(options, option)) throw refuse(part, `${key} is given twice`);
    if (number) {
      if (!/^\d{1,10}$/.test(value) || Number(value) > number.most) throw refuse(part, `${key} is a whole number up to ${number.most}`);
      options[option] = Number(value);
    } else {
      // RFC 1035 2.3.1: labels of letters, digits and hyphens, 253 characters at most.
      if (value.length > 253 || !/^(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+$/i.test(value)) throw refuse(part, 'domain is a DNS name such as contoso.com');
      options[option] = value.toLowerCase();
    }
  }
  return options;
}
