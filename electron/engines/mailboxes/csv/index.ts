/** Lists of mailboxes: read, checked by themselves, and written for the migration service. */
export { readMailboxCsv, type CsvFinding, type CsvRow, type MailboxCsv } from './read.ts';
export { addressKey, checkRows } from './rows.ts';
export { serviceCsv, type ServiceRow } from './write.ts';
