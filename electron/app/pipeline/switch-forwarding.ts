import { AppError, appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { FixDirectory, DirectoryEntry, DirectorySchema } from '../../engines/directory/index.ts';
import type { ForwardingChange, SwitchChange } from '../../engines/mailboxes/index.ts';
import { readMailbox, setForwarding, type CloudMailbox, type ExchangeGateway } from '../../engines/tenant/index.ts';

/** Where a mailbox in Microsoft 365 sends its mail on to, and whether a copy stays: names of the two values in plans and journal (cmdlet reference, Set-Mailbox). */
const FORWARDING = 'forwardingSmtpAddress';
const KEEPS_COPY = 'deliverToMailboxAndForward';
const flag = (value: boolean): string => (value ? 'TRUE' : 'FALSE');

/** A change of forwarding in Microsoft 365 as a plan keeps it. */
export function forwardingChanges({ before, after, keepsCopyBefore, keepsCopyAfter }: ForwardingChange): readonly SwitchChange[] {
  return [
    ...(before === after ? [] : [{ attribute: FORWARDING, before: before === null ? null : [before], after: after === null ? null : [after] }]),
    ...(keepsCopyBefore === keepsCopyAfter ? [] : [{ attribute: KEEPS_COPY, before: [flag(keepsCopyBefore)], after: [flag(keepsCopyAfter)] }]),
  ];
}

const schema: DirectorySchema = { attributes: [], attribute: (name) => ({ name, syntax: 'caseIgnore', singleValued: true, linkId: null }) };

function entryOf(sourceId: string, mailbox: CloudMailbox): DirectoryEntry {
  return {
    guid: sourceId, dn: mailbox.primary, objectClass: [], deleted: false,
    attributes: { ...(mailbox.forwardingSmtpAddress === null ? {} : { [FORWARDING]: [mailbox.forwardingSmtpAddress] }), [KEEPS_COPY]: [flag(mailbox.deliverToMailboxAndForward)] },
  };
}

/**
 * The forwarding of mailboxes in Microsoft 365, so that it is written, looked for, compared and taken back by the same rules as values of Active Directory.
 * @param mailboxes ids in the tenant of the mailboxes, by objectGUID.
 */
export function forwardingDirectory(exchange: ExchangeGateway, mailboxes: ReadonlyMap<string, string>): FixDirectory {
  const read = async (sourceId: string, signal?: AbortSignal): Promise<CloudMailbox | undefined> => {
    const id = mailboxes.get(sourceId);
    return id === undefined ? undefined : await readMailbox(exchange, id, signal);
  };
  return {
    schema: () => Promise.resolve(schema),
    async *read() { /* Nothing is searched for here. */ },
    async get(sourceId, _attributes, signal) {
      const mailbox = await read(sourceId, signal);
      return mailbox === undefined ? undefined : entryOf(sourceId, mailbox);
    },
    async modify(sourceId, changes) {
      const mailbox = await read(sourceId);
      if (mailbox === undefined) throw appError(ErrorCode.NotFound, 'The mailbox is not in Microsoft 365 any more.');
      const values = new Map(Object.entries(entryOf(sourceId, mailbox).attributes));
      for (const { operation, attribute, values: some } of changes) {
        const held = values.get(attribute) ?? [];
        if (operation === 'remove' && some.some((value) => !held.includes(value))) throw appError(ErrorCode.DirectoryRefused, `${attribute} of ${mailbox.primary} is something else by now.`);
        values.set(attribute, operation === 'add' ? [...held, ...some] : held.filter((value) => !some.includes(value)));
      }
      const [to = null, keepsCopy] = [values.get(FORWARDING)?.[0], values.get(KEEPS_COPY)?.[0] === 'TRUE'];
      try {
        if (await setForwarding(exchange, mailbox.id, to, keepsCopy)) return [];
      } catch (error) {
        // A refusal is about this mailbox; the others go on.
        if (error instanceof AppError && (error.data.code === ErrorCode.TenantRefused || error.data.code === ErrorCode.Forbidden)) throw appError(ErrorCode.DirectoryRefused, error.message, { cause: error });
        throw error;
      }
      // Nobody told whether it was carried out: looking tells.
      const now = await read(sourceId);
      if (now?.forwardingSmtpAddress === to && now.deliverToMailboxAndForward === keepsCopy) return [];
      throw appError(ErrorCode.TenantUnavailable, `Exchange Online did not answer when the forwarding of ${mailbox.primary} was set, and does not show it: resume the task later.`, { retryable: true });
    },
  };
}
