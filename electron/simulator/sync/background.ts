import type { DirectoryObject } from '../directory/objects.ts';
import type { JournalEntry } from '../directory/journal.ts';
import { retryQuarantine, type Service } from './addressing.ts';
import { Agenda } from './agenda.ts';
import { assignmentsOf, inherit, licencesOfGroup, type LicensingParts } from './licensing.ts';
import { LicenceUse } from './licence-use.ts';
import { forgetDisconnected, isLicenceDue, isMailDue, isNameDue, settleMail } from './mailbox.ts';

/** The service tries values in quarantine again once an hour (Entra documentation, duplicate attribute resiliency). */
const HOUR_MS = 3600 * 1000;
/** Changes that mailbox and addresses follow. An address that is taken away in Exchange stays away until one of them. */
const MAIL_FOLLOWS: ReadonlySet<string> = new Set(['assignedLicenses', 'userPrincipalName']);

/** What the service does by itself, some time after a write. */
export interface Background {
  readonly use: LicenceUse;
  /** Mailboxes, addresses and inherited licences that are still to come. */
  readonly waiting: number;
  /** Does what is due by now. To be called after every request and whenever time was moved. */
  settle(): void;
}

/**
 * The service's own work: mailboxes and addresses follow from licences, members inherit the licences of their groups, values in
 * quarantine are tried again every hour of wall time, and after 30 days deleted objects and mailboxes without licence go for good. A write
 * is followed up after the delay between the directory and Exchange, as of that time, however late somebody asks.
 */
export function background(service: Service): Background {
  const { directory, clock } = service;
  const use = new LicenceUse(directory);
  const parts = { directory, clock, use };
  const inheritors: Inheritors = new Map();
  const agenda = new Agenda();
  let version = directory.journal.version;
  let lastHour = clock.now();

  const later = (key: string, run: () => void): void => { agenda.add(key, clock.quick() + Math.max(directory.lags.replicationMs, directory.lags.exchangeMs), run); };
  const mail = (id: string): void => later(`mail ${id}`, () => {
    const user = directory.user.get(id);
    if (user && isMailDue(user, directory)) settleMail(service, user);
  });
  const group = (id: string): void => later(`group ${id}`, () => { inheritAll(parts, id, inheritors); });
  const member = (groupId: string, id: string): void => later(`member ${groupId} ${id}`, () => { inheritOne(parts, groupId, id, inheritors); });

  const notice = (entry: JournalEntry): void => {
    if (entry.kind === 'user') {
      const user = directory.user.get(entry.id);
      if (!user) return;
      if (entry.names.includes('licenseAssignmentStates') || entry.change === 'restored') {
        remember(inheritors, user);
        for (const { assignedByGroup } of entry.change === 'restored' ? assignmentsOf(user) : []) if (assignedByGroup !== null) member(assignedByGroup, user.id);
      }
      if ((entry.change !== 'updated' || entry.names.some((n) => MAIL_FOLLOWS.has(n))) && isMailDue(user, directory)) mail(entry.id);
    } else if (entry.kind === 'group' && (inheritors.has(entry.id) || licencesOfGroup(directory.group.get(entry.id)).length > 0)) {
      if (entry.change !== 'updated' || entry.names.includes('assignedLicenses')) group(entry.id);
      // One member more does not look at all the others: a group may have 100,000.
      else for (const id of [...entry.addedMembers, ...entry.removedMembers]) member(entry.id, id);
    }
  };
  const follow = (): void => {
    const { journal } = directory;
    if (journal.version === version) return;
    const from = version;
    version = journal.version;
    for (const entry of journal.since(from)) notice(entry);
  };
  const hourly = (): void => {
    directory.emptyExpired();
    retryQuarantine(service);
    forgetDisconnected(service);
  };

  // What an earlier run left undone.
  for (const user of directory.user.values()) {
    remember(inheritors, user);
    if (user.properties['assignedPlans'] !== undefined && (isLicenceDue(user, directory) || isNameDue(user, directory))) mail(user.id);
  }
  for (const one of directory.group.values()) if (licencesOfGroup(one).length > 0) group(one.id);
  for (const id of inheritors.keys()) group(id);
  hourly();

  const settle = (): void => {
    for (;;) {
      follow();
      const job = agenda.take(clock.quick());
      if (!job) break;
      clock.asOf(job.at, () => { job.run(); follow(); });
    }
    if (clock.now() - lastHour >= HOUR_MS) {
      lastHour = clock.now();
      hourly();
    }
  };
  return { use, settle, get waiting() { return agenda.size; } };
}

/** Users with licences of a group, or errors where they should have them, by group. */
type Inheritors = Map<string, Set<string>>;

function remember(inheritors: Inheritors, user: DirectoryObject): void {
  if (user.properties['licenseAssignmentStates'] === undefined) return;
  for (const { assignedByGroup } of assignmentsOf(user)) if (assignedByGroup !== null) inheritorsOf(inheritors, assignedByGroup).add(user.id);
}

function inheritorsOf(inheritors: Inheritors, groupId: string): Set<string> {
  let members = inheritors.get(groupId);
  if (!members) inheritors.set(groupId, members = new Set());
  return members;
}

function inheritOne(parts: LicensingParts, groupId: string, userId: string, inheritors: Inheritors): void {
  const { directory } = parts;
  const group = directory.group.get(groupId);
  const user = directory.user.get(userId);
  if (!user) return;
  const wanted = group?.members?.has(userId) ? licencesOfGroup(group) : [];
  inherit(parts, user, groupId, wanted);
  if (assignmentsOf(user).every((s) => s.assignedByGroup !== groupId)) inheritors.get(groupId)?.delete(userId);
}

function inheritAll(parts: LicensingParts, groupId: string, inheritors: Inheritors): void {
  const group = parts.directory.group.get(groupId);
  const members = licencesOfGroup(group).length > 0 ? group?.members ?? [] : [];
  for (const id of new Set([...inheritors.get(groupId) ?? [], ...members])) inheritOne(parts, groupId, id, inheritors);
  if (inheritors.get(groupId)?.size === 0) inheritors.delete(groupId);
}
