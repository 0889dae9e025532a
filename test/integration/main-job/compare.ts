import type { Expected } from './expected.ts';
import type { CloudObject, CloudState } from './simulated-tenant.ts';
import { anchorOf, type Source } from './tenant-seed.ts';

/** Dates that the service itself sets when it makes an object. */
const BY_SERVICE = new Set(['createdDateTime', 'renewedDateTime', 'lastPasswordChangeDateTime']);

const isEmpty = (value: unknown): boolean => value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
const inOrder = (value: unknown): unknown => (Array.isArray(value) ? value.toSorted() : typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).filter(([, v]) => !isEmpty(v)).toSorted(([a], [b]) => (a < b ? -1 : 1))) : value);
const plain = (value: unknown): string => JSON.stringify(inOrder(value)) ?? 'absent';

/** Names of the objects that a migration made: created users by their anchor, created groups by their nickname. */
function labelsOf(state: CloudState, expected: Expected, sources: readonly Source[]): ReadonlyMap<string, string> {
  const byAnchor = new Map(sources.filter((s) => s.kind === 'user').map((s) => [anchorOf(s), s.key]));
  const byNickname = new Map([...expected.groups].filter(([label]) => sources.some((s) => s.key === label)).map(([label, g]) => [String(g.properties['mailNickname']).toLowerCase(), label]));
  const labels = new Map<string, string>();
  for (const u of state.users) labels.set(u.id, expected.users.has(u.id) ? u.id : byAnchor.get(String(u.properties['onPremisesImmutableId'])) ?? `unknown user ${String(u.properties['userPrincipalName'])}`);
  const byMail = new Map([...expected.contacts].filter(([label]) => sources.some((s) => s.key === label)).map(([label, c]) => [String(c.properties['mail']), label]));
  for (const c of state.contacts) labels.set(c.id, expected.contacts.has(c.id) ? c.id : byMail.get(String(c.properties['mail'])) ?? `unknown contact ${String(c.properties['mail'])}`);
  for (const g of state.groups) labels.set(g.id, expected.groups.has(g.id) ? g.id : byNickname.get(String(g.properties['mailNickname']).toLowerCase()) ?? `unknown group ${String(g.properties['mailNickname'])}`);
  return labels;
}

/**
 * Every difference between the tenant and what the rules say, in words: objects too many, missing or there twice, each
 * attribute, manager and membership. Nothing that Graph shows is left out but dates of the service.
 */
export function differences(state: CloudState, expected: Expected, sources: readonly Source[]): readonly string[] {
  const out: string[] = [];
  const labels = labelsOf(state, expected, sources);
  const name = (id: string): string => labels.get(id) ?? id;
  for (const [what, actual, wanted] of [['user', state.users, expected.users], ['group', state.groups, expected.groups], ['contact', state.contacts, expected.contacts]] as const) {
    const seen = new Map<string, CloudObject>();
    for (const object of actual) {
      const label = name(object.id);
      if (seen.has(label)) out.push(`${what} ${label} is there twice`);
      seen.set(label, object);
      if (!wanted.has(label)) out.push(`${what} ${label} should not be there`);
    }
    for (const [label, want] of wanted) {
      const object = seen.get(label);
      if (object === undefined) { out.push(`${what} ${label} is missing`); continue; }
      for (const attribute of new Set([...Object.keys(object.properties), ...Object.keys(want.properties)])) {
        const [is, should] = [object.properties[attribute], want.properties[attribute]];
        if (should === undefined && BY_SERVICE.has(attribute)) continue;
        if (isEmpty(is) && isEmpty(should)) continue;
        if (plain(is) !== plain(should)) out.push(`${what} ${label}: ${attribute} is ${plain(is)}, should be ${plain(should)}`);
      }
      const manager = object.manager === null ? null : name(object.manager);
      if (manager !== want.manager) out.push(`${what} ${label}: manager is ${String(manager)}, should be ${String(want.manager)}`);
      const members = new Set(object.members.map(name));
      for (const member of want.members) if (!members.has(member)) out.push(`${what} ${label}: member ${member} is missing`);
      for (const member of members) if (!want.members.has(member)) out.push(`${what} ${label}: member ${member} is too many`);
    }
  }
  const bin = new Set([...state.deletedUsers, ...state.deletedGroups].map((d) => d.id));
  for (const id of bin) if (!expected.deleted.has(id)) out.push(`${id} should not be in the recycle bin`);
  for (const id of expected.deleted) if (!bin.has(id)) out.push(`${id} is missing in the recycle bin`);
  return out;
}
